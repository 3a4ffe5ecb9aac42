// Why a campaign does not go on now, and until when: a cap, the relay's own rest; and what its state is called.
// Asks cap and pace; changes nothing.

import type { Clock } from '../domain/clock.js';
import type { Pace } from '../domain/pace.js';
import type { Overview } from '../store/ledger.js';
import type { Cap } from './cap.js';
import type { RunEvent } from './events.js';

/** Until when a cap keeps a campaign from going on, if that is what does, and which. */
export function closedByCap({ counts, nextDue }: Overview, cap: Cap): ReturnType<Cap['closed']> {
  const closed = cap.closed();
  if (closed === undefined || counts.pending > 0) return closed;
  return nextDue !== undefined && nextDue < closed.until ? closed : undefined;
}

/** A cap of nothing is never open again, which JSON has no number for. */
export function capped({ until, messages, name }: NonNullable<ReturnType<Cap['closed']>>): RunEvent {
  const opens = Number.isFinite(until) ? until : null;
  return { event: 'paused', reason: 'cap', until: opens, cap: name, messages };
}

/** The rest that the relay has taken itself, while there is anything to send: until when, and why. */
export function restOf(
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
