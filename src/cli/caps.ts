// The caps of a relay, from its options, and as the ledger keeps them for `status`. Decides nothing.

import { parseWarmUp } from '../domain/cap.js';
import type { CapSettings } from '../engine/cap.js';
import type { RunFlags } from './options.js';

type CapFlags = Pick<RunFlags, 'maxPerDay' | 'maxPerHour' | 'warmUp'>;

/** 0 stands for none. */
export function capsOf({ maxPerDay, maxPerHour, warmUp }: CapFlags): CapSettings {
  const cap = (messages: number) => (messages === 0 ? Number.POSITIVE_INFINITY : messages);
  return { maxPerDay: cap(maxPerDay), maxPerHour: cap(maxPerHour), warmUp: parseWarmUp(warmUp) ?? [] };
}

/** A relay with its caps, as a text that the ledger keeps with the options of a run. `name` is the ledger's. */
export function keptCaps(name: string, { maxPerDay, maxPerHour, warmUp }: CapFlags): string {
  return JSON.stringify({ relay: name, maxPerDay, maxPerHour, warmUp });
}

export function readKeptCaps(text: string): { readonly name: string; readonly caps: CapSettings } {
  const kept = JSON.parse(text) as CapFlags & { readonly relay: string };
  return { name: kept.relay, caps: capsOf(kept) };
}
