// What a relay's logs say of messages in doubt: the strongest sign of each, with its line, and which times are covered.
// Knows logs and Message-IDs; knows nothing of campaigns, and decides nothing.

import { MailblastError } from '../domain/errors.js';
import { LOG_KINDS, type Sign } from './kinds.js';
import { lineTime } from './line-time.js';
import { logLines, nameOf } from './log-file.js';

/** The strongest sign of a message. */
export interface Trace {
  readonly says: Sign['says'];
  /** The line that says so, with its place: `maillog:2311: Nov 25 …`. */
  readonly evidence: string;
}

/** A log, for people. Times are milliseconds since 1970; undefined when no line tells one. */
export interface LogRead {
  readonly name: string;
  readonly kind: string;
  readonly lines: number;
  readonly from: number | undefined;
  readonly to: number | undefined;
}

export interface LogsRead {
  readonly logs: readonly LogRead[];
  /** By Message-ID, without angle brackets. */
  readonly traces: ReadonlyMap<string, Trace>;
  /** Whether the logs cover all of a time, ends included. */
  covers(from: number, to: number): boolean;
}

/** A taken message is taken, whatever befell another copy; a refusal says more than a beginning. */
const STRENGTH: Readonly<Record<Sign['says'], number>> = { begun: 1, refused: 2, taken: 3 };

/** Characters of a line that are kept as evidence. */
const LONGEST_EVIDENCE = 300;

/** One log goes on where another ends when no more than this lies between: a relay at work is not silent for so long. */
const JOINED_MS = 10 * 60_000;

/**
 * Reads logs for what they say of messages. A Message-ID is `<32 hex digits>@domain`; its first part, which
 * X-Mailblast-ID carries too, is the message's own, and the log may have another domain behind it. Several logs of one relay are read as one, the oldest first, whatever their order here.
 * Rejects with a MailblastError: `no_input` or `data`, also for a file that is no log of a known kind.
 */
export async function readLogs(
  paths: readonly string[],
  messageIds: readonly string[],
  now: number,
): Promise<LogsRead> {
  const own = (name: string) => name.split('@', 1)[0]!;
  const ids = new Map(messageIds.map((id) => [own(id), id]));
  const readers = LOG_KINDS.map((kind) => kind.reader((name) => ids.get(own(name))));
  const traces = new Map<string, Trace>();
  const logs: LogRead[] = [];
  for (const path of await oldestFirst(paths, now)) {
    const name = nameOf(path);
    let kind: string | undefined;
    let count = 0;
    let from: number | undefined;
    let last = '';
    for await (const lines of logLines(path)) {
      for (const line of lines) {
        count++;
        if (line === '') continue;
        kind ??= LOG_KINDS.find((each) => each.line.test(line))?.name;
        from ??= lineTime(line, now);
        last = line;
        for (const read of readers) {
          const sign = read(line);
          if (sign === undefined) continue;
          const known = traces.get(sign.messageId);
          if (known !== undefined && STRENGTH[known.says] >= STRENGTH[sign.says]) continue;
          const evidence = `${name}:${count}: ${line.replace(/\p{Cc}/gu, ' ').slice(0, LONGEST_EVIDENCE)}`;
          traces.set(sign.messageId, { says: sign.says, evidence });
        }
      }
    }
    if (kind === undefined) {
      throw new MailblastError(
        'data',
        `This is no log that mailblast can read: not one line of ${LOG_KINDS.map((each) => each.name).join(', ')} (JSON, an object a line) is in it.`,
        { place: { file: name } },
      );
    }
    // Times are whole seconds in most logs: the last one counts to its end.
    const to = lineTime(last, now);
    logs.push({ name, kind, lines: count, from, to: to === undefined ? undefined : to + 999 });
  }
  const spans = joined(logs);
  return { logs, traces, covers: (from, to) => spans.some((span) => span.from <= from && to <= span.to) };
}

/** By the time of their first line, so that a message that began before a rotation is followed beyond it. */
async function oldestFirst(paths: readonly string[], now: number): Promise<readonly string[]> {
  if (paths.length < 2) return paths;
  const begun = new Map<string, number>();
  for (const path of paths) begun.set(path, await beginning(path, now));
  return [...begun.keys()].sort((a, b) => begun.get(a)! - begun.get(b)!);
}

/** Standard input cannot be read twice, and is taken for the newest. */
async function beginning(path: string, now: number): Promise<number> {
  if (path === '-') return Number.POSITIVE_INFINITY;
  for await (const lines of logLines(path)) {
    for (const line of lines) {
      const time = lineTime(line, now);
      if (time !== undefined) return time;
    }
  }
  return Number.POSITIVE_INFINITY;
}

function joined(logs: readonly LogRead[]): readonly { from: number; to: number }[] {
  const spans: { from: number; to: number }[] = [];
  for (const { from, to } of logs) {
    if (from === undefined || to === undefined) continue;
    const before = spans.at(-1);
    if (before !== undefined && from <= before.to + JOINED_MS) before.to = Math.max(before.to, to);
    else spans.push({ from, to });
  }
  return spans;
}
