// The DMARC policy of a domain, and which domains count as the same under it. RFC 7489; the record is read by mailauth,
// organisational domains come from the Public Suffix List in `tldts`.

import { dmarc } from 'mailauth/lib/dmarc/index.js';
import { getDomain } from 'tldts';
import { type NameServer, unknownWhy } from './name-server.js';

export type DmarcState =
  | { readonly state: 'none' }
  | { readonly state: 'broken'; readonly why: string }
  | { readonly state: 'unknown'; readonly why: string }
  | {
      readonly state: 'valid';
      readonly record: string;
      /** `none`, `quarantine` or `reject`; a subdomain's where that differs. */
      readonly policy: string;
      /** Whether a domain must be the very same, instead of the same organisation's. */
      readonly strict: { readonly spf: boolean; readonly dkim: boolean };
    };

/** Looks the policy up, at the domain and then at its organisation's. */
export async function readDmarc(domain: string, server: NameServer): Promise<DmarcState> {
  for (const each of new Set([domain, organisationOf(domain)])) {
    const answer = await server.txt(`_dmarc.${each}`);
    if (answer.state === 'unknown') return answer;
    const records =
      answer.state === 'found' ? answer.records.filter((text) => /^v=DMARC1\b/i.test(text)) : [];
    if (records.length > 1) return { state: 'broken', why: `_dmarc.${each} has several records` };
    if (records.length === 1) break;
  }
  const found = await dmarc({
    headerFrom: `x@${domain}`,
    spfDomains: [],
    dkimDomains: [],
    resolver: server.resolve,
  });
  if (!found || found.status.result === 'temperror') return { state: 'unknown', why: unknownWhy('ETIMEOUT') };
  if (found.rr === undefined) return { state: 'none' };
  const policy = (found.policy ?? '').trim().toLowerCase();
  if (!['none', 'quarantine', 'reject'].includes(policy)) {
    return { state: 'broken', why: `its p= is not none, quarantine or reject ("${found.rr}")` };
  }
  const strict = (tag: string) =>
    new RegExp(`(?:^|;)\\s*${tag}\\s*=\\s*s\\s*(?:;|$)`, 'i').test(found.rr ?? '');
  return { state: 'valid', record: found.rr, policy, strict: { spf: strict('aspf'), dkim: strict('adkim') } };
}

/**
 * Whether a domain counts as From's (RFC 7489 3.1). mailauth 4.13 takes strict for relaxed, so this is not left to it.
 */
export function aligned(domain: string, from: string, strict: boolean): boolean {
  return strict ? domain === from : organisationOf(domain) === organisationOf(from);
}

/** `example.co.uk` of `news.example.co.uk`. A name that is none's, or a public suffix, is its own. */
export function organisationOf(domain: string): string {
  return getDomain(domain, { allowPrivateDomains: true }) ?? domain;
}
