// `mailblast recipients`: who, and what became of them; as lines, CSV or JSON. Changes nothing.

import { existsSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import type { Campaign } from '../../domain/campaign.js';
import { STATES, type State } from '../../domain/delivery.js';
import { MailblastError } from '../../domain/errors.js';
import { nearest } from '../../domain/nearest.js';
import { formatReply } from '../../domain/reply.js';
import { messageIdOf } from '../../engine/letters.js';
import type { RecipientRecord } from '../../store/ledger.js';
import { EXIT } from '../exit-codes.js';
import { findCampaign, openExisting } from '../ledger-file.js';
import type { RecipientsFlags } from '../options.js';
import { makeOutput } from '../output.js';
import { stateName, timestamp } from '../words.js';

export async function runRecipients(name: string, options: RecipientsFlags): Promise<number> {
  const output = makeOutput({ json: options.json, quiet: false });
  const { states, file } = readState(options.state);
  const ledger = openExisting(file, { readonly: true });
  try {
    const campaign = findCampaign(ledger, name);
    const several = !options.csv && !options.json && ledger.byRelay(campaign).length > 1;
    if (options.attempts) {
      const { showAttempts } = await import('../attempts.js');
      await showAttempts(ledger.attempts(campaign, states), options, several, output);
      return EXIT.done;
    }
    const records = ledger.recipients(campaign, states);
    if (options.csv) await writeCsv(campaign, records);
    else {
      for (const record of records) {
        if (options.json) output.json(asJson(campaign, record));
        else output.say(asLine(record, several));
      }
    }
  } finally {
    ledger.close();
  }
  return EXIT.done;
}

/** `--state` names states or, when it names none, the ledger's file. */
function readState(values: readonly string[]): { readonly states: State[]; readonly file: string } {
  const states: State[] = [];
  let file = process.env.MAILBLAST_STATE ?? '';
  for (const value of values) {
    const names = value.split(',').map((part) => part.trim().toLowerCase().replace(/[ -]/g, '_'));
    const wrong = names.find((each) => !isState(each));
    if (wrong === undefined) states.push(...names.filter(isState));
    else if (names.length === 1 && (existsSync(value) || /[./\\]/.test(value))) file = value;
    else {
      const close = nearest(wrong, STATES);
      const guess = close === undefined ? '' : ` Did you mean ${close}?`;
      throw new MailblastError(
        'usage',
        `--state: there is no state "${wrong}".${guess} There are: ${STATES.join(', ')}.`,
      );
    }
  }
  return { states, file };
}

function isState(name: string): name is State {
  return (STATES as readonly string[]).includes(name);
}

/** `several`: the campaign used several relays, so it is told which. */
function asLine(record: RecipientRecord, several: boolean): string {
  const words = [record.reply ? formatReply(record.reply) : '', record.reason]
    .filter((part) => part !== '')
    .join('; ');
  const when = record.at === undefined ? '' : ` ${timestamp(record.at)}`;
  const who = record.address === '' ? '(no address)' : record.address;
  const by = several && record.relay !== '' ? ` by ${record.relay}` : '';
  return `line ${record.line}: ${who}: ${stateName(record.state)}${when}${by}${words === '' ? '' : `: ${words}`}`;
}

function asJson(campaign: Campaign, record: RecipientRecord): Record<string, string | number | null> {
  return {
    address: record.address,
    line: record.line,
    state: record.state,
    reason: record.reason,
    reply: record.reply ? formatReply(record.reply) : '',
    relay: record.relay,
    attempts: record.attempts,
    message_id: record.key === '' ? '' : messageIdOf(campaign, record.key),
    at: record.at ?? null,
  };
}

async function writeCsv(campaign: Campaign, records: Iterable<RecipientRecord>): Promise<void> {
  function* rows(): Generator<Record<string, string | number | null>> {
    for (const record of records) {
      yield {
        ...asJson(campaign, record),
        at: record.at === undefined ? '' : new Date(record.at).toISOString(),
      };
    }
  }
  const columns = ['address', 'line', 'state', 'reason', 'reply', 'relay', 'attempts', 'message_id', 'at'];
  // A cell that a spreadsheet would take for a formula gets an apostrophe in front.
  const csv = stringify({ header: true, columns, escape_formulas: true, record_delimiter: 'windows' });
  await pipeline(Readable.from(rows()), csv, process.stdout, { end: false });
}
