// Which rows of a list are worth looking at before it is mailed: the longest values, the emptiest rows, and characters
// that layouts stumble over. Seen row by row and kept few, so that a list may have any length. Pure.

import type { RecipientRow } from '../domain/recipient.js';

/** What a row was picked for. */
export type PickKind = 'longest' | 'emptiest' | 'awkward';

/** A row worth looking at. */
export interface Pick {
  /** The row's place among the usable ones, counted from 0. */
  readonly at: number;
  readonly address: string;
  /** A sentence part: "city has 48 characters". */
  readonly why: string;
}

/** The most rows of a kind. More would not be looked at. */
const MOST = 24;
/** Rows for each kind of awkward character. */
const EACH = 2;

/**
 * Characters by what they do to a layout, the rare kinds first: a row counts for the first kind it has room in.
 * Invisible and turning characters are those of Unicode's UAX 9 and of its Default_Ignorable_Code_Point property.
 */
const AWKWARD: readonly (readonly [name: string, test: RegExp])[] = [
  ['invisible characters', /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u],
  ['a line break', /[\r\n\u2028\u2029]/u],
  ['markup or merge tags', /[<>]|\{\{|&[a-z#]/iu],
  ['text from right to left', /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u],
  ['emoji', /\p{Extended_Pictographic}/u],
  ['stacked marks', /\p{M}{2,}/u],
  [
    'an Indic or South-East Asian script',
    /[\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Tamil}\p{Script=Thai}]/u,
  ],
  ['wide characters', /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u],
  ['a word of 25 letters or more', /[^\s@/-]{25,}/u],
  ['quotation marks or an ampersand', /["'&`]/u],
  ['blanks at an end, or several in a row', /^\s|\s$|\s{2}/u],
  [
    'a script other than Latin',
    /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Georgian}]/u,
  ],
  ['letters beyond ASCII', /[^\p{ASCII}]/u],
];

/** Looks at each usable row once, in order. */
export class Picks {
  readonly #longest = new Map<string, Pick & { readonly length: number }>();
  readonly #longestRows: (Pick & { readonly length: number })[] = [];
  readonly #emptiest: (Pick & { readonly count: number })[] = [];
  readonly #awkward = new Map<string, Pick[]>();
  readonly #email: string;

  /** `email` is the address's column, whose own peculiarities are no matter of the layout but for its length. */
  constructor(email: string) {
    this.#email = email;
  }

  see(at: number, { address, fields }: RecipientRow): void {
    const empty: string[] = [];
    let total = 0;
    for (const column in fields) {
      const value = fields[column]!;
      const { length } = value;
      total += length;
      if (length > (this.#longest.get(column)?.length ?? 0)) {
        this.#longest.set(column, { at, address, length, why: `${column} has ${length} characters` });
      }
      if (value.trim() === '') empty.push(column);
      else if (column !== this.#email && !isPlain(value)) this.#seeAwkward(at, address, column, value);
    }
    keepLargest(
      this.#longestRows,
      { at, address, length: total, why: `all values: ${total} characters` },
      'length',
      8,
    );
    if (empty.length > 0) {
      const pick = { at, address, count: empty.length, why: `empty: ${named(empty)}` };
      keepLargest(this.#emptiest, pick, 'count', MOST);
    }
  }

  /** The rows picked so far, the most telling ones first; a row stands once in each. */
  give(): Readonly<Record<PickKind, readonly Pick[]>> {
    const byLength = [...this.#longest.values()].sort((a, b) => b.length - a.length);
    return {
      longest: once([...byLength, ...this.#longestRows]),
      emptiest: once(this.#emptiest),
      awkward: once(AWKWARD.flatMap(([name]) => this.#awkward.get(name) ?? [])),
    };
  }

  #seeAwkward(at: number, address: string, column: string, value: string): void {
    for (const [name, test] of AWKWARD) {
      const found = this.#awkward.get(name) ?? [];
      if (found.length >= EACH || !test.test(value)) continue;
      if (found.at(-1)?.at === at) return;
      this.#awkward.set(name, [...found, { at, address, why: `${column} has ${name}` }]);
      return;
    }
  }
}

/** A short value that no test is true of, told in one go: most are. */
function isPlain(value: string): boolean {
  return value.length < 25 && /^[\w.,:;()!?%+*/@-]+(?: [\w.,:;()!?%+*/@-]+)*$/.test(value);
}

/** Keeps the list sorted, largest first, and short. Of equals the first one seen stays in front. */
function keepLargest<K extends string, T extends Readonly<Record<K, number>>>(
  kept: T[],
  fresh: T,
  by: K,
  most: number,
): void {
  if (kept.length === most && kept[most - 1]![by] >= fresh[by]) return;
  const place = kept.findIndex((each) => each[by] < fresh[by]);
  kept.splice(place < 0 ? kept.length : place, 0, fresh);
  if (kept.length > most) kept.pop();
}

function once(picks: readonly Pick[]): readonly Pick[] {
  const seen = new Map<number, Pick>();
  for (const { at, address, why } of picks) {
    const known = seen.get(at);
    seen.set(at, { at, address, why: known === undefined ? why : `${known.why}; ${why}` });
  }
  return [...seen.values()].slice(0, MOST);
}

function named(columns: readonly string[]): string {
  const shown = columns.slice(0, 4).join(', ');
  return columns.length > 4 ? `${shown} and ${columns.length - 4} more` : shown;
}
