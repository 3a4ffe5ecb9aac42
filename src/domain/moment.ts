// Moments as people write them, with their offset: the same text means the same moment on every machine. Pure.

const WRITTEN = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d)?(Z|[+-]\d\d:\d\d)$/;

/**
 * Reads `2026-12-01T12:00+01:00` or `2026-12-01T11:00:00Z` (RFC 3339 5.6; seconds may be left out) as milliseconds since
 * 1970. Undefined when it is none of these, or no day of the calendar.
 */
export function parseMoment(text: string): number | undefined {
  const match = WRITTEN.exec(text.trim().toUpperCase());
  if (!match) return undefined;
  const [whole, local, , offset] = match;
  const asIfUtc = new Date(`${local}Z`);
  // JavaScript takes the 30th of February for the 2nd of March.
  if (Number.isNaN(asIfUtc.getTime()) || !asIfUtc.toISOString().startsWith(local!)) return undefined;
  if (offset !== 'Z' && !/^[+-](0\d|1[0-4]):[0-5]\d$/.test(offset!)) return undefined;
  const at = Date.parse(whole);
  return Number.isNaN(at) ? undefined : at;
}
