// Writes dates for a locale: by SendGrid's format letters (`MMMM D, YYYY`) or in one of the locale's own styles.
// Knows how dates look; how they are read from a list is wall-time.ts's.

import { dateFormat, localeOf, oneOf, plainSpaces } from './intl.js';
import { type WallTime, wallTime, zoneOf } from './wall-time.js';

/** How a date is to be written, as a template gives it; what is missing or blank is left to the locale. */
export interface DateForm {
  /** SendGrid's letters; text in square brackets stands for itself. */
  readonly format?: string | undefined;
  /** `full`, `long`, `medium` or `short`. */
  readonly style?: unknown;
  /** `short` or `medium`; the longer ones name a time zone, which a time on the wall does not have. */
  readonly timeStyle?: unknown;
  readonly locale: string;
  /** `-0800`, `+01:00` or an IANA name; blank is UTC. */
  readonly zone: string;
}

/**
 * A date of a list, written.
 * @throws Unfit when the value is no date, or the form names what there is not.
 */
export function formatDate(value: string, form: DateForm): string {
  const { locale, zone, style, timeStyle } = readForm(form);
  const time = wallTime(value.trim(), zone);
  if (form.format !== undefined) return byLetters(form.format, time, locale);
  return plainSpaces(dateFormat(locale, { dateStyle: style, timeStyle, timeZone: 'UTC' }).format(time.wall));
}

/**
 * Looks at the form alone.
 * @throws Unfit
 */
export function checkDateForm(form: DateForm): void {
  readForm(form);
}

function readForm(form: DateForm) {
  return {
    locale: localeOf(form.locale),
    zone: zoneOf(form.zone),
    style: oneOf('style', form.style, ['full', 'long', 'medium', 'short']),
    timeStyle: oneOf('timeStyle', form.timeStyle, ['medium', 'short']),
  };
}

const LETTERS = /\[[^\]]*\]|YYYY|YY|MMMM|MMM|MM|M|DD|D|dddd|ddd|HH|H|hh|h|mm|m|ss|s|A|a|ZZ|Z/g;

function byLetters(format: string, time: WallTime, locale: string): string {
  // Many languages bend the month's name beside a day: `marzec`, but `1 marca`.
  const withDay = (format.match(LETTERS) ?? []).some((letters) => /^DD?$/.test(letters));
  const date = new Date(time.wall);
  return format.replace(LETTERS, (letters) => {
    const name = NAMED[letters];
    if (name) return name(date, locale, withDay);
    if (letters.startsWith('[')) return letters.slice(1, -1);
    return COUNTED[letters]!(date, time.offset);
  });
}

const two = (number: number): string => String(number).padStart(2, '0');

const COUNTED: Readonly<Record<string, (date: Date, offset: number) => string>> = {
  YYYY: (date) => String(date.getUTCFullYear()).padStart(4, '0'),
  YY: (date) => two(date.getUTCFullYear() % 100),
  MM: (date) => two(date.getUTCMonth() + 1),
  M: (date) => String(date.getUTCMonth() + 1),
  DD: (date) => two(date.getUTCDate()),
  D: (date) => String(date.getUTCDate()),
  HH: (date) => two(date.getUTCHours()),
  H: (date) => String(date.getUTCHours()),
  hh: (date) => two(date.getUTCHours() % 12 || 12),
  h: (date) => String(date.getUTCHours() % 12 || 12),
  mm: (date) => two(date.getUTCMinutes()),
  m: (date) => String(date.getUTCMinutes()),
  ss: (date) => two(date.getUTCSeconds()),
  s: (date) => String(date.getUTCSeconds()),
  ZZ: (_, offset) => writeOffset(offset, ''),
  Z: (_, offset) => writeOffset(offset, ':'),
};

const NAMED: Readonly<Record<string, (date: Date, locale: string, withDay: boolean) => string>> = {
  MMMM: (date, locale, withDay) => monthName(date, locale, 'long', withDay),
  MMM: (date, locale, withDay) => monthName(date, locale, 'short', withDay),
  dddd: (date, locale) => named(locale, { weekday: 'long' }).format(date),
  ddd: (date, locale) => named(locale, { weekday: 'short' }).format(date),
  A: (date, locale) => dayPeriod(date, locale),
  a: (date, locale) => dayPeriod(date, locale).toLocaleLowerCase(locale),
};

/** Letters count by the Gregorian calendar, so names come from it, too, whatever the locale's own is. */
function named(locale: string, names: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return dateFormat(locale, { ...names, timeZone: 'UTC', calendar: 'gregory' });
}

function monthName(date: Date, locale: string, month: 'long' | 'short', withDay: boolean): string {
  if (withDay) {
    const parts = named(locale, { month, day: 'numeric' }).formatToParts(date);
    const beside = parts.find((part) => part.type === 'month')?.value ?? '';
    // Chinese and Japanese have the month's number there, and its sign apart.
    if (/\p{L}/u.test(beside)) return beside;
  }
  return named(locale, { month }).format(date);
}

function dayPeriod(date: Date, locale: string): string {
  const parts = named(locale, { hour: 'numeric', hour12: true }).formatToParts(date);
  const period = parts.find((part) => part.type === 'dayPeriod')?.value;
  return period ?? (date.getUTCHours() < 12 ? 'AM' : 'PM');
}

function writeOffset(minutes: number, colon: string): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${colon}${two(size % 60)}`;
}
