// Reads the dates that lists hold and writes them by SendGrid's format letters (`MMMM D, YYYY`).
// Knows calendars through Intl; reads no clock and no time zone of the machine, so a message is the same anywhere.

/** A date in a list that cannot be read, or a format or zone that cannot be used: a sentence part. */
export class UnfitDate extends Error {}

/** A moment as a calendar and a clock on the wall show it. */
interface WallTime {
  /** Milliseconds since 1970 as if the wall clock were UTC. */
  readonly wall: number;
  /** Minutes ahead of UTC. */
  readonly offset: number;
}

const LETTERS = /\[[^\]]*\]|YYYY|YY|MMMM|MMM|MM|M|DD|D|dddd|ddd|HH|H|hh|h|mm|m|ss|s|A|a|ZZ|Z/g;

/**
 * `2026-03-01`, `2026-03-01T09:30`, `2026-03-01T09:30:00Z`, or milliseconds (seconds) since 1970, written by a format.
 * `zone` is `-0800`, `+01:00` or an IANA name. A value without a time of its own is a day in any zone, and one
 * without an offset is the time on the wall: neither is moved.
 * @throws UnfitDate
 */
export function formatDate(value: string, format: string, zone: string): string {
  const time = wallTime(value.trim(), zone.trim());
  const date = new Date(time.wall);
  return format.replace(LETTERS, (letters) => write(letters, date, time.offset));
}

function write(letters: string, date: Date, offset: number): string {
  const hour = date.getUTCHours();
  switch (letters) {
    case 'YYYY':
      return String(date.getUTCFullYear()).padStart(4, '0');
    case 'YY':
      return two(date.getUTCFullYear() % 100);
    case 'MMMM':
      return named(date, { month: 'long' });
    case 'MMM':
      return named(date, { month: 'short' });
    case 'MM':
      return two(date.getUTCMonth() + 1);
    case 'M':
      return String(date.getUTCMonth() + 1);
    case 'DD':
      return two(date.getUTCDate());
    case 'D':
      return String(date.getUTCDate());
    case 'dddd':
      return named(date, { weekday: 'long' });
    case 'ddd':
      return named(date, { weekday: 'short' });
    case 'HH':
      return two(hour);
    case 'H':
      return String(hour);
    case 'hh':
      return two(hour % 12 || 12);
    case 'h':
      return String(hour % 12 || 12);
    case 'mm':
      return two(date.getUTCMinutes());
    case 'm':
      return String(date.getUTCMinutes());
    case 'ss':
      return two(date.getUTCSeconds());
    case 's':
      return String(date.getUTCSeconds());
    case 'A':
      return hour < 12 ? 'AM' : 'PM';
    case 'a':
      return hour < 12 ? 'am' : 'pm';
    case 'ZZ':
      return writeOffset(offset, '');
    case 'Z':
      return writeOffset(offset, ':');
    default:
      return letters.slice(1, -1);
  }
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

function named(date: Date, style: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat('en', { ...style, timeZone: 'UTC' }).format(date);
}

function writeOffset(minutes: number, colon: string): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${colon}${two(size % 60)}`;
}

function wallTime(value: string, zone: string): WallTime {
  const written =
    /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?)?$/i.exec(value);
  if (written) {
    const [year, month, day, hour, minute, second] = written.slice(1, 7).map((part) => Number(part ?? 0));
    const wall = Date.UTC(year!, month! - 1, day!, hour!, minute!, second!);
    const back = new Date(wall);
    if (back.getUTCDate() !== day || back.getUTCMonth() !== month! - 1 || hour! > 23 || minute! > 59) {
      throw new UnfitDate('is not a day or time that exists');
    }
    if (written[7] === undefined) return { wall, offset: 0 };
    return shift(wall - parseOffset(written[7])! * 60_000, zone);
  }
  if (/^-?\d{9,14}$/.test(value)) {
    const number = Number(value);
    return shift(value.replace('-', '').length <= 11 ? number * 1000 : number, zone);
  }
  throw new UnfitDate('is not a date such as 2026-03-01 or 2026-03-01T09:30:00Z');
}

function shift(moment: number, zone: string): WallTime {
  const offset = zone === '' ? 0 : (parseOffset(zone) ?? offsetOf(moment, zone));
  return { wall: moment + offset * 60_000, offset };
}

function parseOffset(text: string): number | undefined {
  if (/^z$/i.test(text)) return 0;
  const parts = /^([+-])(\d\d):?(\d\d)$/.exec(text);
  if (!parts) return undefined;
  return (parts[1] === '-' ? -1 : 1) * (Number(parts[2]) * 60 + Number(parts[3]));
}

/** Minutes that an IANA zone is ahead of UTC at a moment. */
function offsetOf(moment: number, zone: string): number {
  let written: string;
  try {
    const format = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
    written = format.formatToParts(moment).find((part) => part.type === 'timeZoneName')!.value;
  } catch {
    throw new UnfitDate(`cannot be shown in the time zone ${zone}, which does not exist`);
  }
  return parseOffset(written.replace('GMT', '')) ?? 0;
}
