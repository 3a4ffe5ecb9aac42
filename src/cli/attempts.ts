// `recipients --attempts`: each attempt that was kept, as lines, CSV or JSON. Changes nothing.

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import { formatReply } from '../domain/reply.js';
import type { AttemptRecord } from '../store/ledger.js';
import type { RecipientsFlags } from './options.js';
import type { Output } from './output.js';
import { stateName, timestamp } from './words.js';

const COLUMNS = ['address', 'line', 'at', 'took_ms', 'relay', 'stage', 'reply', 'reason', 'state'];

/** `several`: the campaign used several relays, so lines tell which. */
export async function showAttempts(
  attempts: Iterable<AttemptRecord>,
  { csv, json }: RecipientsFlags,
  several: boolean,
  output: Output,
): Promise<void> {
  if (csv) return writeCsv(attempts);
  for (const attempt of attempts) {
    if (json) output.json(asJson(attempt));
    else output.say(asLine(attempt, several));
  }
}

function asLine(attempt: AttemptRecord, several: boolean): string {
  const { address, line, at, tookMs, relay, stage, reply, reason, state } = attempt;
  const words = reply ? formatReply(reply) : reason;
  const where = stage === '' ? '' : ` at ${stage}`;
  const by = several && relay !== '' ? ` by ${relay}` : '';
  return `line ${line}: ${address}: ${timestamp(at)}${by}${where} after ${tookMs} ms: ${words}; ${stateName(state)}`;
}

function asJson(attempt: AttemptRecord): Record<string, string | number> {
  const { address, line, at, tookMs, relay, stage, reply, reason, state } = attempt;
  const said = reply ? formatReply(reply) : '';
  return { address, line, at, took_ms: tookMs, relay, stage, reply: said, reason, state };
}

async function writeCsv(attempts: Iterable<AttemptRecord>): Promise<void> {
  function* rows(): Generator<Record<string, string | number>> {
    for (const attempt of attempts) yield { ...asJson(attempt), at: new Date(attempt.at).toISOString() };
  }
  // As of recipients: no formula, and lines as spreadsheets like them.
  const csv = stringify({
    header: true,
    columns: COLUMNS,
    escape_formulas: true,
    record_delimiter: 'windows',
  });
  await pipeline(Readable.from(rows()), csv, process.stdout, { end: false });
}
