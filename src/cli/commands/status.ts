// `mailblast status`: what became of a campaign, in words or as JSON. Changes nothing.

import type { Campaign } from '../../domain/campaign.js';
import { parseMoment } from '../../domain/moment.js';
import { Cap } from '../../engine/cap.js';
import { closedByCap, runState } from '../../engine/pause.js';
import { systemClock } from '../../engine/system-clock.js';
import type { Ledger, Overview, RelayShare } from '../../store/ledger.js';
import { capsOf, readKeptCaps } from '../caps.js';
import { EXIT } from '../exit-codes.js';
import { findCampaign, openExisting } from '../ledger-file.js';
import { nextCommand } from '../next-command.js';
import type { HouseFlags } from '../options.js';
import { makeOutput, type Output } from '../output.js';
import { capOption } from '../plan-words.js';
import { relayName } from '../relay-choice.js';
import { tooLate } from '../run-words.js';
import { clockTime, count, counted, countsInWords, timestamp } from '../words.js';

type Capped = ReturnType<typeof closedByCap>;

type CampaignState = ReturnType<typeof runState> | 'running' | 'abandoned';

export async function runStatus(name: string | undefined, options: HouseFlags): Promise<number> {
  const output = makeOutput({ json: options.json, quiet: false });
  const ledger = openExisting(options.state, { readonly: true });
  try {
    const campaigns =
      name === undefined ? ledger.names().map((each) => ledger.find(each)!) : [findCampaign(ledger, name)];
    // One campaign's relays take a walk along its list; all campaigns' would take too long.
    const shares = (campaign: Campaign) => (name === undefined ? [] : ledger.byRelay(campaign));
    if (options.json) {
      for (const campaign of campaigns) output.json(asJson(campaign, ledger, shares(campaign)));
    } else if (name === undefined) listAll(campaigns, ledger, output);
    else tell(campaigns[0]!, ledger, output);
  } finally {
    ledger.close();
  }
  return EXIT.done;
}

function stateOf(campaign: Campaign, overview: Overview, capped: Capped): CampaignState {
  if (campaign.abandonedAt !== undefined) return 'abandoned';
  if (overview.running) return 'running';
  if (campaign.braked && overview.counts.pending + overview.counts.deferred > 0) return 'paused';
  return capped !== undefined && overview.counts.transmitting === 0 ? 'paused' : runState(overview);
}

/** When the last run's caps let the campaign go on, if that is what it waits for, and which it is. */
function cappedBy({ options }: Campaign, overview: Overview, ledger: Ledger): Capped {
  const { relay, relays, maxPerDay = 0, maxPerHour = 0, warmUp = 'none' } = options;
  if (typeof relay !== 'string') return undefined;
  // Campaigns that ran last before there were several relays have one.
  const own = { maxPerDay: Number(maxPerDay), maxPerHour: Number(maxPerHour), warmUp: String(warmUp) };
  const kept = Array.isArray(relays)
    ? relays.map((text) => readKeptCaps(String(text)))
    : [{ name: relayName(relay), caps: capsOf(own) }];
  const closed = kept.map(({ name, caps }) => {
    return closedByCap(overview, new Cap(ledger, name, caps, systemClock));
  });
  let first: Capped;
  for (const each of closed) {
    if (each === undefined) return undefined;
    if (first === undefined || each.until < first.until) first = each;
  }
  return first;
}

function asJson(campaign: Campaign, ledger: Ledger, relays: readonly RelayShare[]): unknown {
  const overview = ledger.overview(campaign);
  return {
    campaign: campaign.name,
    state: stateOf(campaign, overview, cappedBy(campaign, overview, ledger)),
    counts: overview.counts,
    rehearsal: campaign.rehearsal,
    created_at: campaign.createdAt,
    changed_at: overview.changedAt ?? null,
    next_due: overview.nextDue ?? null,
    paused: campaign.braked ?? null,
    relays,
    ledger: ledger.path,
  };
}

