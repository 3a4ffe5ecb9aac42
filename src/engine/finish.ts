// How a run ended: what keeps the campaign from going on, told in the order in which it matters. Sends nothing.

import type { Overview } from '../store/ledger.js';
import type { Bounds } from './bounds.js';
import type { Outlets } from './outlets.js';
import { runState } from './pause.js';
import type { SendRun } from './send.js';

/** Says how it ended, or throws what made it end. */
export function finish(
  { campaign, ledger, stop, report, clock, settings: { notAfter } }: SendRun,
  outlets: Outlets,
  bounds: Bounds,
  braked: boolean,
): Overview {
  for (const [field, times] of outlets.emptyFields) {
    report({ event: 'notice', text: `${field} was empty ${times} times and had no fallback.` });
  }
  const overview = ledger.overview(campaign);
  const { counts, nextDue } = overview;
  const closed = outlets.pause(overview);
  const left = counts.pending + counts.deferred > 0;
  const paused = closed !== undefined || (braked && left);
  const state = paused && counts.transmitting === 0 ? 'paused' : runState(overview);
  if (closed?.sentence !== undefined) report({ event: 'notice', text: closed.sentence });
  if (braked && left) report({ event: 'paused', reason: 'brake', until: null });
  else if (bounds.limitReached && counts.pending > 0)
    report({ event: 'paused', reason: 'limit', until: null });
  else if (left && (closed?.until ?? nextDue ?? clock.now()) > notAfter)
    report({ event: 'paused', reason: 'not_after', until: null });
  else if (closed !== undefined) report(closed.event);
  else if (nextDue !== undefined) report({ event: 'paused', reason: 'due_later', until: nextDue });
  else if (state === 'paused') report({ event: 'paused', reason: 'in_doubt', until: null });
  report({
    event: 'done',
    campaign: campaign.name,
    state,
    counts: overview.counts,
    next_due: nextDue ?? null,
  });
  if (stop.failure) throw stop.failure;
  return overview;
}
