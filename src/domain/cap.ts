// How many messages a relay may still be handed under its caps, each for a rolling window of time, and when it may be
// handed the next. Pure.

const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** So many messages in any span of so many milliseconds, at the most. Survives JSON. */
export interface CapLimit {
  readonly messages: number;
  readonly windowMs: number;
}

/** Reads `50,100,200`: a cap for each day. Undefined when it is none. */
export function parseWarmUp(text: string): readonly number[] | undefined {
  return /^[1-9]\d{0,8}(?:\s*,\s*[1-9]\d{0,8})*$/.test(text.trim()) ? text.split(',').map(Number) : undefined;
}

/**
 * What a warm-up allows in 24 hours at `at`: the first figure for the 24 hours since the relay's first use, the second for
 * those after, and everything when there is no further figure. A relay without a first use has its first day before it.
 */
export function warmUpCap(days: readonly number[], firstUse: number | undefined, at: number): number {
  const day = Math.max(0, Math.floor((at - (firstUse ?? at)) / DAY_MS));
  return days[day] ?? Number.POSITIVE_INFINITY;
}

/** Messages that a relay was handed within one minute: accepted, transmitting or in doubt. */
export interface HandedOver {
  /** Milliseconds since 1970 of the minute's beginning. */
  readonly minute: number;
  readonly messages: number;
}

/** The minute that a moment lies in, by its beginning. Both are milliseconds since 1970. */
export function minuteOf(at: number): number {
  return Math.floor(at / MINUTE_MS) * MINUTE_MS;
}

/** The first minute that still counts at `now`: a minute counts until its last message is as old as the window is long. */
export function firstCounting(now: number, windowMs = DAY_MS): number {
  return minuteOf(now - windowMs);
}

/** What caps leave. */
export interface Allowance {
  /** Messages that may be handed over now; `Infinity` without any cap. */
  readonly left: number;
  /** When the next may, milliseconds since 1970; undefined when one may now. Exact to the minute, never too early. */
  readonly again: number | undefined;
  /** The cap that is closed for the longest; undefined when none is. */
  readonly by: CapLimit | undefined;
}

/** `handed` are the minutes that count at `now` for the longest window, oldest first, those in the future of a clock set back too. */
export function allowance(handed: readonly HandedOver[], caps: readonly CapLimit[], now: number): Allowance {
  let least: Allowance = { left: Number.POSITIVE_INFINITY, again: undefined, by: undefined };
  for (const cap of caps) {
    const { left, again } = leftUnder(cap, handed, now);
    const later = again !== undefined && again > (least.again ?? Number.NEGATIVE_INFINITY);
    least = {
      left: Math.min(least.left, left),
      again: later ? again : least.again,
      by: later ? cap : least.by,
    };
  }
  return least;
}

function leftUnder(
  { messages, windowMs }: CapLimit,
  handed: readonly HandedOver[],
  now: number,
): Pick<Allowance, 'left' | 'again'> {
  const counting = handed.filter(({ minute }) => minute >= firstCounting(now, windowMs));
  let over = counting.reduce((sum, each) => sum + each.messages, 0) - messages;
  if (over < 0) return { left: -over, again: undefined };
  for (const each of counting) {
    over -= each.messages;
    if (over < 0) return { left: 0, again: each.minute + MINUTE_MS + windowMs };
  }
  // A cap of nothing.
  return { left: 0, again: Number.POSITIVE_INFINITY };
}
