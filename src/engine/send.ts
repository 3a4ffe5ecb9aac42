// The flow of a campaign's run: settle what earlier runs left, hand over what is due, stop in good order.
// The page to read first. Knows the interfaces of ledger and relay, no driver, no terminal.

import { Brake } from '../domain/brake.js';
import type { Campaign } from '../domain/campaign.js';
import type { Clock } from '../domain/clock.js';
import type { DomainGroup } from '../domain/domain-rates.js';
import { MailblastError } from '../domain/errors.js';
import type { InDoubtWord, Ledger, Overview, Settled } from '../store/ledger.js';
import { type BoundSettings, Bounds } from './bounds.js';
import type { Reporter } from './events.js';
import { finish } from './finish.js';
import { Lanes } from './lanes.js';
import { Outlets } from './outlets.js';
import { planRun } from './plan-run.js';
import { Recorder } from './recorder.js';
import type { Route } from './route.js';
import type { Stop } from './stop.js';

/** How a run is to go, whatever its relays. Nothing is optional: the door fills it in. */
export interface SendSettings extends BoundSettings {
  /** Recipient domains with a rate of their own. */
  readonly domainRates: readonly DomainGroup[];
  /** The share of refusals among the last ends of deliveries that stops the run when exceeded; 1 for no brakes. */
  readonly maxRejected: number;
  /** Milliseconds from a delivery's first attempt, after which it is given up. */
  readonly retryFor: number;
  /** Stay until the last deferred delivery has an end. */
  readonly wait: boolean;
  readonly inDoubt: InDoubtWord;
}

export interface SendRun {
  readonly campaign: Campaign;
  readonly ledger: Ledger;
  /** One relay or several. */
  readonly routes: readonly Route[];
  readonly settings: SendSettings;
  readonly clock: Clock;
  readonly stop: Stop;
  readonly report: Reporter;
}

/** A run goes on for what falls due within this time; after that it is left to the next run. */
const STAY_MS = 5 * 60_000;
/** What is in flight when the run is asked to stop has so long to be answered. */
const DRAIN_MS = 20_000;

/**
 * Sends what is left of the campaign, whose lock the caller holds. Resolves when nothing more is to be done in this
 * run, also when it was asked to stop: everything known is then in the ledger.
 * @throws MailblastError when the relays or the ledger make going on impossible; the ledger holds what came before.
 */
export async function send(run: SendRun): Promise<Overview> {
  const { campaign, ledger, routes, settings, clock, stop, report } = run;
  const settled = ledger.settle(campaign, settings.inDoubt, clock.now());
  reportStart(run, settled);

  const recorder = new Recorder(ledger, clock, (error) => stop.fail(ledgerFailure(error)));
  const ended = new AbortController();
  const queue = new Lanes({
    ...{ ledger, campaign, groups: settings.domainRates, clock, over: ended.signal },
    onFilled: (error) => {
      if (error !== undefined) stop.fail(ledgerFailure(error));
      outlets.wake();
    },
  });
  const bounds = new Bounds(settings, clock, stop);
  let braked = false;
  const onBrake = (reason: string) => {
    if (braked) return;
    braked = true;
    stop.fail(new MailblastError('unfinished', brakedBecause(reason, campaign)));
    try {
      ledger.brake(campaign, reason, clock.now());
    } catch (error) {
      report({ event: 'notice', text: ledgerFailure(error).message });
    }
  };
  const outlets = new Outlets({
    ...{ campaign, ledger, routes, queue, recorder, bounds, over: ended.signal },
    ...{ brake: new Brake(settings.maxRejected), onBrake, retryFor: settings.retryFor },
    ...{ clock, stop, report },
  });

  // At a slow rate nobody would ask for a message when the moment comes.
  if (Number.isFinite(settings.notAfter)) {
    void clock.sleep(settings.notAfter - clock.now() + 1, ended.signal).then(() => outlets.lookUp());
  }
  try {
    while (!stop.drain.aborted) {
      outlets.wake();
      await outlets.quiet();
      if (stop.drain.aborted || bounds.limitReached || bounds.tooLate) break;
      await recorder.flush();
      const overview = ledger.overview(campaign);
      const closed = outlets.pause(overview);
      const until = closed?.until ?? (outlets.stocked ? clock.now() : overview.nextDue);
      if (until === undefined || until > settings.notAfter) break;
      const pause = until - clock.now();
      if (pause > STAY_MS && !settings.wait) break;
      if (pause > 0) report(closed?.event ?? { event: 'paused', reason: 'due_later', until });
      await clock.sleep(pause, stop.drain);
      queue.refill();
    }
  } finally {
    ended.abort();
  }
  await drain(outlets, run);
  await recorder.flush();
  return finish(run, outlets, bounds, braked);
}

/** Lets the sessions finish what is in flight, within bounds. */
async function drain(outlets: Outlets, { clock, stop }: SendRun): Promise<void> {
  const done = new AbortController();
  const breakOff = () => outlets.destroy();
  stop.now.addEventListener('abort', breakOff);
  if (stop.now.aborted) breakOff();
  void clock.sleep(DRAIN_MS, done.signal).then(() => {
    if (!done.signal.aborted) breakOff();
  });
  await outlets.close();
  done.abort();
  stop.now.removeEventListener('abort', breakOff);
}

function reportStart({ campaign, ledger, routes, settings, clock, report }: SendRun, settled: Settled): void {
  const { counts } = ledger.overview(campaign);
  const left = counts.pending + counts.deferred;
  const sum = (figure: (route: Route) => number) => routes.reduce((total, route) => total + figure(route), 0);
  const orNull = (rate: number) => (Number.isFinite(rate) ? rate : null);
  const { held, resent, assumed, unsuppressed } = settled;
  report({
    event: 'start',
    campaign: campaign.name,
    left,
    relay: routes.map(({ relay }) => relay.name).join(', '),
    rate: orNull(sum(({ rate }) => rate)),
    connections: sum(({ connections }) => connections),
    in_doubt_at_most: sum(({ connections, depth }) => connections * depth),
    ...{ held, resent, assumed, unsuppressed },
    plan: planRun(ledger, routes, settings.limit, left, clock.now()).portions,
    relays: routes.map(({ relay, rate, connections, weight = null }) => {
      return { relay: relay.name, rate: orNull(rate), connections, weight };
    }),
  });
}

function brakedBecause(reason: string, { name }: Campaign): string {
  return `The run was stopped before the list is burnt. ${reason} Look into it; mailblast resume ${name} lifts the pause.`;
}

function ledgerFailure(error: unknown): MailblastError {
  if (error instanceof MailblastError) return error;
  return new MailblastError('cannot_write', `The ledger could not be written: ${String(error)}.`, {
    cause: error,
  });
}
