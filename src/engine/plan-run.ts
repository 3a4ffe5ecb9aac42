// The plan of a run before its first message: what the ledger knows of the relay, put to domain/plan.ts.

import { firstCounting } from '../domain/cap.js';
import { type Plan, planOf } from '../domain/plan.js';
import type { Rate } from '../domain/rate.js';
import type { Ledger } from '../store/ledger.js';
import { type CapSettings, limitsOf } from './cap.js';

/** When `left` deliveries leave, or as many as `limit` allows, if they begin at `now`. */
export function planRun(
  ledger: Pick<Ledger, 'handedOver' | 'firstUse'>,
  relay: string,
  settings: CapSettings & { readonly rate: Rate; readonly limit: number },
  left: number,
  now: number,
): Plan {
  const firstUse = settings.warmUp.length === 0 ? undefined : (ledger.firstUse(relay) ?? now);
  return planOf({
    messages: Math.min(left, settings.limit),
    rate: settings.rate,
    from: now,
    handed: ledger.handedOver(relay, firstCounting(now)),
    limitsAt: (at) => limitsOf(settings, firstUse, at),
  });
}
