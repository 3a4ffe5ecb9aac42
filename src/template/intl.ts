// Locales by their names, and the Intl objects made for them, kept for the next row.
// Knows Intl; knows nothing of dates' and numbers' own options, or of templates.

/** A value that cannot be written as asked, or a way of writing that there is not: a sentence part. */
export class Unfit extends Error {}

/** An Intl object costs fifty microseconds; a list that names ever new locales must not fill the memory. */
const KEPT = 500;

const locales = new Map<string, string>();
const dates = new Map<string, Intl.DateTimeFormat>();
const numbers = new Map<string, Intl.NumberFormat>();

/**
 * The locale as Intl calls it: `de`, `en-GB`; `en_GB` is taken, too.
 * @throws Unfit when there is none of that name.
 */
export function localeOf(name: string): string {
  return keep(locales, name, () => {
    const locale = supported(name);
    if (locale !== undefined) return locale;
    throw new Unfit(
      `cannot be written for the locale ${name}, which is not known; write one such as de or en-GB`,
    );
  });
}

/** The same, or undefined when there is none of that name. */
export function supported(name: string): string | undefined {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(name.trim().replaceAll('_', '-'))[0];
  } catch {
    return undefined;
  }
}

/** The locale comes from `localeOf`; the options are right, and in the same order each time. */
export function dateFormat(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  return keep(dates, key, () => new Intl.DateTimeFormat(locale, options));
}

/** The locale comes from `localeOf`; the options are right, and in the same order each time. */
export function numberFormat(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  return keep(numbers, key, () => new Intl.NumberFormat(locale, options));
}

/** What was made under a key before, or is made now. */
export function keep<T>(kept: Map<string, T>, key: string, make: () => T): T {
  let value = kept.get(key);
  if (value === undefined) {
    value = make();
    if (kept.size >= KEPT) kept.clear();
    kept.set(key, value);
  }
  return value;
}

/**
 * One of the words that an option takes; undefined when it is not given, or blank.
 * @throws Unfit
 */
export function oneOf<T extends string>(name: string, given: unknown, there: readonly T[]): T | undefined {
  const text = optionText(given);
  const found = there.find((one) => one === text);
  if (text === undefined || found !== undefined) return found;
  throw new Unfit(`cannot be written with ${name}="${text}"; there are ${there.join(', ')}`);
}

/** An option's value as text; undefined when it is not given, or blank. */
export function optionText(given: unknown): string | undefined {
  if (given === undefined || given === null) return undefined;
  const text = typeof given === 'object' ? 'a list or an object' : String(given).trim();
  return text === '' ? undefined : text;
}

/** Intl's narrow no-break space (U+202F) is a box in many mail programs' fonts; the plain one is in all of them. */
export function plainSpaces(written: string): string {
  return written.replaceAll('\u202f', '\u00a0');
}
