// When a run's messages will leave, as far as that can be told before the first: by the rate, the relay's caps and what it
// was handed already. Refusals, throttling and another run's messages are not foreseen. Pure.

import { allowance, type CapLimit, firstCounting, type HandedOver, minuteOf } from './cap.js';
import type { Rate } from './rate.js';

/** Messages that leave without a longer pause between them. Times are milliseconds since 1970. */
export interface Portion {
  readonly messages: number;
  readonly from: number;
  /** When the last of them leaves. */
  readonly until: number;
}

export interface Plan {
  readonly portions: readonly Portion[];
  /** Messages so far in the future that nobody plans for them; 0 nearly always. */
  readonly later: number;
}

export interface PlanFigures {
  readonly messages: number;
  readonly rate: Rate;
  /** When the first may leave. */
  readonly from: number;
  /** What the relay was handed before, oldest first. */
  readonly handed: readonly HandedOver[];
  /** The caps in force at a moment. */
  readonly limitsAt: (at: number) => readonly CapLimit[];
}

/** Waits shorter than this do not part portions: a used-up cap opens minute by minute. */
export const PAUSE_MS = 2 * 60_000;
const MINUTE_MS = 60_000;

/** Minutes with messages in them that are gone through, at the most: two weeks without a break. */
export const STEPS = 20_000;

export function planOf({ messages, rate, from, handed, limitsAt }: PlanFigures): Plan {
  const counting = handed.map((each) => ({ ...each }));
  const portions: Portion[] = [];
  let left = messages;
  let at = from;
  let waited = true;
  for (let step = 0; left > 0 && step < STEPS; step++) {
    while (counting.length > 0 && counting[0]!.minute < firstCounting(at)) counting.shift();
    const limits = limitsAt(at);
    const allowed = allowance(counting, limits, at);
    if (allowed.again !== undefined) {
      if (!Number.isFinite(allowed.again)) break;
      waited ||= allowed.again - at > PAUSE_MS;
      at = allowed.again;
      continue;
    }
    const most = Math.min(left, allowed.left);
    const sent = limits.length === 0 ? most : Math.min(most, perMinute(at, rate));
    const until = at + ((sent - 1) * 1000) / rate;
    note(counting, at, sent);
    const last = portions.at(-1);
    if (waited || last === undefined) portions.push({ messages: sent, from: at, until });
    else portions[portions.length - 1] = { messages: last.messages + sent, from: last.from, until };
    waited = false;
    left -= sent;
    at = until + 1000 / rate;
  }
  return { portions, later: left };
}

/** How many messages leave at this rate before the minute of `at` is over, one at the least. */
function perMinute(at: number, rate: Rate): number {
  return Math.max(1, Math.ceil(((minuteOf(at) + MINUTE_MS - at) * rate) / 1000));
}

export function note(counting: { minute: number; messages: number }[], at: number, messages: number): void {
  const minute = minuteOf(at);
  const last = counting.at(-1);
  if (last?.minute === minute) last.messages += messages;
  else counting.push({ minute, messages });
}
