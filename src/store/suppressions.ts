// The suppression list of a ledger: who must not be mailed, whatever the campaign. The interface only.
// Beside the Ledger's own, since it knows no campaign; test/store/conformance/suppressions.ts checks any store for it.

import type { Suppression } from '../domain/suppression.js';

/** What a call returned from survives a crash of the machine. Entries are as `Suppression.entry` has them. */
export interface Suppressions {
  /**
   * Adds entries in one transaction, waiting while another process imports a list. One that is there already keeps its
   * reason, source and date.
   */
  add(entries: readonly Omit<Suppression, 'at'>[], now: number): Promise<Added>;

  /** Takes one off; false when it was not there. */
  remove(entry: string): Promise<boolean>;

  /** All of them, in the order of the entries. Reading them holds up nobody. */
  list(): IterableIterator<Suppression>;

  /**
   * The entry that covers the address with this key: its own rather than its domain's. Sees what another process
   * added a moment ago. On the hot path: two index look-ups.
   */
  of(key: string): Suppression | undefined;
}

/** How many entries were new, and how many were there before. */
export interface Added {
  readonly added: number;
  readonly known: number;
}
