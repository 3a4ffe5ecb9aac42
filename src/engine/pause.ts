// Why a campaign does not go on now, and until when: a cap, the relay's own rest; and what its state is called.
// Asks cap and pace; changes nothing.

import type { Clock } from '../domain/clock.js';
import type { Pace } from '../domain/pace.js';
import type { Overview } from '../store/ledger.js';
import type { Cap } from './cap.js';
import type { RunEvent } from './events.js';

/** What keeps a relay from taking a message although there is one. */
export interface Pause {
  /** Milliseconds since 1970. */
  readonly until: number;
  /** As it is told when the run ends with it. */
  readonly event: Extract<RunEvent, { readonly event: 'paused' }>;
  /** The relay's reason, where it is its own. */
  readonly sentence: string | undefined;
}

/** The relay's rest comes first: nothing is known of what it would take under its caps. */
export function pauseOf(overview: Overview, cap: Cap, pace: Pace, clock: Clock): Pause | undefined {
  const rest = restOf(overview, pace, clock);
  if (rest !== undefined) {
    const { until, sentence } = rest;
    return { until, sentence, event: { event: 'paused', reason: 'rest', until: Math.round(until) } };
  }
  const closed = closedByCap(overview, cap);
  return closed && { until: closed.until, sentence: undefined, event: capped(closed) };
}

/** Until when a cap keeps a campaign from going on, if that is what does, and which. */
export function closedByCap({ counts, nextDue }: Overview, cap: Cap): ReturnType<Cap['closed']> {
  const closed = cap.closed();
  if (closed === undefined || counts.pending > 0) return closed;
  return nextDue !== undefined && nextDue < closed.until ? closed : undefined;
}

/** A cap of nothing is never open again, which JSON has no number for. */
function capped({ until, messages, name }: NonNullable<ReturnType<Cap['closed']>>): Pause['event'] {
  const opens = Number.isFinite(until) ? until : null;
  return { event: 'paused', reason: 'cap', until: opens, cap: name, messages };
}

/** The rest that the relay has taken itself, while there is anything to send: until when, and why. */
function restOf(
  { counts, nextDue }: Overview,
  pace: Pace,
  clock: Clock,
): { readonly until: number; readonly sentence: string } | undefined {
  const rest = pace.resting(clock.monotonic());
  if (rest === undefined || (counts.pending === 0 && nextDue === undefined)) return undefined;
  return { until: clock.now() + rest.until - clock.monotonic(), sentence: rest.sentence };
}

/** What a campaign that nobody works on is: complete; paused when only a held doubt stands in the way; else interrupted. */
export function runState({ counts }: Pick<Overview, 'counts'>): 'complete' | 'paused' | 'interrupted' {
  if (counts.pending + counts.deferred + counts.transmitting > 0) return 'interrupted';
  return counts.in_doubt > 0 ? 'paused' : 'complete';
}