function listAll(campaigns: readonly Campaign[], ledger: Ledger, output: Output): void {
  output.say(`Ledger: ${ledger.path}`);
  if (campaigns.length === 0) output.say('It has no campaign yet.');
  for (const campaign of campaigns) {
    const overview = ledger.overview(campaign);
    output.say(
      `${campaign.name}: ${stateOf(campaign, overview, cappedBy(campaign, overview, ledger))}; ${countsInWords(overview.counts)}.`,
    );
  }
}

function tell(campaign: Campaign, ledger: Ledger, output: Output): void {
  const overview = ledger.overview(campaign);
  const capped = cappedBy(campaign, overview, ledger);
  const state = stateOf(campaign, overview, capped);
  const rehearsal = campaign.rehearsal ? ', a rehearsal' : '';
  output.say(`Campaign ${campaign.name}${rehearsal}: ${state}.`);
  output.say(`Begun ${timestamp(campaign.createdAt)}; ledger ${ledger.path}.`);
  for (const [label, value] of Object.entries(overview.counts)) {
    if (value > 0) output.say(`  ${count(value).padStart(10)} ${label.replaceAll('_', ' ')}`);
  }
  const shares = ledger.byRelay(campaign);
  if (shares.length > 1) {
    for (const { relay, counts } of shares) output.say(`Through ${relay}: ${countsInWords(counts)}.`);
  }
  if (state === 'paused' && campaign.braked) {
    output.say(`Paused ${timestamp(campaign.braked.at)}: ${campaign.braked.reason}`);
  }
  for (const line of advice(campaign, ledger.path, overview, state)) output.say(line);
  const { notAfter = 'never' } = campaign.options;
  const late = Date.now() > (parseMoment(String(notAfter)) ?? Number.POSITIVE_INFINITY);
  if (late && overview.counts.pending + overview.counts.deferred > 0 && state !== 'abandoned') {
    output.say(tooLate(String(notAfter)));
  }
  if (state === 'paused' && capped !== undefined) {
    output.say(
      `${capOption(capped.name)} of the last run is reached; it can go on ${clockTime(capped.until, Date.now())}.`,
    );
  }
}

/** What is left, and what to do about it. */
function advice(campaign: Campaign, ledger: string, overview: Overview, state: CampaignState): string[] {
  const { counts, nextDue } = overview;
  const resume = nextCommand('resume', campaign.name, ledger);
  const who = (states: string) => nextCommand('recipients', campaign.name, ledger, '--state', states);
  const lines: string[] = [];
  if (state === 'running') return ['A run is at work on it now.'];
  if (state === 'abandoned') return ['It was ended for good; nobody left is sent.'];
  if (counts.pending > 0) {
    lines.push(`${counted(counts.pending, 'recipient is', 'recipients are')} still to be sent: ${resume}`);
  }
  if (counts.deferred > 0) {
    const when =
      nextDue === undefined
        ? ''
        : `, the next ${nextDue <= Date.now() ? 'now' : `due ${clockTime(nextDue, Date.now())}`}`;
    lines.push(
      `${counted(counts.deferred, 'delivery was', 'deliveries were')} put off by the relay and will be tried again${when}: ${resume}`,
    );
  }
  const doubtful = counts.in_doubt + counts.transmitting;
  if (doubtful > 0) {
    lines.push(
      `${counted(doubtful, 'delivery is', 'deliveries are')} in doubt: the message went out, its answer never came. See who: ${who('in_doubt,transmitting')}`,
      `The relay's log may know: ${nextCommand('resolve', campaign.name, ledger, '--from-log', '<file>')}`,
      `Else decide: ${resume} --in-doubt resend (may mail them twice) or --in-doubt assume-accepted (may leave them out).`,
    );
  }
  if (counts.invalid + counts.duplicate > 0) {
    lines.push(`Rows that were not sent: ${who('invalid,duplicate')}`);
  }
  if (counts.rejected + counts.expired > 0) {
    lines.push(`Refused, with the relay's words: ${who('rejected,expired')}`);
  }
  return lines;
}
