// Writes numbers for a locale: plain, as money or in percent.
// Knows Intl's ways with numbers; knows nothing of templates.

import { localeOf, numberFormat, oneOf, optionText, plainSpaces, Unfit } from './intl.js';

/** How a number is to be written, as a template gives it: Intl's own names. What is missing or blank is the locale's. */
export interface NumberForm {
  readonly locale: string;
  readonly style?: unknown;
  readonly currency?: unknown;
  readonly currencyDisplay?: unknown;
  readonly notation?: unknown;
  readonly useGrouping?: unknown;
  readonly minimumFractionDigits?: unknown;
  readonly maximumFractionDigits?: unknown;
}

const NUMBER = /^[+-]?(?:\d+(?:\.\d+)?|\.\d+)$/;

/** ISO 4217, as far as Intl knows it. */
const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

const MOST_DIGITS = 20;

/**
 * A number of a list or of JSON, written. All of its digits count, however many there are.
 * @throws Unfit when the value is no number, or the form names what there is not.
 */
export function formatNumber(value: unknown, form: NumberForm): string {
  const { locale, options } = readForm(form);
  if (options.style === 'currency' && options.currency === undefined) throw new Unfit('has no currency');
  const text = String(value).trim();
  if (typeof value !== 'number' && !NUMBER.test(text)) {
    throw new Unfit('is not a number such as 1234.5, without separators between thousands');
  }
  return plainSpaces(numberFormat(locale, options).format(text as `${number}`));
}

/**
 * Looks at the form alone.
 * @throws Unfit
 */
export function checkNumberForm(form: NumberForm): void {
  readForm(form);
}

function readForm(form: NumberForm): { readonly locale: string; readonly options: Intl.NumberFormatOptions } {
  const currency = optionText(form.currency)?.toUpperCase();
  if (currency !== undefined && !CURRENCIES.has(currency)) {
    throw new Unfit(`cannot be written in the currency ${currency}; write a code such as EUR`);
  }
  const least = digits('minimumFractionDigits', form.minimumFractionDigits);
  const most = digits('maximumFractionDigits', form.maximumFractionDigits);
  if (least !== undefined && most !== undefined && least > most) {
    throw new Unfit(`cannot be written with at least ${least} and at most ${most} digits behind the point`);
  }
  const style = oneOf('style', form.style, ['decimal', 'currency', 'percent']);
  if (style !== undefined && style !== 'currency' && currency !== undefined) {
    throw new Unfit(`cannot be written with style="${style}" and a currency`);
  }
  const grouping = oneOf('useGrouping', form.useGrouping, ['true', 'false']);
  return {
    locale: localeOf(form.locale),
    options: {
      style: style ?? (currency === undefined ? 'decimal' : 'currency'),
      currency,
      currencyDisplay: oneOf('currencyDisplay', form.currencyDisplay, [
        'symbol',
        'narrowSymbol',
        'code',
        'name',
      ]),
      notation: oneOf('notation', form.notation, ['standard', 'compact']),
      useGrouping: grouping === undefined ? undefined : grouping === 'true',
      minimumFractionDigits: least,
      maximumFractionDigits: most,
    },
  };
}

function digits(name: string, given: unknown): number | undefined {
  const text = optionText(given);
  if (text === undefined) return undefined;
  if (/^\d{1,2}$/.test(text) && Number(text) <= MOST_DIGITS) return Number(text);
  throw new Unfit(`cannot be written with ${name}=${text}; it takes 0 to ${MOST_DIGITS}`);
}
