// What `send` and `resume` have in common once the campaign is there: the last question, the run, and how it ended.

import { resolve } from 'node:path';
import { parseShare } from '../domain/brake.js';
import type { Campaign, RunOptions } from '../domain/campaign.js';
import { parseWarmUp } from '../domain/cap.js';
import { formatDuration, parseDuration } from '../domain/duration.js';
import { parseMoment } from '../domain/moment.js';
import { parseRate } from '../domain/rate.js';
import type { CapSettings } from '../engine/cap.js';
import type { RunEvent } from '../engine/events.js';
import { planRun } from '../engine/plan-run.js';
import { send } from '../engine/send.js';
import { Stop } from '../engine/stop.js';
import { systemClock } from '../engine/system-clock.js';
import type { DkimSigner } from '../message/dkim.js';
import type { Relay } from '../relay/relay.js';
import type { Ledger, Overview } from '../store/ledger.js';
import { EXIT } from './exit-codes.js';
import { nextCommand } from './next-command.js';
import type { RunFlags } from './options.js';
import type { Output } from './output.js';
import { capOption, paceInWords, planInWords } from './plan-words.js';
import { Progress } from './progress.js';
import { withoutLogin } from './relay-choice.js';
import { listenForSignals } from './signals.js';
import { clockTime, count, counted, countsInWords } from './words.js';

type CapFlags = Pick<RunFlags, 'maxPerDay' | 'maxPerHour' | 'warmUp'>;
type Paused = Extract<RunEvent, { readonly event: 'paused' }>;

/** Sends what is left of a campaign whose lock is held, and says how it went. Gives the exit code. */
export async function runCampaign(
  campaign: Campaign,
  ledger: Ledger,
  relay: Relay,
  signer: DkimSigner | undefined,
  flags: RunFlags,
  output: Output,
): Promise<number> {
  for (const note of signer?.notes ?? []) output.say(note);
  const stop = new Stop();
  const progress = new Progress(output);
  let paused: Paused | undefined;
  const signals = listenForSignals(stop, (line) => progress.line(line));
  try {
    const overview = await send({
      campaign,
      ledger,
      relay,
      settings: {
        rate: parseRate(flags.rate)!,
        connections: flags.connections,
        depth: flags.depth,
        limit: limitOf(flags),
        maxRejected: parseShare(flags.maxRejected)!,
        notAfter: parseMoment(flags.notAfter) ?? Number.POSITIVE_INFINITY,
        ...capsOf(flags),
        retryFor: parseDuration(flags.retryFor)!,
        wait: flags.wait,
        inDoubt: flags.inDoubt,
      },
      sign: signer?.sign,
      clock: systemClock,
      stop,
      report: (event) => {
        if (event.event === 'start') {
          sayStart(event, flags, output);
        }
        if (event.event === 'paused') paused = event;
        progress.report(event);
      },
    });
    sayEnd(campaign, ledger.path, overview, flags, signals.code !== undefined, output);
    if (isComplete(overview)) return EXIT.done;
    if (paused?.reason === 'cap') sayCapped(paused, output);
    if (paused?.reason === 'not_after') output.say(tooLate(flags.notAfter));
    if (paused?.reason === 'rest') {
      output.say(
        `The relay may be asked again ${clockTime(paused.until!, Date.now())}; run the same command then.`,
      );
    }
    return signals.code ?? EXIT.left;
  } finally {
    progress.stop();
    signals.off();
  }
}

/** The caps of a run, 0 standing for none. */
export function capsOf({ maxPerDay, maxPerHour, warmUp }: CapFlags): CapSettings {
  const cap = (messages: number) => (messages === 0 ? Number.POSITIVE_INFINITY : messages);
  return { maxPerDay: cap(maxPerDay), maxPerHour: cap(maxPerHour), warmUp: parseWarmUp(warmUp) ?? [] };
}

function limitOf({ limit }: RunFlags): number {
  return limit === 0 ? Number.POSITIVE_INFINITY : limit;
}

