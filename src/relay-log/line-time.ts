// When a line of a log was written, as far as the line tells. Pure, but for this machine's time zone.

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** RFC 3339, as rsyslog writes it, and Exim's `2026-11-25 11:07:14`, with or without a zone. */
const FULL = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d{1,9})?) ?(Z|[+-]\d\d:?\d\d)?/;
/** `Nov 25 11:07:14`, syslog's way since ever (RFC 3164 4.1.2): no year, no zone. */
const SYSLOG = /^([A-Z][a-z]{2}) +(\d{1,2}) (\d\d):(\d\d):(\d\d)/;
/** An event's own, in seconds since 1970 (SendGrid) or in RFC 3339 (Amazon SES). */
const EVENT = /"timestamp" *: *"?([^",}]+)/;

const DAY = 86_400_000;

/**
 * Milliseconds since 1970; undefined when the line does not tell. A time without a zone is this machine's; one without
 * a year is the last such before `now`, with a day's grace for clocks that differ.
 */
export function lineTime(line: string, now: number): number | undefined {
  const full = FULL.exec(line);
  if (full) return number(Date.parse(`${full[1]}T${full[2]}${zone(full[3])}`));
  const syslog = SYSLOG.exec(line);
  if (syslog) {
    const [, name = '', ...rest] = syslog;
    const month = MONTHS.indexOf(name);
    const [day, hours, minutes, seconds] = rest.map(Number);
    if (month < 0) return undefined;
    const inYear = (year: number) => new Date(year, month, day, hours, minutes, seconds).getTime();
    const year = new Date(now).getFullYear();
    const thisYear = [year + 1, year].map(inYear).find((time) => time <= now + DAY);
    return thisYear ?? inYear(year - 1);
  }
  const event = EVENT.exec(line)?.[1];
  if (event === undefined) return undefined;
  return number(/^\d+(?:\.\d+)?$/.test(event) ? Number(event) * 1000 : Date.parse(event));
}

function zone(written: string | undefined): string {
  return written === undefined ? '' : written.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2');
}

function number(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}
