// The flow of a campaign's run: settle what earlier runs left, hand over what is due, stop in good order.
// The page to read first. Knows the interfaces of ledger and relay, no driver, no terminal.

import { Brake } from '../domain/brake.js';
import type { Campaign } from '../domain/campaign.js';
import type { Clock } from '../domain/clock.js';
import type { DomainGroup } from '../domain/domain-rates.js';
import { MailblastError } from '../domain/errors.js';
import { Pace } from '../domain/pace.js';
import type { Rate } from '../domain/rate.js';
import { Pool } from '../relay/pool.js';
import type { Relay } from '../relay/relay.js';
import type { InDoubtWord, Ledger, Overview } from '../store/ledger.js';
import { Cap, type CapSettings } from './cap.js';
import { Desk } from './desk.js';
import { Editions } from './editions.js';
import type { Reporter } from './events.js';
import { Gate } from './gate.js';
import { Lanes } from './lanes.js';
import type { PersonalMessage, Sign } from './letters.js';
import { Outcomes } from './outcomes.js';
import { capped, closedByCap, restOf, runState } from './pause.js';
import { planRun } from './plan-run.js';
import { Recorder } from './recorder.js';
import type { Stop } from './stop.js';

/** How a run is to go. Nothing is optional: the door fills it in. */
export interface SendSettings extends CapSettings {
  readonly rate: Rate;
  /** Recipient domains with a rate of their own. */
  readonly domainRates: readonly DomainGroup[];
  /** Sessions at once, at the most. */
  readonly connections: number;
  /** Messages that may be unanswered at once in each of them: with `connections`, the bound of R3. */
  readonly depth: number;
  /** Messages in this run, at the most; `Infinity` for all. */
  readonly limit: number;
  /** The last moment at which a message may be begun, milliseconds since 1970; `Infinity` for any. */
  readonly notAfter: number;
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
  readonly relay: Relay;
  readonly settings: SendSettings;
  /** Signs each message; undefined when they go unsigned. */
  readonly sign: Sign | undefined;
  readonly clock: Clock;
  readonly stop: Stop;
  readonly report: Reporter;
}

/** A run goes on for what falls due within this time; after that it is left to the next run. */
const STAY_MS = 5 * 60_000;
/** Signed messages made ahead: enough to keep two cores signing, at most half a second of a slow rate. */
const SIGNED_AHEAD = 32;
/** What is in flight when the run is asked to stop has so long to be answered. */
const DRAIN_MS = 20_000;

/**
 * Sends what is left of the campaign, whose lock the caller holds. Resolves when nothing more is to be done in this
 * run, also when it was asked to stop: everything known is then in the ledger.
 * @throws MailblastError when the relay or the ledger makes going on impossible; the ledger holds what came before.
 */
