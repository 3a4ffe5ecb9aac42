// Asks the DNS, by Node's resolver, with an end to every wait. The only file that knows node:dns.

import { promises as dns } from 'node:dns';

/** What a look-up came to. `none`: it was answered, and there is no such record; `unknown`: nobody can say now. */
export type Answer<T> =
  | { readonly state: 'found'; readonly records: readonly T[] }
  | { readonly state: 'none' }
  | { readonly state: 'unknown'; readonly why: string };

/** Milliseconds for one look-up, tries included, and for one question to one server. */
const WHOLE_MS = 6_000;
const QUESTION_MS = 2_500;

const IN_WORDS: Readonly<Record<string, string>> = {
  ETIMEOUT: 'the name server did not answer in time',
  ESERVFAIL: 'the name server failed (SERVFAIL)',
  ECONNREFUSED: 'the name server cannot be reached',
  EREFUSED: 'the name server refused the question',
  ECANCELLED: 'the name server did not answer in time',
};

export class NameServer {
  readonly #resolver: dns.Resolver;

  /** `servers` are addresses, maybe with a port (`127.0.0.1:5353`); none means the system's. */
  constructor(servers: readonly string[] = []) {
    this.#resolver = new dns.Resolver({ timeout: QUESTION_MS, tries: 2 });
    if (servers.length > 0) this.#resolver.setServers(servers);
  }

  /**
   * The look-up as mailauth wants it done: records as Node gives them, or an error with Node's code.
   * Rejects with ETIMEOUT when it takes too long.
   */
  readonly resolve = (name: string, type: string): Promise<string[]> =>
    inTime(this.#resolver.resolve(name, type) as Promise<string[]>);

  /** Each record's strings as one. */
  txt(name: string): Promise<Answer<string>> {
    return this.#ask<string[], string>(name, 'TXT', (strings) => strings.join(''));
  }

  /** Host names in order of preference; an empty one says that the domain takes no mail (RFC 7505). */
  async mx(domain: string): Promise<Answer<string>> {
    const answer = await this.#ask<{ exchange: string; priority: number }>(domain, 'MX');
    if (answer.state !== 'found') return answer;
    const inOrder = [...answer.records].sort((one, other) => one.priority - other.priority);
    return { state: 'found', records: inOrder.map(({ exchange }) => exchange) };
  }

  /** IPv4 and IPv6 addresses. */
  async addresses(host: string): Promise<Answer<string>> {
    const both = await Promise.all([this.#ask<string>(host, 'A'), this.#ask<string>(host, 'AAAA')]);
    const records = both.flatMap((answer) => (answer.state === 'found' ? answer.records : []));
    if (records.length > 0) return { state: 'found', records };
    return both.find(({ state }) => state === 'unknown') ?? { state: 'none' };
  }

  /** The names that the address has by PTR. */
  names(address: string): Promise<Answer<string>> {
    // Not by `reverse`, which looks into /etc/hosts and calls a failure an absence.
    return this.#ask<string>(reverseName(address), 'PTR');
  }

  #ask<Raw, Kept = Raw>(name: string, type: string, keep?: (raw: Raw) => Kept): Promise<Answer<Kept>> {
    const records = this.resolve(name, type) as unknown as Promise<Raw[]>;
    return settled(records.then((all) => (keep ? all.map(keep) : (all as unknown as Kept[]))));
  }
}

/** RFC 1035 3.5 for IPv4, RFC 3596 2.5 for IPv6: a label for each of its 32 hex digits. */
export function reverseName(address: string): string {
  if (!address.includes(':')) return `${address.split('.').reverse().join('.')}.in-addr.arpa`;
  // The URL parser writes any IPv6 address in hex, without leading zeros, with one run of zeros left out.
  const [head = '', tail] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const [before, after] = [groups(head), groups(tail ?? '')];
  const zeros = Array<string>(8 - before.length - after.length).fill('0');
  const digits = [...before, ...zeros, ...after].map((group) => group.padStart(4, '0')).join('');
  return `${[...digits].reverse().join('.')}.ip6.arpa`;
}

async function settled<T>(records: Promise<T[]>): Promise<Answer<T>> {
  try {
    return { state: 'found', records: await records };
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOTFOUND' || code === 'ENODATA') return { state: 'none' };
    return { state: 'unknown', why: unknownWhy(code) };
  }
}

/** The resolver's own time-outs are for each question and grow; this one is for all of them. */
async function inTime<T>(records: Promise<T[]>): Promise<T[]> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error('too late'), { code: 'ETIMEOUT' })), WHOLE_MS);
  });
  try {
    return await Promise.race([records, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

/** Node's code in words. */
export function unknownWhy(code: string): string {
  return IN_WORDS[code] ?? `the name server gave no sense (${code})`;
}
