// The helpers a template may use: Handlebars' own and SendGrid's, as a table of what each takes.
// What they do is in run-helpers.ts. Knows values that a template says outright; knows nothing of rows or of HTML.

import { checkDateForm, formatDate } from './dates.js';
import { checkNumberForm, formatNumber } from './numbers.js';
import type { Said } from './tree.js';

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
  /** What else is wrong with a call in a part of a message: a sentence part. */
  readonly check?: (said: Said, part: string) => string | undefined;
  /**
   * Does with what is said outright what would be done for each row.
   * @throws Unfit
   */
  readonly tryOut?: (said: Said, locale: string) => void;
  /** True for a call that shows nothing when its first value is blank. */
  readonly passesBlanks?: (said: Said) => boolean;
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
  insert: {
    value: true,
    takes: [1, 2],
    like: '{{insert first_name "default=there"}}',
    named: ['default'],
    passesBlanks: ({ values, named }) => values.length === 1 && !('default' in named),
  },
  length: { value: true, takes: [1, 1], like: '(length items)' },
  formatDate: {
    value: true,
    takes: [1, 3],
    like: '{{formatDate due "MMMM D, YYYY"}} or {{formatDate due style="long" locale="de"}}',
    named: ['locale', 'timeZone', 'style', 'timeStyle'],
    check: dateCall,
    tryOut: ({ values: [value, format, zone], named }, locale) => {
      const form = { ...named, format: textOf(format), zone: textOf(zone ?? named.timeZone) ?? '' };
      const whole = { ...form, locale: textOf(named.locale) ?? locale };
      if (value === undefined) checkDateForm(whole);
      else formatDate(String(value), whole);
    },
    passesBlanks: () => true,
  },
  formatNumber: {
    value: true,
    takes: [1, 1],
    like: '{{formatNumber amount style="currency" currency="EUR"}}',
    named: [
      'locale',
      'style',
      'currency',
      'currencyDisplay',
      'notation',
      'useGrouping',
      'minimumFractionDigits',
      'maximumFractionDigits',
    ],
    check: ({ named }) =>
      named.style === 'currency' && !('currency' in named)
        ? 'needs a currency for that style, such as currency="EUR"'
        : undefined,
    tryOut: ({ values: [value], named }, locale) => {
      const form = { ...named, locale: textOf(named.locale) ?? locale };
      if (value === undefined) checkNumberForm(form);
      else formatNumber(value, form);
    },
    passesBlanks: () => true,
  },
  linkPart: {
    value: true,
    takes: [1, 1],
    like: '{{linkPart city}}',
    check: (_, part) =>
      part === 'html' || part === 'url'
        ? 'is for links in a text part or a header; here a value in a link is encoded without it, so write the tag alone'
        : undefined,
    passesBlanks: () => true,
  },
};

export function helperOf(name: string): HelperUse | undefined {
  return Object.hasOwn(HELPERS, name) ? HELPERS[name] : undefined;
}

/** Helpers that are given, before everything else, the field they work on, for their errors, and the locale. */
export const FIELD_TOLD: ReadonlySet<string> = new Set(['formatDate', 'formatNumber', 'linkPart']);

function dateCall({ values, named }: Said): string | undefined {
  const styled = 'style' in named || 'timeStyle' in named;
  if (!styled && values.length < 2) return 'needs a format such as "D MMMM YYYY", or style="long"';
  if (styled && values.length > 1)
    return 'takes a format or a style, not both; a time zone is given as timeZone=';
  if (values.length > 2 && 'timeZone' in named) return 'is given two time zones';
  // Handlebars reads -0800 as the number -800.
  if (typeof values[2] === 'number') return 'takes a time zone in quotes, such as "-0800" or "Europe/Berlin"';
  return undefined;
}

function textOf(said: Said['values'][number]): string | undefined {
  return said === undefined ? undefined : String(said);
}
