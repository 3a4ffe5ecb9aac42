// Deliveries in doubt, closed one by one: by what a relay's log proves, then by the user's word on the rest.
// Decides and writes; what is said about it is the caller's matter. Knows ledger and logs, no terminal.

import { isAddress, parseAddress } from '../domain/address.js';
import type { Campaign } from '../domain/campaign.js';
import { MailblastError } from '../domain/errors.js';
import type { LogsRead } from '../relay-log/read-logs.js';
import type { Ledger, RecipientRecord, Resolution } from '../store/ledger.js';
import { messageIdOf } from './letters.js';

/**
 * What the logs have of a delivery in doubt: `taken`, the relay took it; `refused`, it said no; `begun`, it has the
 * beginning and no end; `absent`, no trace though the logs cover its time; `uncovered`, no trace, and they do not;
 * `foreign`, no trace, nor of anybody else whom the relay was handed about then; `unread`, no log was given.
 */
export type Finding = 'taken' | 'refused' | 'begun' | 'absent' | 'uncovered' | 'foreign' | 'unread';

export interface Doubt {
  readonly record: RecipientRecord;
  readonly finding: Finding;
  /** The log's line with its place; empty when there is none. */
  readonly evidence: string;
  /** Where it goes; undefined when it stays in doubt. */
  readonly resolution: Resolution | undefined;
}

/** Whom the user's word is about. */
export type Who = 'all' | readonly string[];

/** The user's word on what the logs do not settle. Who is named goes before who is meant by `all`. */
export interface Word {
  readonly accepted: Who;
  readonly resend: Who;
}

/** Accepted deliveries that a log of the right relay must know at least one of; more than a lost line or two. */
const WITNESSES = 200;
/** They were accepted within an hour of a doubtful one's mark, so that they stand in the same log. */
const NEAR_MS = 3_600_000;

const BY_WORD = 'no reply was seen; accepted by choice';

/**
 * What is to become of each delivery in doubt, in the order of the list; an earlier run's `transmitting` are among
 * them. Changes nothing. Only a log's proof of acceptance decides by itself: nothing is sent again but by a word.
 * `read` reads the logs for the Message-IDs; undefined when there are none.
 * @throws MailblastError `usage` when the word is about somebody who is not in doubt, or says both of somebody.
 */
export async function decide(
  campaign: Campaign,
  ledger: Ledger,
  word: Word,
  read: ((messageIds: readonly string[]) => Promise<LogsRead>) | undefined,
): Promise<{ readonly doubts: readonly Doubt[]; readonly logs: LogsRead | undefined }> {
  const records = [...ledger.recipients(campaign, ['in_doubt', 'transmitting'])];
  const choose = chooser(word, new Set(records.map(({ key }) => key)), campaign.name);
  const logs = await read?.(
    [...records, ...witnesses(campaign, ledger, records)].map(({ key }) => messageIdOf(campaign, key)),
  );
  const doubts = records.map((record): Doubt => {
    const { finding, evidence } = findingOf(record, messageIdOf(campaign, record.key), logs);
    const to = finding === 'taken' ? 'accepted' : choose(record.key);
    const reason = finding === 'taken' ? `the relay's log, ${evidence}` : to === 'accepted' ? BY_WORD : '';
    return { record, finding, evidence, resolution: to && { key: record.key, to, reason } };
  });
  return { doubts, logs };
}

/** Writes what was decided. Needs the campaign's lock. */
export function resolve(campaign: Campaign, ledger: Ledger, doubts: readonly Doubt[], now: number): void {
  // What a crash left in transmission is in doubt from here on.
  ledger.settle(campaign, 'hold', now);
  ledger.resolve(
    campaign,
    doubts.flatMap(({ resolution }) => resolution ?? []),
    now,
  );
}

/** Who was accepted by the same relay at about the same time. */
function* witnesses(
  campaign: Campaign,
  ledger: Ledger,
  doubtful: readonly RecipientRecord[],
): Generator<RecipientRecord, void> {
  if (doubtful.length === 0) return;
  const relays = new Set(doubtful.map(({ relay }) => relay));
  const marks = doubtful.map(({ markedAt = 0 }) => markedAt).sort((a, b) => a - b);
  const [first, last] = [marks[0]! - NEAR_MS, marks.at(-1)! + NEAR_MS];
  let seen = 0;
  for (const record of ledger.recipients(campaign, ['accepted'])) {
    const { relay, at = 0 } = record;
    if (!relays.has(relay) || at < first || at > last) continue;
    yield record;
    seen++;
    if (seen === WITNESSES) return;
  }
}

function findingOf(
  { markedAt, at }: RecipientRecord,
  messageId: string,
  logs: LogsRead | undefined,
): { readonly finding: Finding; readonly evidence: string } {
  if (logs === undefined) return { finding: 'unread', evidence: '' };
  const trace = logs.traces.get(messageId);
  if (trace !== undefined) return { finding: trace.says, evidence: trace.evidence };
  // No trace in another relay's log is no news.
  if (logs.traces.size === 0) return { finding: 'foreign', evidence: '' };
  // Its last octets left at some time from its first mark on, and before it was found in doubt.
  const covered = markedAt !== undefined && logs.covers(markedAt, Math.max(markedAt, at ?? markedAt));
  return { finding: covered ? 'absent' : 'uncovered', evidence: '' };
}

function chooser(
  word: Word,
  inDoubt: ReadonlySet<string>,
  campaign: string,
): (key: string) => Resolution['to'] | undefined {
  if (word.accepted === 'all' && word.resend === 'all') {
    throw new MailblastError('usage', 'All cannot be accepted and sent again; name the addresses of one.');
  }
  const accepted = keysOf('--accepted', word.accepted, inDoubt, campaign);
  const resend = keysOf('--resend', word.resend, inDoubt, campaign);
  for (const key of accepted) {
    if (!resend.has(key)) continue;
    throw new MailblastError('usage', `${key} cannot be accepted and sent again; name it once.`);
  }
  return (key) => {
    if (accepted.has(key)) return 'accepted';
    if (resend.has(key)) return 'pending';
    if (word.accepted === 'all') return 'accepted';
    return word.resend === 'all' ? 'pending' : undefined;
  };
}

function keysOf(option: string, who: Who, inDoubt: ReadonlySet<string>, campaign: string): Set<string> {
  const keys = new Set<string>();
  for (const written of who === 'all' ? [] : who) {
    const parsed = parseAddress(written);
    const key = isAddress(parsed) ? parsed.key : written;
    if (!inDoubt.has(key)) {
      throw new MailblastError(
        'usage',
        `${option} ${written}: nobody of that address is in doubt in campaign ${campaign}. Nothing was changed.`,
      );
    }
    keys.add(key);
  }
  return keys;
}
