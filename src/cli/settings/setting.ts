// A setting as some source gave it, with its origin, before it has become an option's value.
// Types and their words only.

import type { Place } from '../../domain/errors.js';

/** Where a setting comes from, strongest first. */
export type Source = 'flag' | 'environment' | '.env' | 'settings file' | 'default';

export interface Origin {
  readonly from: Source;
  /** The variable or flag that gave it; empty for the settings file and defaults. */
  readonly name: string;
  /** File, line and column for `.env` and the settings file. */
  readonly place: Place;
}

/** A setting by its key, `retryFor`, with what was written for it: one text, or several for a list. */
export interface GivenSetting {
  readonly key: string;
  readonly texts: readonly string[];
  readonly origin: Origin;
}

/** Settings of one source by key. */
export type Layer = ReadonlyMap<string, GivenSetting>;

export const BY_DEFAULT: Origin = { from: 'default', name: '', place: {} };

/** What the user calls it, for errors: `MAILBLAST_RATE` or `rate`. */
export function calledBy({ key, origin }: GivenSetting): string {
  return origin.name === '' ? key : origin.name;
}

/** `--rate`, `environment MAILBLAST_RATE`, `.env:3 MAILBLAST_RATE`, `mailblast.config.json:3`, `default`. */
export function formatOrigin({ from, name, place }: Origin): string {
  if (from === 'flag') return name;
  if (from === 'environment') return `environment ${name}`;
  if (from === 'default') return 'default';
  return [`${place.file}:${place.line}`, name].join(' ').trimEnd();
}
