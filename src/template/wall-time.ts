// Reads the dates that lists hold, as a calendar and a clock on the wall show them.
// Knows ISO 8601, Unix time and time zones; reads neither the clock nor the time zone of the machine.

import { dateFormat, keep, Unfit } from './intl.js';

/** A moment as a calendar and a clock on the wall show it. */
export interface WallTime {
  /** Milliseconds since 1970 as if the wall clock were UTC. */
  readonly wall: number;
  /** Minutes ahead of UTC. */
  readonly offset: number;
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?)?$/i;

/**
 * `2026-03-01`, `2026-03-01T09:30`, `2026-03-01T09:30:00Z`, or milliseconds (seconds) since 1970. A value without a
 * time of its own is a day in any zone, and one without an offset is the time on the wall: neither is moved.
 * @throws Unfit
 */
export function wallTime(value: string, zone: Zone): WallTime {
  const written = ISO.exec(value);
  if (written) {
    const wall = reckon(written.slice(1, 7).map((part) => Number(part ?? 0)));
    if (written[7] === undefined) return { wall, offset: 0 };
    const ahead = parseOffset(written[7]);
    if (ahead === undefined) throw new Unfit('is not a day or time that exists');
    return shift(wall - ahead * 60_000, zone);
  }
  if (/^-?\d{9,14}$/.test(value)) {
    const number = Number(value);
    return shift(value.replace('-', '').length <= 11 ? number * 1000 : number, zone);
  }
  throw new Unfit('is not a date such as 2026-03-01 or 2026-03-01T09:30:00Z');
}

function reckon([year, month, day, hour, minute, second]: readonly number[]): number {
  // Date.UTC takes the years 0 to 99 as 1900 to 1999.
  const date = new Date(0);
  date.setUTCFullYear(year!, month! - 1, day!);
  const exists = date.getUTCDate() === day && date.getUTCMonth() === month! - 1;
  if (!exists || hour! > 23 || minute! > 59 || second! > 59) {
    throw new Unfit('is not a day or time that exists');
  }
  return date.setUTCHours(hour!, minute!, second!);
}

/** How far a zone is ahead of UTC: always the same minutes, or by IANA's name. */
export type Zone = number | string;

/**
 * `-0800`, `+01:00`, `Z` or an IANA name; blank is UTC.
 * @throws Unfit when there is no such zone.
 */
export function zoneOf(text: string): Zone {
  const name = text.trim();
  if (name === '') return 0;
  const offset = parseOffset(name);
  if (offset !== undefined) return offset;
  try {
    offsetOf(0, name);
    return name;
  } catch {
    throw new Unfit(
      `cannot be shown in the time zone ${name}, which does not exist; write one such as Europe/Berlin or "-0800"`,
    );
  }
}

function shift(moment: number, zone: Zone): WallTime {
  const offset = typeof zone === 'number' ? zone : offsetOf(moment, zone);
  return { wall: moment + offset * 60_000, offset };
}

/** Minutes ahead of UTC; undefined when the text is no offset, or one that no clock has. */
function parseOffset(text: string): number | undefined {
  if (/^z$/i.test(text)) return 0;
  const parts = /^([+-])([01]\d|2[0-3]):?([0-5]\d)$/.exec(text);
  if (!parts) return undefined;
  return (parts[1] === '-' ? -1 : 1) * (Number(parts[2]) * 60 + Number(parts[3]));
}

/** Clocks change at full quarters of an hour, and asking Intl costs thirty microseconds. */
const QUARTER = 15 * 60_000;

const offsets = new Map<string, number>();

/** Minutes that an IANA zone is ahead of UTC at a moment. */
function offsetOf(moment: number, zone: string): number {
  return keep(offsets, `${zone} ${Math.floor(moment / QUARTER)}`, () => {
    const format = dateFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
    const written = format.formatToParts(moment).find((part) => part.type === 'timeZoneName')!.value;
    return parseOffset(written.replace('GMT', '')) ?? 0;
  });
}
