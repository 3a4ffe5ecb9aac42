// What the helpers of a template do with a row's values.
// Knows values only: which fields they come from, and where the result stands, is settled elsewhere.

import { UnmergeableRow } from '../domain/errors.js';
import { formatDate } from './dates.js';
import { Unfit } from './intl.js';
import { encodeLinkPart } from './link.js';
import { formatNumber } from './numbers.js';

/** True for a value that counts as no value: nothing, or nothing but blanks; an empty list. */
export function isBlank(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === 'string') return value.trim() === '';
  return Array.isArray(value) && value.length === 0;
}

/**
 * A value as text. Objects of a row's JSON are never turned into text: what they hold decides how that ends.
 * @throws UnmergeableRow
 */
export function print(value: unknown, field: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'object') {
    throw new UnmergeableRow(field, 'is a list or an object, which cannot be shown as text');
  }
  return String(value);
}

function isTrue(value: unknown): boolean {
  return !isBlank(value) && value !== false && value !== 0;
}

const NUMBER = /^\s*[+-]?(?:\d+(?:\.\d+)?|\.\d+)\s*$/;

/** Negative, zero or positive as `a` stands to `b`: as numbers when both are, else as text. Lists compare with nothing. */
function compare(a: unknown, b: unknown): number {
  if (!isPlain(a) || !isPlain(b)) return Number.NaN;
  const [left, right] = [print(a, ''), print(b, '')];
  if (NUMBER.test(left) && NUMBER.test(right)) return Number(left) - Number(right);
  return left < right ? -1 : left > right ? 1 : 0;
}

function isPlain(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
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
    if (written === undefined) return (given.at(-1) as Options).hash.default;
    return typeof written === 'string' ? written.replace(/^default=/, '') : written;
  },
  length: (value: unknown) =>
    typeof value === 'string' ? [...value].length : Array.isArray(value) ? value.length : 0,
  formatDate: writing((field, locale, [value, format, zone], hash) =>
    formatDate(print(value, field), {
      format: format === undefined ? undefined : print(format, field),
      style: hash.style,
      timeStyle: hash.timeStyle,
      locale: isBlank(hash.locale) ? locale : print(hash.locale, field),
      zone: print(zone ?? hash.timeZone, field),
    }),
  ),
  formatNumber: writing((field, locale, [value], hash) =>
    formatNumber(typeof value === 'number' ? value : print(value, field), {
      ...hash,
      locale: isBlank(hash.locale) ? locale : print(hash.locale, field),
    }),
  ),
  // As the HTML has it, blanks included: both links must lead to the same place.
  linkPart: (field: string, _: string, value: unknown) => encodeLinkPart(print(value, field), 'ordinary'),
};

/** A helper that is told its field and the template's locale, and writes a value; a blank one stays blank. */
function writing(
  write: (
    field: string,
    locale: string,
    values: readonly unknown[],
    hash: Readonly<Record<string, unknown>>,
  ) => string,
): Run {
  return (field: string, locale: string, ...given: unknown[]) => {
    if (isBlank(given[0])) return '';
    const { hash } = given.at(-1) as Options;
    try {
      return write(field, locale, given.slice(0, -1), hash);
    } catch (error) {
      if (error instanceof Unfit) throw new UnmergeableRow(field, error.message);
      throw error;
    }
  };
}

function branching(test: (...values: readonly unknown[]) => boolean): Run {
  return function (this: unknown, ...given: unknown[]) {
    const options = given.at(-1) as Options;
    const yes = test(...given.slice(0, -1));
    if (options.fn === undefined) return yes;
    return yes ? options.fn(this) : options.inverse!(this);
  };
}
