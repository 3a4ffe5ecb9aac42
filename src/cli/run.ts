// What `send` and `resume` have in common once the campaign is there: the last question, the run, and how it ended.

import { resolve } from 'node:path';
import { parseShare } from '../domain/brake.js';
import type { Campaign, RunOptions } from '../domain/campaign.js';
import { type DomainGroup, parseDomainRates } from '../domain/domain-rates.js';
import { parseDuration } from '../domain/duration.js';
import { MailblastError } from '../domain/errors.js';
import { parseMoment } from '../domain/moment.js';
import { planRun } from '../engine/plan-run.js';
import type { Route } from '../engine/route.js';
import { send } from '../engine/send.js';
import { Stop } from '../engine/stop.js';
import { systemClock } from '../engine/system-clock.js';
import type { Ledger } from '../store/ledger.js';
import { keptCaps } from './caps.js';
import { EXIT } from './exit-codes.js';
import type { RunFlags } from './options.js';
import type { Output } from './output.js';
import { pacesInWords, planInWords } from './plan-words.js';
import { Progress } from './progress.js';
import { withoutLogin } from './relay-choice.js';
import { ledgerNames, type makeRoutes, type RouteChoice } from './routes.js';
import { isComplete, type Paused, sayEnd, sayStart } from './run-words.js';
import { listenForSignals } from './signals.js';
import { clockTime, counted, listed } from './words.js';

/** Sends what is left of a campaign whose lock is held, and says how it went. Gives the exit code. */
export async function runCampaign(
  campaign: Campaign,
  ledger: Ledger,
  { routes, notes }: ReturnType<typeof makeRoutes>,
  chosen: readonly RouteChoice[],
  flags: RunFlags,
  output: Output,
): Promise<number> {
  for (const note of notes) output.say(note);
  const stop = new Stop();
  const progress = new Progress(output);
  let paused: Paused | undefined;
  const signals = listenForSignals(stop, (line) => progress.line(line));
  try {
    const overview = await send({
      campaign,
      ledger,
      routes,
      settings: {
        limit: limitOf(flags),
        maxRejected: parseShare(flags.maxRejected)!,
        domainRates: groupsOf(flags),
        notAfter: parseMoment(flags.notAfter) ?? Number.POSITIVE_INFINITY,
        retryFor: parseDuration(flags.retryFor)!,
        wait: flags.wait,
        inDoubt: flags.inDoubt,
      },
      clock: systemClock,
      stop,
      report: (event) => {
        if (event.event === 'start') {
          sayStart(event, chosen, flags, output);
        }
        if (event.event === 'paused') paused = event;
        progress.report(event);
      },
    });
    sayEnd(campaign, ledger.path, overview, flags, signals.code !== undefined, paused, output);
    if (isComplete(overview)) return EXIT.done;
    return signals.code ?? EXIT.left;
  } finally {
    progress.stop();
    signals.off();
  }
}

function limitOf({ limit }: RunFlags): number {
  return limit === 0 ? Number.POSITIVE_INFINITY : limit;
}

/** @throws MailblastError `settings` when the last run's options, kept by another mailblast, are no rates. */
function groupsOf({ domainRate }: RunFlags): readonly DomainGroup[] {
  const parsed = parseDomainRates(domainRate);
  if ('groups' in parsed) return parsed.groups;
  throw new MailblastError('settings', `--domain-rate: ${parsed.reason}.`);
}

/** What `resume` and `status` need to go on as this run did. URLs are kept without their logins. */
export function remembered(options: RunFlags, chosen: readonly RouteChoice[]): RunOptions {
  const { relay, rate, connections, depth, retryFor, wait, dkimDomain, dkimSelector, dkimKey: key } = options;
  const { maxPerDay, maxPerHour, warmUp, notAfter, maxRejected, domainRate, oauth2, proxy } = options;
  const path = (file: string) => (file === '' ? '' : resolve(file));
  return {
    relay: withoutLogin(relay),
    relays: ledgerNames(chosen).map((name, i) => keptCaps(name, chosen[i]!.flags)),
    rate,
    connections,
    depth,
    maxPerDay,
    maxPerHour,
    warmUp,
    notAfter,
    maxRejected,
    domainRate,
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
  routes: readonly Route[],
  chosen: readonly RouteChoice[],
  flags: RunFlags,
  output: Output,
): Promise<boolean> {
  const left = ledger.overview(campaign).counts.pending;
  const now = Date.now();
  const late = now > (parseMoment(flags.notAfter) ?? Number.POSITIVE_INFINITY);
  if (flags.yes || !output.interactive || left === 0 || late) return true;
  const plan = planRun(ledger, routes, limitOf(flags), left, now);
  const [first] = plan.portions;
  const when =
    plan.portions.length === 1 && first!.from <= now
      ? routes.every(({ rate }) => Number.isFinite(rate))
        ? `, until about ${clockTime(first!.until, now)}`
        : ''
      : `: ${planInWords(plan, now)}`;
  const messages = Math.min(left, limitOf(flags));
  return output.confirm(
    `Send to ${counted(messages, 'recipient')} from ${campaign.content.sender.from} through ${listed(routes.map(({ relay }) => relay.name))} at ${pacesInWords(chosen)}${when}?`,
  );
}
