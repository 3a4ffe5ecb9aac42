// The plan of a run through several relays: each takes its share, or what its rate allows, until its caps are reached, and
// then the others take its part. Goes through time minute by minute, as caps count. Pure.

import { allowance, type CapLimit, firstCounting, type HandedOver, minuteOf } from './cap.js';
import { note, PAUSE_MS, type Plan, type Portion, STEPS } from './plan.js';
import type { Rate } from './rate.js';

export interface PlannedRelay {
  readonly rate: Rate;
  /** Undefined for 1, where another has a share; where none has one, each takes what its rate allows. */
  readonly weight: number | undefined;
  /** What it was handed before, oldest first. */
  readonly handed: readonly HandedOver[];
  /** The caps in force at a moment. */
  readonly limitsAt: (at: number) => readonly CapLimit[];
}

const MINUTE_MS = 60_000;
/** Stands for unlimited, messages per second: faster than any relay is. */
const AT_ONCE = 1e6;

interface Part extends PlannedRelay {
  readonly counting: { minute: number; messages: number }[];
  /** What is over from the last minute, less than a message. */
  carried: number;
}

export function planOfSeveral(figures: {
  readonly messages: number;
  readonly from: number;
  readonly relays: readonly PlannedRelay[];
}): Plan {
  const parts = figures.relays.map((relay): Part => {
    return { ...relay, counting: relay.handed.map((each) => ({ ...each })), carried: 0 };
  });
  const portions: Portion[] = [];
  let left = figures.messages;
  let at = figures.from;
  let waited = true;
  for (let step = 0; left > 0 && step < STEPS; step++) {
    const allowed = parts.map((part) => leftOf(part, at));
    const open = parts.filter((_, i) => allowed[i]!.again === undefined);
    if (open.length === 0) {
      const again = Math.min(...allowed.map(({ again: each }) => each ?? at));
      if (!Number.isFinite(again)) break;
      waited ||= again - at > PAUSE_MS;
      at = again;
      continue;
    }
    const speeds = speedsOf(open);
    const speed = speeds.reduce((sum, each) => sum + each, 0);
    const uncapped = open.every(({ limitsAt }) => limitsAt(at).length === 0) && open.length === parts.length;
    const end = uncapped ? Number.POSITIVE_INFINITY : minuteOf(at) + MINUTE_MS;
    const stretch = Math.min(end - at, (left * 1000) / speed);
    let sent = 0;
    for (const [i, part] of open.entries()) {
      const due = (speeds[i]! * stretch) / 1000 + part.carried;
      const most = Math.min(Math.floor(due + 1e-6), leftOf(part, at).left, left - sent);
      part.carried = Math.min(due - most, 1);
      note(part.counting, at, most);
      sent += most;
    }
    // Less than a message each is left over.
    if (sent === 0 && stretch < end - at) {
      note(open[0]!.counting, at, left);
      sent = left;
    }
    const until = Math.min(at + (sent * 1000) / speed, end);
    const last = portions.at(-1);
    if (sent > 0 && (waited || last === undefined)) portions.push({ messages: sent, from: at, until });
    else if (sent > 0) portions.push({ messages: last!.messages + sent, from: portions.pop()!.from, until });
    waited &&= sent === 0;
    left -= sent;
    at = stretch === end - at ? end : until;
  }
  return { portions, later: left };
}

function leftOf({ counting, limitsAt }: Part, at: number): ReturnType<typeof allowance> {
  while (counting.length > 0 && counting[0]!.minute < firstCounting(at)) counting.shift();
  return allowance(counting, limitsAt(at), at);
}

/** Messages per second of each relay that is open: by shares, the one that is slowest for its share sets the pace. */
function speedsOf(open: readonly Part[]): number[] {
  const rates = open.map(({ rate }) => Math.min(rate, AT_ONCE));
  if (open.every(({ weight }) => weight === undefined)) return rates;
  const pace = Math.min(...open.map(({ weight = 1 }, i) => rates[i]! / weight));
  return open.map(({ weight = 1 }) => pace * weight);
}
