// What a check of the content has to say: something a reader would suffer from, where it is, and how to mend it.
// Knows the rules' names; knows nothing of how anything is found or shown.

import type { Place } from '../domain/errors.js';

export type Level = 'error' | 'warning' | 'note';

/** Every rule with its level. The names stand in people's settings: names may be added, never changed. */
export const RULES = {
  'template-error': 'error',
  'unknown-field': 'error',
  'unmerged-tag': 'error',
  'empty-link': 'error',
  'localhost-link': 'error',
  'broken-link': 'error',
  'missing-image': 'error',
  'missing-subject': 'error',
  'no-recipients': 'error',
  'empty-field': 'warning',
  'invalid-row': 'warning',
  'mistyped-address': 'warning',
  'clipped-by-gmail': 'warning',
  'http-link': 'warning',
  'missing-alt': 'warning',
  'missing-size': 'warning',
  'long-subject': 'warning',
  'subject-leftover': 'warning',
  'missing-text': 'warning',
  'thin-text': 'warning',
  'missing-unsubscribe': 'warning',
  'unsupported-html': 'warning',
  'unsupported-css': 'warning',
  'unsupported-image': 'warning',
  'dark-contrast': 'warning',
  'duplicate-row': 'note',
  'suppressed-row': 'note',
  'role-address': 'note',
} as const satisfies Readonly<Record<string, Level>>;

export type Rule = keyof typeof RULES;

export interface Finding {
  readonly level: Level;
  /** By which settings silence it. */
  readonly rule: Rule;
  /** In the author's own files; without a file where nothing there can be named. */
  readonly place: Place;
  /** What is wrong, and what a reader would see of it. */
  readonly sentence: string;
  /** How to mend it: a whole sentence. */
  readonly mend: string;
}

/** Takes what a part of the check finds. */
export type Find = (rule: Rule, place: Place, sentence: string, mend: string) => void;

export function isRule(name: string): name is Rule {
  return Object.hasOwn(RULES, name);
}

/** Keeps findings, without the silenced rules; what is found twice is kept once. */
export class Findings {
  readonly #silenced: ReadonlySet<Rule>;
  readonly #kept = new Map<string, Finding>();

  constructor(silenced: Iterable<Rule> = []) {
    this.#silenced = new Set(silenced);
  }

  readonly find: Find = (rule, place, sentence, mend) => {
    if (this.#silenced.has(rule)) return;
    const finding = { level: RULES[rule], rule, place, sentence, mend };
    const { file, line, column } = place;
    const key = JSON.stringify([rule, file, line, column, sentence]);
    if (!this.#kept.has(key)) this.#kept.set(key, finding);
  };

  /** The worst first, then in the order of the files' lines. */
  sorted(): readonly Finding[] {
    const order: readonly Level[] = ['error', 'warning', 'note'];
    return [...this.#kept.values()].sort(
      (a, b) =>
        order.indexOf(a.level) - order.indexOf(b.level) ||
        (a.place.file ?? '').localeCompare(b.place.file ?? '') ||
        (a.place.line ?? 0) - (b.place.line ?? 0) ||
        (a.place.column ?? 0) - (b.place.column ?? 0),
    );
  }
}
