// `--domain-rate "gmail.com,googlemail.com=20/m"`: groups of recipient domains with a rate of their own.
// Pure; the caller has the clock (monotonic milliseconds).

import { domainOf, isAddress, parseAddress } from './address.js';
import { Bucket, parseRate, type Rate } from './rate.js';

export interface DomainGroup {
  /** A-labels in lower case. A subdomain is a domain of its own. */
  readonly domains: readonly string[];
  readonly rate: Rate;
}

/** The groups, or why the texts are none, as a sentence part. */
export type ParsedGroups = { readonly groups: readonly DomainGroup[] } | { readonly reason: string };

/** Reads one text for each group. Never throws. */
export function parseDomainRates(texts: readonly string[]): ParsedGroups {
  const groups: DomainGroup[] = [];
  const seen = new Set<string>();
  for (const text of texts) {
    const [, names = '', rateText = ''] = /^([^=]*)=(.*)$/.exec(text) ?? [];
    const rate = parseRate(rateText.trim());
    if (rate === undefined) {
      return { reason: `"${text}" names no rate; write it as gmail.com,googlemail.com=20/m` };
    }
    const domains: string[] = [];
    for (const name of names.split(',')) {
      const address = parseAddress(`anybody@${name.trim()}`);
      if (!isAddress(address)) return { reason: `"${name.trim()}" in "${text}" is no domain` };
      const domain = domainOf(address);
      if (seen.has(domain)) return { reason: `${domain} has two rates` };
      seen.add(domain);
      domains.push(domain);
    }
    groups.push({ domains, rate });
  }
  return { groups };
}

/** The buckets of the groups: a message to a domain of a group needs a token of the group's bucket too. */
export class DomainRates {
  readonly #buckets = new Map<string, Bucket>();

  constructor(groups: readonly DomainGroup[], start: number) {
    for (const { domains, rate } of groups) {
      const bucket = new Bucket(rate, start);
      for (const domain of domains) this.#buckets.set(domain, bucket);
    }
  }

  /** When a message to this domain may be begun; `now` or earlier means at once. */
  due(domain: string, now: number): number {
    return this.#buckets.get(domain)?.due(now) ?? now;
  }

  /** A message to this domain is begun. */
  take(domain: string, now: number): void {
    this.#buckets.get(domain)?.take(now);
  }

  /** The message taken last for this domain was not begun after all. */
  giveBack(domain: string): void {
    this.#buckets.get(domain)?.giveBack();
  }
}
