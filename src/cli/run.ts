// What `send` and `resume` have in common once the campaign is there: the last question, the run, and how it ended.

import { resolve } from 'node:path';
import { parseShare } from '../domain/brake.js';
import type { Campaign, RunOptions } from '../domain/campaign.js';
import { parseWarmUp } from '../domain/cap.js';
import { parseDuration } from '../domain/duration.js';
import { parseMoment } from '../domain/moment.js';
import { parseRate } from '../domain/rate.js';
import type { CapSettings } from '../engine/cap.js';
import { planRun } from '../engine/plan-run.js';
import { send } from '../engine/send.js';
import { Stop } from '../engine/stop.js';
import { systemClock } from '../engine/system-clock.js';
import type { DkimSigner } from '../message/dkim.js';
import type { Relay } from '../relay/relay.js';
import type { Ledger } from '../store/ledger.js';
import { EXIT } from './exit-codes.js';
import type { RunFlags } from './options.js';
import type { Output } from './output.js';
import { paceInWords, planInWords } from './plan-words.js';
import { Progress } from './progress.js';
import { withoutLogin } from './relay-choice.js';
import { isComplete, type Paused, sayEnd, sayPaused, sayStart } from './run-words.js';
import { listenForSignals } from './signals.js';
import { clockTime, counted } from './words.js';

type CapFlags = Pick<RunFlags, 'maxPerDay' | 'maxPerHour' | 'warmUp'>;

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
      sign: signer?.signature,
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
    if (paused !== undefined) sayPaused(paused, flags, output);
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
