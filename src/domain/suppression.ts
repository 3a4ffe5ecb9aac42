// Suppression: the addresses and whole domains that must not be mailed, and which of them an address falls under.
// Pure. Knows addresses by their key (R7); knows nothing of where the list is kept.

import { domainOf, isAddress, parseAddress } from './address.js';

/** One entry of the suppression list. */
export interface Suppression {
  /** An address's key, or `@` and a domain as A-labels in lower case: everybody at exactly that domain. */
  readonly entry: string;
  /** Why, in the words of the one who added it; may be empty. */
  readonly reason: string;
  /** Where it came from: `command line`, or the base name of the imported file. */
  readonly source: string;
  /** When it was added, milliseconds since 1970. */
  readonly at: number;
}

/** An entry, or the reason why the text is none, as a sentence part. */
export type ParsedEntry = { readonly entry: string } | { readonly reason: string };

/** Reads an address, `@example.com`, or `example.com`, which means the same. Never throws. */
export function parseEntry(text: string): ParsedEntry {
  const written = text.trim();
  if (written === '') return { reason: 'the address is missing' };
  const at = written.lastIndexOf('@');
  // A domain is whatever an address could have behind its @.
  const parsed = parseAddress(at > 0 ? written : `anybody@${written.slice(at + 1)}`);
  if (!isAddress(parsed)) return parsed;
  return { entry: at > 0 ? parsed.key : `@${domainOf(parsed)}` };
}

/** The entries that cover an address with this key: its own, and its domain's. Subdomains are domains of their own. */
export function entriesFor(key: string): readonly [address: string, domain: string] {
  return [key, key.slice(key.lastIndexOf('@'))];
}

/** Why a delivery was not sent, as a sentence part: "the address is suppressed (unsubscribed)". */
export function whySuppressed({ entry, reason }: Suppression): string {
  const what = entry.startsWith('@')
    ? `everybody at ${entry.slice(1)} is suppressed`
    : 'the address is suppressed';
  return reason === '' ? what : `${what} (${reason})`;
}
