// The helpers a template may use: Handlebars' own and SendGrid's, as a table of what each takes and what it does.
// Knows values only: which fields they come from, and where the result stands, is settled elsewhere.

import { UnmergeableRow } from '../domain/errors.js';
import { formatDate, UnfitDate } from './dates.js';
import { encodeLinkPart } from './link.js';

/** How a helper is written, and so checked before the first message. */
export interface HelperUse {
  /** `{{#name …}}…{{/name}}`, and what its body is: either branch once, or the first branch for each item. */
  readonly block?: 'branches' | 'items' | 'item';
  /** `{{name …}}` or `(name …)`. */
  readonly value?: boolean;
  /** How many values it takes. */
  readonly takes: readonly [least: number, most: number];
  /** What those are, for the one who wrote too few or too many. */
  readonly like: string;
  /** Names that may be given as `name=value`. */
  readonly named?: readonly string[];
}

const COMPARISON = { block: 'branches', value: true, takes: [2, 2] } as const;

export const HELPERS: Readonly<Record<string, HelperUse>> = {
  if: { block: 'branches', takes: [1, 1], like: '{{#if plan}}' },
  unless: { block: 'branches', takes: [1, 1], like: '{{#unless plan}}' },
  each: { block: 'items', takes: [1, 1], like: '{{#each items}}' },
  with: { block: 'item', takes: [1, 1], like: '{{#with address}}' },
  equals: { ...COMPARISON, like: '{{#equals plan "pro"}}' },
  notEquals: { ...COMPARISON, like: '{{#notEquals plan "pro"}}' },
  greaterThan: { ...COMPARISON, like: '{{#greaterThan points 100}}' },
  lessThan: { ...COMPARISON, like: '{{#lessThan points 100}}' },
  and: { block: 'branches', value: true, takes: [2, 9], like: '{{#and city plan}}' },
  or: { block: 'branches', value: true, takes: [2, 9], like: '{{#or city plan}}' },
  default: { value: true, takes: [2, 9], like: '{{default first_name "there"}}' },
  insert: { value: true, takes: [1, 2], like: '{{insert first_name "default=there"}}', named: ['default'] },
  length: { value: true, takes: [1, 1], like: '(length items)' },
  formatDate: { value: true, takes: [2, 3], like: '{{formatDate due "MMMM D, YYYY"}}' },
  linkPart: { value: true, takes: [1, 1], like: '{{linkPart city}}' },
};

/** True for a value that counts as no value: nothing, or nothing but blanks; an empty list. */
export function isBlank(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === 'string') return value.trim() === '';
  return Array.isArray(value) && value.length === 0;
}

function isTrue(value: unknown): boolean {
  return !isBlank(value) && value !== false && value !== 0;
}

const NUMBER = /^\s*[+-]?(?:\d+(?:\.\d+)?|\.\d+)\s*$/;

/** Negative, zero or positive as `a` stands to `b`: as numbers when both are, else as text. */
function compare(a: unknown, b: unknown): number {
  const left = a === undefined || a === null ? '' : String(a);
  const right = b === undefined || b === null ? '' : String(b);
  if (NUMBER.test(left) && NUMBER.test(right)) return Number(left) - Number(right);
  return left < right ? -1 : left > right ? 1 : 0;
}

const TESTS: Readonly<Record<string, (...values: readonly unknown[]) => boolean>> = {
  if: isTrue,
  unless: (value) => !isTrue(value),
  equals: (a, b) => compare(a, b) === 0,
  notEquals: (a, b) => compare(a, b) !== 0,
  // A row that says nothing is neither above nor below.
  greaterThan: (a, b) => !isBlank(a) && !isBlank(b) && compare(a, b) > 0,
  lessThan: (a, b) => !isBlank(a) && !isBlank(b) && compare(a, b) < 0,
  and: (...values) => values.every(isTrue),
  or: (...values) => values.some(isTrue),
};

/** What Handlebars hands a helper behind its values. */
interface Options {
  readonly hash: Readonly<Record<string, unknown>>;
  fn?(context: unknown): string;
  inverse?(context: unknown): string;
}

type Run = (this: unknown, ...given: never[]) => unknown;

/** The helpers as Handlebars calls them; `each` and `with` are its own. */
export const RUNS: Readonly<Record<string, Run>> = {
  ...Object.fromEntries(Object.entries(TESTS).map(([name, test]) => [name, branching(test)])),
  default: (...given: unknown[]) => {
    const values = given.slice(0, -1);
    return values.find((value) => !isBlank(value)) ?? values.at(-1);
  },
  insert: (value: unknown, ...given: unknown[]) => {
    if (!isBlank(value)) return value;
    const [written] = given.length > 1 ? given : [];
    return written === undefined
      ? (given.at(-1) as Options).hash.default
      : String(written).replace(/^default=/, '');
  },
  length: (value: unknown) =>
    typeof value === 'string' ? [...value].length : Array.isArray(value) ? value.length : 0,
  formatDate: (field: string, value: unknown, format: unknown, zone: unknown) => {
    if (isBlank(value)) return '';
    try {
      return formatDate(String(value), String(format), typeof zone === 'string' ? zone : '');
    } catch (error) {
      if (error instanceof UnfitDate) throw new UnmergeableRow(field, error.message);
      throw error;
    }
  },
  linkPart: (value: unknown) => (isBlank(value) ? '' : encodeLinkPart(String(value), 'ordinary')),
};

/** Helpers that are given the name of the field they work on before everything else, for their errors. */
export const TOLD_THE_FIELD: ReadonlySet<string> = new Set(['formatDate']);

function branching(test: (...values: readonly unknown[]) => boolean): Run {
  return function (this: unknown, ...given: unknown[]) {
    const options = given.at(-1) as Options;
    const yes = test(...given.slice(0, -1));
    if (options.fn === undefined) return yes;
    return yes ? options.fn(this) : options.inverse!(this);
  };
}
