// A file of addresses that must not be mailed: one a line, or a CSV list with a header, as other tools export them.
// Reads any file that a list of recipients may be; knows no ledger.

import { MailblastError } from '../domain/errors.js';
import { foldColumn } from '../domain/recipient.js';
import { parseEntry } from '../domain/suppression.js';
import { namesAddress, readHeader } from './columns.js';
import { type CsvRow, CsvRows } from './csv-rows.js';
import { findDialect } from './dialect.js';
import { findEncoding, toUtf8 } from './encoding.js';
import { findListFile, type ListFile } from './list-file.js';

/** A row of the file: an entry of the suppression list, or the reason why it is none. */
export type SuppressionRow =
  | { readonly line: number; readonly entry: string; readonly reason: string }
  | { readonly line: number; readonly invalid: string };

/** Where a row's address and reason stand. */
interface Places {
  readonly entry: number;
  /** -1 where no column is called reason. */
  readonly reason: number;
}

/** The most that is kept of a reason, in characters. */
const LONGEST_REASON = 500;

/**
 * Reads the rows in batches. A file whose first row holds an address, or a domain written with its @, has no header;
 * `emailColumn` names the address column where the header's own name is unusual, and is empty otherwise.
 * Rejects with a MailblastError: `no_input` when the file cannot be read; `data`, with the line, for an unclosed
 * quote, a header without an address column, or when not one row can be used.
 */
export async function* readSuppressions(options: {
  readonly path: string;
  readonly emailColumn: string;
}): AsyncGenerator<readonly SuppressionRow[], void> {
  const file = await findListFile(options.path);
  let places: Places | undefined;
  let usable = 0;
  let first: { readonly line: number; readonly invalid: string } | undefined;
  for await (const rows of readRows(file, options.emailColumn)) {
    const batch: SuppressionRow[] = [];
    for (const row of rows) {
      if (places === undefined) {
        places = placesOf(row, options.emailColumn, file.name);
        if (!hasEntry(row)) continue;
      }
      if (row.cells.every((cell) => cell.trim() === '')) continue;
      const judged = judge(row, places);
      if ('entry' in judged) usable++;
      else first ??= judged;
      batch.push(judged);
    }
    if (batch.length > 0) yield batch;
  }
  if (usable === 0 && first !== undefined) {
    throw new MailblastError(
      'data',
      `No row of the file can be used; in this one ${first.invalid}. Write one address or @domain a line, or name the column: --email-column <name>.`,
      { place: { file: file.name, line: first.line } },
    );
  }
}

async function* readRows(file: ListFile, emailColumn: string): AsyncGenerator<readonly CsvRow[], void> {
  const encoding = await findEncoding(() => file.octets(), file.name);
  let reader: CsvRows | undefined;
  for await (const piece of toUtf8(file.octets(), encoding)) {
    let octets = piece;
    if (reader === undefined) {
      const dialect = findDialect(piece, (cell) => namesAddress(cell, emailColumn));
      reader = new CsvRows(file.name, dialect, 1 + dialect.skipLines);
      octets = piece.subarray(dialect.skip);
    }
    const rows = await reader.write(octets);
    if (rows.length > 0) yield rows;
  }
  if (reader !== undefined) yield await reader.end();
}

/** Without a header the address stands first, and there is no reason. */
function placesOf(row: CsvRow, emailColumn: string, file: string): Places {
  if (hasEntry(row)) return { entry: 0, reason: -1 };
  const header = readHeader(row.cells, emailColumn, { file, line: row.line });
  const reason = header.columns.names.findIndex((name) => foldColumn(name) === 'reason');
  return { entry: header.email, reason: reason < 0 ? -1 : header.cells[reason]! };
}

function hasEntry({ cells }: CsvRow): boolean {
  const cell = unescaped(cells[0] ?? '');
  return cell.includes('@') && 'entry' in parseEntry(cell);
}

function judge({ line, cells }: CsvRow, places: Places): SuppressionRow {
  const written = unescaped(cells[places.entry] ?? '');
  // `add gmail.com` is meant; a damaged row that reads `gmail.com` is not.
  if (written.trim() !== '' && !written.includes('@')) {
    return { line, invalid: 'the address has no @ (a whole domain is written @example.com)' };
  }
  const parsed = parseEntry(written);
  if ('reason' in parsed) return { line, invalid: parsed.reason };
  const reason = (cells[places.reason] ?? '').replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return { line, entry: parsed.entry, reason: reason.slice(0, LONGEST_REASON) };
}

/** `suppress list --csv` puts an apostrophe before what a spreadsheet would take for a formula. */
function unescaped(cell: string): string {
  return cell.trim().replace(/^'(?=[=+\-@])/, '');
}