export async function send(run: SendRun): Promise<Overview> {
  const { campaign, ledger, relay, settings, clock, stop, report } = run;
  const letters = new Editions(campaign, ledger, run.sign);
  const settled = ledger.settle(campaign, settings.inDoubt, clock.now());
  const before = ledger.overview(campaign);
  const left = before.counts.pending + before.counts.deferred;
  report({
    event: 'start',
    campaign: campaign.name,
    left,
    relay: relay.name,
    rate: Number.isFinite(settings.rate) ? settings.rate : null,
    connections: settings.connections,
    in_doubt_at_most: settings.connections * settings.depth,
    held: settled.held,
    resent: settled.resent,
    assumed: settled.assumed,
    unsuppressed: settled.unsuppressed,
    plan: planRun(ledger, relay.name, settings, left, clock.now()).portions,
  });

  const recorder = new Recorder(ledger, clock, (error) => stop.fail(ledgerFailure(error)));
  const ended = new AbortController();
  const queue = new Lanes({
    ...{ ledger, campaign, groups: settings.domainRates, clock, over: ended.signal },
    onFilled: (error) => {
      if (error !== undefined) stop.fail(ledgerFailure(error));
      pool.wake();
      desk.lookUp();
    },
  });
  const pace = new Pace(settings.rate, settings.connections);
  const cap = new Cap(ledger, relay.name, settings, clock);
  const gate = new Gate(settings, cap, pace, clock, stop);
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
  const desk = new Desk({
    queue,
    letters,
    recorder,
    suppressions: ledger.suppressions,
    cap,
    pace,
    gate,
    outcomes: new Outcomes({
      ...{ recorder, relay: relay.name, clock, report },
      ...{ brake: new Brake(settings.maxRejected), onBrake },
    }),
    settings: {
      relay: relay.name,
      retryFor: settings.retryFor,
      ahead: Math.min(SIGNED_AHEAD, Math.max(1, Math.ceil(settings.rate / 2))),
    },
    clock,
    stop,
    report,
    onReady: () => {
      pool.wake();
      desk.lookUp();
    },
  });
  const notice = (text: string) => report({ event: 'notice', text });
  const pool = new Pool(relay, desk, { pace, notice }, clock, (failure) => stop.fail(failure));

  // At a slow rate nobody would ask for a message when the moment comes.
  if (Number.isFinite(settings.notAfter)) {
    void clock.sleep(settings.notAfter - clock.now() + 1, ended.signal).then(() => desk.lookUp());
  }
  try {
    while (!stop.drain.aborted) {
      pool.wake();
      await desk.quiet();
      if (stop.drain.aborted || gate.limitReached || gate.tooLate) break;
      await recorder.flush();
      const overview = ledger.overview(campaign);
      const rest = restOf(overview, pace, clock);
      const closed = rest === undefined ? closedByCap(overview, cap) : undefined;
      const until = rest?.until ?? closed?.until ?? (desk.stocked ? clock.now() : overview.nextDue);
      if (until === undefined || until > settings.notAfter) break;
      const pause = until - clock.now();
      if (pause > STAY_MS && !settings.wait) break;
      if (pause > 0)
        report(closed ? capped(closed) : { event: 'paused', reason: rest ? 'rest' : 'due_later', until });
      await clock.sleep(pause, stop.drain);
      queue.refill();
    }
  } finally {
    ended.abort();
  }
  await drain(pool, run);
  await recorder.flush();
  await relay.close();
  return finish(run, gate, cap, pace, letters, braked);
}

/** Lets the sessions finish what is in flight, within bounds. */
async function drain(pool: Pool<PersonalMessage>, { clock, stop }: SendRun): Promise<void> {
  const done = new AbortController();
  const breakOff = () => pool.destroy();
  stop.now.addEventListener('abort', breakOff);
  if (stop.now.aborted) breakOff();
  void clock.sleep(DRAIN_MS, done.signal).then(() => {
    if (!done.signal.aborted) breakOff();
  });
  await pool.close();
  done.abort();
  stop.now.removeEventListener('abort', breakOff);
}

/** Says how it ended, or throws what made it end. */
function finish(
  { campaign, ledger, stop, report, clock, settings: { notAfter } }: SendRun,
  gate: Gate,
  cap: Cap,
  pace: Pace,
  letters: Editions,
  braked: boolean,
): Overview {
  for (const [field, times] of letters.emptyFields) {
    report({ event: 'notice', text: `${field} was empty ${times} times and had no fallback.` });
  }
  const overview = ledger.overview(campaign);
  const { counts, nextDue } = overview;
  const closed = closedByCap(overview, cap);
  const rest = restOf(overview, pace, clock);
  const left = counts.pending + counts.deferred > 0;
  const paused = (closed ?? rest) !== undefined || (braked && left);
  const state = paused && counts.transmitting === 0 ? 'paused' : runState(overview);
  if (rest !== undefined) report({ event: 'notice', text: rest.sentence });
  if (braked && left) report({ event: 'paused', reason: 'brake', until: null });
  else if (gate.limitReached && counts.pending > 0) report({ event: 'paused', reason: 'limit', until: null });
  else if (left && (rest?.until ?? closed?.until ?? nextDue ?? clock.now()) > notAfter)
    report({ event: 'paused', reason: 'not_after', until: null });
  else if (rest !== undefined) report({ event: 'paused', reason: 'rest', until: Math.round(rest.until) });
  else if (closed !== undefined) report(capped(closed));
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

function brakedBecause(reason: string, { name }: Campaign): string {
  return `The run was stopped before the list is burnt. ${reason} Look into it; mailblast resume ${name} lifts the pause.`;
}

function ledgerFailure(error: unknown): MailblastError {
  if (error instanceof MailblastError) return error;
  return new MailblastError('cannot_write', `The ledger could not be written: ${String(error)}.`, {
    cause: error,
  });
}
