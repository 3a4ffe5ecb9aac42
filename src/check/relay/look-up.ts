// Gathers what the DNS says of a sender and its relay, all at once. Asks; judges nothing.

import { isIP } from 'node:net';
import { type DkimRecord, readDkimRecord } from '../../dns/dkim-record.js';
import { type DmarcState, organisationOf, readDmarc } from '../../dns/dmarc.js';
import type { Answer, NameServer } from '../../dns/name-server.js';
import { readSpf, type SpfState } from '../../dns/spf.js';
import type { SmtpTarget } from '../../relay/relay-url.js';

/** Who the mail is from, as far as the DNS and the providers' rules go. Domains are A-labels in lower case. */
export interface CheckedSender {
  readonly fromDomain: string;
  readonly returnPathDomain: string;
  /** What mailblast signs with; undefined when it does not. `publicKey` as `p=` holds it. */
  readonly dkim:
    | { readonly domain: string; readonly selector: string; readonly publicKey: string }
    | undefined;
  /** Empty when not given. */
  readonly unsubscribeUrl: string;
  readonly unsubscribeMailto: string;
  /** Each message answers its reader's own act; the rules for lists do not hold. */
  readonly triggered: boolean;
}

/** An address that mail leaves from, with its names; `confirmed`: one of them leads back to it (RFC 8601 3). */
export interface SendingAddress {
  readonly address: string;
  readonly names: Answer<string>;
  readonly confirmed: boolean | undefined;
}

export interface DnsFacts {
  readonly spf: SpfState;
  /** Undefined when mailblast does not sign. */
  readonly dkim: DkimRecord | undefined;
  readonly dmarc: DmarcState;
  readonly returnPathMx: Answer<string>;
  readonly fromMx: Answer<string>;
  /** Undefined when the relay is not one's own, so that nobody knows its addresses. */
  readonly sending: readonly SendingAddress[] | undefined;
}

/** `sendingIps`: what the user said of the relay's outgoing addresses, which makes it one's own. */
export async function lookUp(
  target: SmtpTarget,
  sender: CheckedSender,
  sendingIps: readonly string[],
  server: NameServer,
): Promise<DnsFacts> {
  const addresses = await sendingAddresses(target, sender, sendingIps, server);
  const { fromDomain, returnPathDomain, dkim } = sender;
  const [spf, dkimRecord, dmarc, returnPathMx, fromMx, sending] = await Promise.all([
    readSpf(returnPathDomain, addresses ?? [], server),
    dkim && readDkimRecord(dkim.domain, dkim.selector, server),
    readDmarc(fromDomain, server),
    exchangers(returnPathDomain, server),
    exchangers(fromDomain, server),
    addresses && Promise.all(addresses.map((address) => withNames(address, server))),
  ]);
  return { spf, dkim: dkimRecord, dmarc, returnPathMx, fromMx, sending };
}

/** A relay within From's own organisation is taken for one's own: it sends from where it listens, unless told. */
async function sendingAddresses(
  { host, loopback }: SmtpTarget,
  { fromDomain }: CheckedSender,
  said: readonly string[],
  server: NameServer,
): Promise<readonly string[] | undefined> {
  if (said.length > 0) return said;
  if (loopback || isIP(host) !== 0 || organisationOf(host) !== organisationOf(fromDomain)) return undefined;
  const answer = await server.addresses(host);
  return answer.state === 'found' ? answer.records : undefined;
}

/** A domain without MX takes mail at its own address (RFC 5321 5.1). */
async function exchangers(domain: string, server: NameServer): Promise<Answer<string>> {
  const mx = await server.mx(domain);
  if (mx.state !== 'none') return mx;
  const own = await server.addresses(domain);
  return own.state === 'found' ? { state: 'found', records: [domain] } : own;
}

async function withNames(address: string, server: NameServer): Promise<SendingAddress> {
  const names = await server.names(address);
  if (names.state !== 'found') return { address, names, confirmed: undefined };
  const back = await Promise.all(names.records.slice(0, 5).map((name) => server.addresses(name)));
  if (back.some((answer) => answer.state === 'found' && answer.records.includes(address))) {
    return { address, names, confirmed: true };
  }
  const unsure = back.some(({ state }) => state === 'unknown');
  return { address, names, confirmed: unsure ? undefined : false };
}
