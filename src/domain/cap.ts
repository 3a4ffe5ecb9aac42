// How many messages a relay may still be handed under a cap for any 24 hours, and when it may be handed the next. Pure.

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

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

/** The first minute that still counts at `now`: a minute counts until its last message is 24 hours old. */
export function firstCounting(now: number): number {
  return minuteOf(now - DAY_MS);
}

/** What a cap leaves. */
export interface Allowance {
  /** Messages that may be handed over now. */
  readonly left: number;
  /** When the next may, milliseconds since 1970; undefined when one may now. Exact to the minute, never too early. */
  readonly again: number | undefined;
}

/** `handed` are the minutes that count at the time of asking, oldest first, those in the future of a clock set back too. */
export function allowance(handed: readonly HandedOver[], cap: number): Allowance {
  let over = handed.reduce((sum, { messages }) => sum + messages, 0) - cap;
  if (over < 0) return { left: -over, again: undefined };
  for (const { minute, messages } of handed) {
    over -= messages;
    if (over < 0) return { left: 0, again: minute + MINUTE_MS + DAY_MS };
  }
  // A cap of nothing.
  return { left: 0, again: Number.POSITIVE_INFINITY };
}
