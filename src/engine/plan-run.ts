// The plan of a run before its first message: what the ledger knows of the relays, put to domain/.

import { firstCounting } from '../domain/cap.js';
import { type Plan, planOf } from '../domain/plan.js';
import { planOfSeveral } from '../domain/plan-of-several.js';
import type { Ledger } from '../store/ledger.js';
import { limitsOf } from './cap.js';
import type { Route } from './route.js';

/** What of a route the plan depends on. */
export type PlannedRoute = Pick<Route, 'rate' | 'weight' | 'maxPerHour' | 'maxPerDay' | 'warmUp'> & {
  readonly relay: Pick<Route['relay'], 'name'>;
};

/** When `left` deliveries leave, or as many as `limit` allows, if they begin at `now`. */
export function planRun(
  ledger: Pick<Ledger, 'handedOver' | 'firstUse'>,
  routes: readonly PlannedRoute[],
  limit: number,
  left: number,
  now: number,
): Plan {
  const messages = Math.min(left, limit);
  const relays = routes.map((route) => {
    const { name } = route.relay;
    const firstUse = route.warmUp.length === 0 ? undefined : (ledger.firstUse(name) ?? now);
    return {
      rate: route.rate,
      weight: route.weight,
      handed: ledger.handedOver(name, firstCounting(now)),
      limitsAt: (at: number) => limitsOf(route, firstUse, at),
    };
  });
  const [only] = relays;
  if (only !== undefined && relays.length === 1) return planOf({ ...only, messages, from: now });
  return planOfSeveral({ messages, from: now, relays });
}
