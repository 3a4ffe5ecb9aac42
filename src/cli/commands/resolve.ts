// `mailblast resolve`: closes what is in doubt, by a relay's log and by the user's word.

import { MailblastError } from '../../domain/errors.js';
import { lockOf } from '../../engine/begin.js';
import { type Doubt, decide, type Finding, resolve, type Who } from '../../engine/resolve.js';
import { type LogRead, readLogs } from '../../relay-log/read-logs.js';
import { EXIT } from '../exit-codes.js';
import { findCampaign, openExisting } from '../ledger-file.js';
import { nextCommand } from '../next-command.js';
import type { HouseFlags } from '../options.js';
import { makeOutput, type Output } from '../output.js';
import { count, counted, timestamp } from '../words.js';

/** Options of `resolve`, as commander gives them. */
export interface ResolveFlags extends HouseFlags {
  /** Undefined when no log is named. */
  readonly fromLog: readonly string[] | undefined;
  /** Addresses, separated by commas, or `all`. */
  readonly accepted: string;
  readonly resend: string;
  readonly dryRun: boolean;
}

export async function runResolve(name: string, options: ResolveFlags): Promise<number> {
  const output = makeOutput({ json: options.json, quiet: false });
  const { fromLog = [], dryRun } = options;
  const word = { accepted: whoOf(options.accepted), resend: whoOf(options.resend) };
  const ledger = openExisting(options.state, { readonly: false });
  try {
    const campaign = findCampaign(ledger, name);
    const lock = lockOf(ledger, name);
    try {
      if (campaign.abandonedAt !== undefined && word.resend.length > 0) {
        throw new MailblastError('usage', `Campaign ${name} was abandoned: nobody is sent any more.`);
      }
      const read = (messageIds: readonly string[]) => readLogs(fromLog, messageIds, Date.now());
      const { doubts, logs } = await decide(campaign, ledger, word, fromLog.length > 0 ? read : undefined);
      if (!dryRun) resolve(campaign, ledger, doubts, Date.now());
      for (const log of logs?.logs ?? []) output.say(inWords(log));
      for (const doubt of doubts) {
        output.say(`${doubt.record.address}: ${verdict(doubt, dryRun)}`);
        output.json(asJson(doubt));
      }
      return sayEnd(name, ledger.path, doubts, dryRun, output);
    } finally {
      lock.release();
    }
  } finally {
    ledger.close();
  }
}

function whoOf(written: string): Who {
  const names = written.split(',').map((part) => part.trim());
  return names.includes('all') ? 'all' : names.filter((part) => part !== '');
}

function inWords({ name, kind, lines, from, to }: LogRead): string {
  const time = from === undefined || to === undefined ? '' : `, ${timestamp(from)} to ${timestamp(to)}`;
  return `${name}: ${kind}, ${counted(lines, 'line')}${time}.`;
}

const FOUND: Readonly<Record<Exclude<Finding, 'taken'>, string>> = {
  refused: 'the log shows that it was refused',
  begun: 'the log has its beginning, and not yet an end',
  absent: 'the log covers its time and has no trace of it; it may be sent again (--resend)',
  uncovered: 'the log has no trace of it, and does not cover its time',
  foreign:
    "the log has no trace of it, nor of anybody whom its relay accepted about then: is it that relay's log?",
  unread: 'in doubt',
};

function verdict({ finding, evidence, resolution }: Doubt, dryRun: boolean): string {
  const proof = evidence === '' ? '' : `: ${evidence}`;
  if (finding === 'taken') return `${dryRun ? 'would be ' : ''}accepted${proof}`;
  const found = `${FOUND[finding]}${proof}`;
  if (resolution === undefined) return found;
  const end = resolution.to === 'accepted' ? 'accepted by your word' : 'will be sent again';
  return `${dryRun ? `would be settled: ${end}` : end} (${found})`;
}

function asJson({ record, finding, evidence, resolution }: Doubt): Record<string, string | number> {
  return {
    event: resolution === undefined ? 'in_doubt' : 'resolved',
    address: record.address,
    line: record.line,
    state: resolution?.to ?? 'in_doubt',
    found: finding,
    evidence,
  };
}

function sayEnd(
  campaign: string,
  ledger: string,
  doubts: readonly Doubt[],
  dryRun: boolean,
  output: Output,
): number {
  const going = (to: string | undefined) =>
    doubts.filter(({ resolution }) => resolution?.to === to).map(({ record }) => record.address);
  const [accepted, resend, left] = [going('accepted'), going('pending'), going(undefined)];
  const json = { accepted: accepted.length, resend: resend.length, in_doubt: left.length };
  output.json({ event: dryRun ? 'would_resolve' : 'done', campaign, ...json });
  if (doubts.length === 0) {
    output.say(`Nobody is in doubt in campaign ${campaign}.`);
    return EXIT.done;
  }
  const what = `${count(accepted.length)} accepted, ${count(resend.length)} to be sent again, ${count(left.length)} in doubt`;
  output.say(
    dryRun
      ? `Campaign ${campaign} would have: ${what}. Nothing was changed.`
      : `Campaign ${campaign}: ${what}.`,
  );
  if (resend.length > 0 && !dryRun) output.say(`To send: ${nextCommand('resume', campaign, ledger)}`);
  if (left.length === 0) return EXIT.done;
  const way = nextCommand('resolve', campaign, ledger);
  output.say(
    `Settle the rest by your word: ${way} --accepted <addresses|all> (may leave them out) or --resend <addresses|all> (may mail them twice).`,
  );
  return EXIT.left;
}