/** What `resume` needs to go on as this run did. URLs are kept without their logins. */
export function remembered(options: RunFlags): RunOptions {
  const { relay, rate, connections, depth, retryFor, wait, dkimDomain, dkimSelector, dkimKey: key } = options;
  const { maxPerDay, maxPerHour, warmUp, notAfter, maxRejected, oauth2, proxy } = options;
  const path = (file: string) => (file === '' ? '' : resolve(file));
  return {
    relay: withoutLogin(relay),
    rate,
    connections,
    depth,
    maxPerDay,
    maxPerHour,
    warmUp,
    notAfter,
    maxRejected,
    retryFor,
    wait,
    dkimDomain,
    dkimSelector,
    dkimKey: path(key),
    oauth2,
    proxy: withoutLogin(proxy),
    tlsCa: path(options.tlsCa),
    tlsCert: path(options.tlsCert),
    tlsKey: path(options.tlsKey),
  };
}

/** "Send to 1,200 recipients …?" — asked once, before a campaign's first message, on a terminal only. */
export async function mayBegin(
  campaign: Campaign,
  ledger: Ledger,
  relay: string,
  flags: RunFlags,
  output: Output,
): Promise<boolean> {
  const left = ledger.overview(campaign).counts.pending;
  const now = Date.now();
  const late = now > (parseMoment(flags.notAfter) ?? Number.POSITIVE_INFINITY);
  if (flags.yes || !output.interactive || left === 0 || late) return true;
  const settings = { ...capsOf(flags), rate: parseRate(flags.rate)!, limit: limitOf(flags) };
  const plan = planRun(ledger, relay, settings, left, now);
  const [first] = plan.portions;
  const when =
    plan.portions.length === 1 && first!.from <= now
      ? Number.isFinite(settings.rate)
        ? `, until about ${clockTime(first!.until, now)}`
        : ''
      : `: ${planInWords(plan, now)}`;
  const messages = Math.min(left, settings.limit);
  return output.confirm(
    `Send to ${counted(messages, 'recipient')} from ${campaign.content.sender.from} through ${relay} at ${paceInWords(flags)}${when}?`,
  );
}

function sayStart(
  event: Extract<RunEvent, { readonly event: 'start' }>,
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
    `Sending to ${counted(event.left, 'recipient')} through ${event.relay}. ` +
      `Should this run be cut off, at most ${count(event.in_doubt_at_most)} will be in doubt.`,
  );
  // One portion that begins at once is what the bar will show.
  if (event.plan.length < 2 && (event.plan[0]?.from ?? 0) <= now) return;
  const told = event.plan.reduce((sum, { messages }) => sum + messages, 0);
  const messages = flags.limit === 0 ? event.left : Math.min(event.left, flags.limit);
  const plan = planInWords({ portions: event.plan, later: messages - told }, now);
  output.say(`${counted(messages, 'recipient')} at ${paceInWords(flags)}: ${plan}.`);
}

function sayEnd(
  campaign: Campaign,
  ledger: string,
  overview: Overview,
  flags: RunFlags,
  stopped: boolean,
  output: Output,
): void {
  const { counts, nextDue } = overview;
  const how = isComplete(overview) ? 'is complete' : stopped ? 'was stopped' : 'is not complete yet';
  output.say(`Campaign ${campaign.name} ${how}: ${countsInWords(counts)}.`);
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
}

/** A sentence on a campaign that nothing more is begun of. */
export function tooLate(notAfter: string): string {
  return `Nothing is begun after ${notAfter}, by --not-after; --not-after never lifts it.`;
}

function sayCapped({ until, cap = 'day', messages = 0 }: Paused, output: Output): void {
  const when = until === null ? '' : ` The next message may go ${clockTime(until, Date.now())}.`;
  const span = cap === 'hour' ? 'hour' : '24 hours';
  output.say(
    `This relay was handed ${count(messages)} messages in the last ${span}, which is ${capOption(cap)}.${when}`,
  );
}

function isComplete({ counts }: Overview): boolean {
  return counts.pending + counts.transmitting + counts.deferred + counts.in_doubt === 0;
}
