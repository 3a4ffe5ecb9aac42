// What is said about a run: how it begins, how it ended, and what it waits for. Words alone; run.ts decides when.

import type { Campaign } from '../domain/campaign.js';
import { STATES, type State } from '../domain/delivery.js';
import { formatDuration } from '../domain/duration.js';
import type { RunEvent } from '../engine/events.js';
import type { Overview } from '../store/ledger.js';
import { nextCommand } from './next-command.js';
import type { RunFlags } from './options.js';
import type { Output } from './output.js';
import { capOption, pacesInWords, planInWords } from './plan-words.js';
import type { RouteChoice } from './routes.js';
import { countsTable } from './summary.js';
import type { Ink } from './terminal.js';
import { clockTime, count, counted, countsInWords, listed, stateName } from './words.js';

export type Paused = Extract<RunEvent, { readonly event: 'paused' }>;

/** What keeps the run from going on now, a sentence or two; empty where the counts say it. */
export function pausedInWords(paused: Paused, flags: RunFlags): string {
  if (paused.reason === 'cap') return cappedInWords(paused);
  if (paused.reason === 'not_after') return tooLate(flags.notAfter);
  if (paused.reason !== 'rest') return '';
  const who = paused.relay === undefined ? 'The relay' : `${paused.relay}, the first of the relays,`;
  return `${who} may be asked again ${clockTime(paused.until!, Date.now())}; run the same command then.`;
}

export function sayStart(
  event: Extract<RunEvent, { readonly event: 'start' }>,
  chosen: readonly RouteChoice[],
  flags: RunFlags,
  output: Output,
): void {
  if (event.resent > 0)
    output.say(`${counted(event.resent, 'delivery', 'deliveries')} in doubt will be sent again.`);
  if (event.assumed > 0)
    output.say(`${counted(event.assumed, 'delivery', 'deliveries')} in doubt count as accepted now.`);
  if (event.unsuppressed > 0)
    output.say(`${counted(event.unsuppressed, 'recipient is', 'recipients are')} not suppressed any longer.`);
  if (event.held > 0) {
    output.say(
      `${counted(event.held, 'delivery is', 'deliveries are')} in doubt from an earlier run and held; --in-doubt resend or assume-accepted decides.`,
    );
  }
  if (event.left === 0) return;
  const now = Date.now();
  output.say(
    `Sending to ${counted(event.left, 'recipient')} through ${listed(event.relays.map(({ relay }) => relay))}. ` +
      `Should this run be cut off, at most ${count(event.in_doubt_at_most)} will be in doubt.`,
  );
  // One portion that begins at once is what the bar will show.
  if (event.plan.length < 2 && (event.plan[0]?.from ?? 0) <= now) return;
  const told = event.plan.reduce((sum, { messages }) => sum + messages, 0);
  const messages = flags.limit === 0 ? event.left : Math.min(event.left, flags.limit);
  const plan = planInWords({ portions: event.plan, later: messages - told }, now);
  output.say(`${counted(messages, 'recipient')} at ${pacesInWords(chosen)}: ${plan}.`);
}

/** Green is accepted, red has no good end, yellow may still get one. */
const INKS: Readonly<Record<State, Ink>> = {
  pending: 'cyan',
  transmitting: 'yellow',
  accepted: 'green',
  deferred: 'yellow',
  rejected: 'red',
  in_doubt: 'yellow',
  expired: 'red',
  suppressed: 'dim',
  invalid: 'red',
  duplicate: 'dim',
  withdrawn: 'dim',
};

export function sayEnd(
  campaign: Campaign,
  ledger: string,
  overview: Overview,
  flags: RunFlags,
  stopped: boolean,
  paused: Paused | undefined,
  output: Output,
): void {
  const { counts, nextDue } = overview;
  const why = paused === undefined || isComplete(overview) ? '' : pausedInWords(paused, flags);
  const how = isComplete(overview) ? 'is complete' : stopped ? 'was stopped' : 'is not complete yet';
  const end = `Campaign ${campaign.name} ${how}: ${countsInWords(counts)}.`;
  // Cron mails what is said: nothing when all went well, and one line when something is left.
  if (output.quiet && !isComplete(overview)) output.warn(why === '' ? end : `${end} ${why}`);
  output.say(end);
  // One state is said already.
  if (output.terminal !== undefined && STATES.filter((state) => counts[state] > 0).length > 1) {
    const rows = STATES.map((state) => ({ label: stateName(state), count: counts[state], ink: INKS[state] }));
    for (const line of ['', ...countsTable(rows, output.terminal), '']) output.say(line);
  }
  if (isComplete(overview)) return;
  const again = nextCommand('resume', campaign.name, ledger);
  if (counts.pending > 0) {
    const limited = !stopped && flags.limit > 0 ? ' --limit was reached;' : '';
    output.say(
      `${counted(counts.pending, 'recipient is', 'recipients are')} left;${limited} go on with the same command, or: ${again}`,
    );
  }
  if (nextDue !== undefined) {
    const wait = Math.max(0, nextDue - Date.now());
    output.say(
      `The next deferred delivery is due in ${formatDuration(wait)} (${clockTime(nextDue, Date.now())}): ${again}`,
    );
  }
  if (counts.in_doubt > 0) {
    output.say(
      `${counted(counts.in_doubt, 'delivery is', 'deliveries are')} in doubt: ${nextCommand('recipients', campaign.name, ledger, '--state', 'in_doubt')}`,
    );
  }
  if (why !== '') output.say(why);
}

/** A sentence on a campaign that nothing more is begun of. */
export function tooLate(notAfter: string): string {
  return `Nothing is begun after ${notAfter}, by --not-after; --not-after never lifts it.`;
}

function cappedInWords({ until, cap = 'day', messages = 0, relay }: Paused): string {
  const when = until === null ? '' : ` The next message may go ${clockTime(until, Date.now())}.`;
  const span = cap === 'hour' ? 'hour' : '24 hours';
  const who =
    relay === undefined ? 'This relay' : `No relay takes more for now. The first to open again, ${relay},`;
  return `${who} was handed ${count(messages)} messages in the last ${span}, which is ${capOption(cap)}.${when}`;
}

export function isComplete({ counts }: Overview): boolean {
  return counts.pending + counts.transmitting + counts.deferred + counts.in_doubt === 0;
}
