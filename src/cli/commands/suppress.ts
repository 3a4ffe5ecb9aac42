// `mailblast suppress add|import|list|remove`: who must not be mailed, whatever the campaign.

import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import { MailblastError } from '../../domain/errors.js';
import { entriesFor, parseEntry, type Suppression, whySuppressed } from '../../domain/suppression.js';
import { readSuppressions } from '../../list/suppression-list.js';
import type { Ledger } from '../../store/ledger.js';
import { openLedger } from '../../store/sqlite/open.js';
import { EXIT } from '../exit-codes.js';
import { ledgerPath, openExisting } from '../ledger-file.js';
import type { HouseFlags } from '../options.js';
import { makeOutput } from '../output.js';
import { count, counted, timestamp } from '../words.js';

/** `suppress add`: the ledger is made if need be, since people unsubscribe before the first campaign. */
export async function runSuppressAdd(
  texts: readonly string[],
  options: HouseFlags & { readonly reason: string },
): Promise<number> {
  const output = makeOutput({ json: options.json, quiet: false });
  const entries = [...new Set(texts.map((text) => readEntry(text, 'Nothing was added.')))];
  const reason = options.reason.trim();
  return withLedger(openLedger(ledgerPath(options.state, '', undefined)), async (ledger) => {
    const named = entries.map((entry) => ({ entry, reason, source: 'command line' }));
    const { added, known } = await ledger.suppressions.add(named, Date.now());
    output.say(`Ledger: ${ledger.path}`);
    output.say(
      `${counted(added, 'entry', 'entries')} added${known > 0 ? `, ${count(known)} known already` : ''}.`,
    );
    output.json({ event: 'suppress_add', added, known });
  });
}

/** `suppress import`: batch by batch. Cut off in the middle it has added a part; the same command again adds the rest. */
export async function runSuppressImport(
  file: string,
  options: HouseFlags & { readonly emailColumn: string },
): Promise<number> {
  const output = makeOutput({ json: options.json, quiet: false });
  const source = file === '-' ? 'standard input' : basename(file);
  const batches = readSuppressions({ path: file, emailColumn: options.emailColumn });
  // Read before a ledger is made: a mistyped path makes none.
  let batch = await batches.next();
  return withLedger(openLedger(ledgerPath(options.state, '', undefined)), async (ledger) => {
    const sums = { added: 0, known: 0, invalid: 0 };
    output.say(`Ledger: ${ledger.path}`);
    for (; !batch.done; batch = await batches.next()) {
      const entries: Omit<Suppression, 'at'>[] = [];
      for (const row of batch.value) {
        if ('entry' in row) entries.push({ entry: row.entry, reason: row.reason, source });
        else {
          sums.invalid++;
          if (sums.invalid <= INVALID_SHOWN) output.warn(`${source}:${row.line}: not added: ${row.invalid}.`);
        }
      }
      const { added, known } = await ledger.suppressions.add(entries, Date.now());
      sums.added += added;
      sums.known += known;
    }
    const { added, known, invalid } = sums;
    output.say(
      `${counted(added, 'entry', 'entries')} added, ${count(known)} known already, ${counted(invalid, 'row')} invalid.`,
    );
    output.json({ event: 'suppress_import', added, known, invalid });
  });
}

/** Invalid rows that are named; the rest is counted. */
const INVALID_SHOWN = 10;

export async function runSuppressList(options: HouseFlags & { readonly csv: boolean }): Promise<number> {
  const output = makeOutput({ json: options.json, quiet: false });
  return withLedger(openExisting(options.state, { readonly: true }), async (ledger) => {
    const entries = ledger.suppressions.list();
    if (options.csv) return writeCsv(entries);
    let listed = 0;
    for (const suppression of entries) {
      listed++;
      if (options.json) output.json(suppression);
      else output.say(asLine(suppression));
    }
    if (listed === 0) output.say(`Nobody is suppressed in the ledger ${ledger.path}.`);
  });
}

export async function runSuppressRemove(texts: readonly string[], options: HouseFlags): Promise<number> {
  const output = makeOutput({ json: options.json, quiet: false });
  const entries = [...new Set(texts.map((text) => readEntry(text, 'Nothing was removed.')))];
  return withLedger(openExisting(options.state, { readonly: false }), async (ledger) => {
    let removed = 0;
    for (const entry of entries) {
      if (await ledger.suppressions.remove(entry)) removed++;
      else output.say(`${entry} was not on the suppression list.`);
    }
    output.say(`Ledger: ${ledger.path}`);
    output.say(
      `${counted(removed, 'entry', 'entries')} removed. Campaigns that left them out mail them when they are run again.`,
    );
    for (const entry of entries) {
      const still = entry.startsWith('@') ? undefined : ledger.suppressions.of(entry);
      if (still)
        output.say(
          `${entry} is still not mailed: ${whySuppressed(still)}. Remove ${entriesFor(entry)[1]} too.`,
        );
    }
    output.json({ event: 'suppress_remove', removed, unknown: entries.length - removed });
  });
}

async function withLedger(ledger: Ledger, work: (ledger: Ledger) => Promise<void>): Promise<number> {
  try {
    await work(ledger);
  } finally {
    ledger.close();
  }
  return EXIT.done;
}

function readEntry(text: string, nothing: string): string {
  const parsed = parseEntry(text);
  if ('entry' in parsed) return parsed.entry;
  throw new MailblastError(
    'usage',
    `"${text}" is no address and no domain: ${parsed.reason}. Write ada@example.com, or @example.com for everybody there. ${nothing}`,
  );
}

function asLine({ entry, reason, source, at }: Suppression): string {
  return `${entry}: since ${timestamp(at)}, ${source}${reason === '' ? '' : `: ${reason}`}`;
}

/** In a form that `suppress import` reads. */
async function writeCsv(entries: Iterable<Suppression>): Promise<void> {
  function* rows(): Generator<Record<string, string>> {
    for (const { entry, reason, source, at } of entries) {
      yield { email: entry, reason, source, at: new Date(at).toISOString() };
    }
  }
  // A cell that a spreadsheet would take for a formula gets an apostrophe in front.
  const columns = ['email', 'reason', 'source', 'at'];
  const csv = stringify({ header: true, columns, escape_formulas: true, record_delimiter: 'windows' });
  await pipeline(Readable.from(rows()), csv, process.stdout, { end: false });
}
