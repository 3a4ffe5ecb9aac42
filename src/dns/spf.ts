// The SPF record of a domain, walked through by mailauth. RFC 7208.
// Knows what stands in the DNS; whether that will do is check/'s matter.

import { spf } from 'mailauth/lib/spf/index.js';
import { type NameServer, unknownWhy } from './name-server.js';

export type SpfState =
  | { readonly state: 'none' }
  | { readonly state: 'several' }
  /** It cannot be used: what is wrong with it, in mailauth's words. */
  | { readonly state: 'broken'; readonly record: string; readonly why: string }
  | { readonly state: 'unknown'; readonly why: string }
  | {
      readonly state: 'valid';
      readonly record: string;
      /** Look-ups that a whole walk costs; receivers do ten at the most (RFC 7208 4.6.4). */
      readonly lookups: number;
      /** It lets any address send, so it says nothing. */
      readonly letsAnybody: boolean;
      /** Domains whose records it takes in, directly or through others. */
      readonly includes: readonly string[];
      /** What it says of each address asked for: `pass`, `fail`, `softfail`, `neutral` … */
      readonly says: ReadonlyMap<string, string>;
    };

/** An address of nobody (RFC 5737): no record but `+all` lets it send, so a walk for it goes to the record's end. */
const NOBODY = '192.0.2.1';

/** Milliseconds for a whole walk. */
const WALK_MS = 20_000;

/** Looks the record up and asks it for each of the addresses. */
export async function readSpf(
  domain: string,
  addresses: readonly string[],
  server: NameServer,
): Promise<SpfState> {
  const answer = await server.txt(domain);
  if (answer.state !== 'found') return answer;
  const records = answer.records.filter((record) => /^v=spf1(?: |$)/i.test(record));
  const [record] = records;
  if (record === undefined) return { state: 'none' };
  if (records.length > 1) return { state: 'several' };
  const walked = await inTime(Promise.all([NOBODY, ...addresses].map((ip) => walk(domain, ip, server))));
  if (walked === undefined) return { state: 'unknown', why: unknownWhy('ETIMEOUT') };
  const [nobody] = walked;
  for (const { result, why } of walked) {
    if (result === 'temperror') return { state: 'unknown', why };
    if (result === 'permerror') return { state: 'broken', record, why };
  }
  return {
    state: 'valid',
    record,
    lookups: nobody!.lookups,
    letsAnybody: nobody!.result === 'pass',
    includes: nobody!.included,
    says: new Map(addresses.map((address, index) => [address, walked[index + 1]!.result])),
  };
}

interface Walk {
  readonly result: string;
  readonly why: string;
  readonly lookups: number;
  readonly included: readonly string[];
}

async function walk(domain: string, ip: string, server: NameServer): Promise<Walk> {
  const included = new Set<string>();
  let unanswered: string | undefined;
  const resolver = (name: string, type: string) => {
    if (type === 'TXT' && name !== domain) included.add(name.toLowerCase());
    return server.resolve(name, type).catch((error: NodeJS.ErrnoException) => {
      // mailauth goes on behind some failures, as if there were no record.
      if (error.code !== 'ENOTFOUND' && error.code !== 'ENODATA') unanswered ??= unknownWhy(error.code ?? '');
      throw error;
    });
  };
  const { status, lookups } = await spf({
    sender: `postmaster@${domain}`,
    ip,
    helo: domain,
    mta: 'mailblast',
    resolver,
  });
  // "mailblast: permanent error in processing during lookup of …: Too many DNS requests".
  const why = (typeof status.comment === 'string' ? status.comment : '').replace(
    /^.*lookup of [^:]*:? ?/,
    '',
  );
  if (unanswered !== undefined) return { result: 'temperror', why: unanswered, lookups: 0, included: [] };
  return { result: status.result, why, lookups: lookups?.count ?? 0, included: [...included] };
}

async function inTime<T>(work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), WALK_MS);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
