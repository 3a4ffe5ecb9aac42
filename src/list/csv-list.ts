// A CSV list as the rest of mailblast sees it: its columns, and its rows as recipients or as invalid rows with a reason.
// Puts file, encoding, dialect and header together; knows no ledger, and holds no more than a piece of the list.

import { isAddress, parseAddress } from '../domain/address.js';
import { MailblastError } from '../domain/errors.js';
import type { Columns, Fields, InvalidRow, ListRow } from '../domain/recipient.js';
import { type Header, namesAddress, readHeader } from './columns.js';
import { type CsvRow, CsvRows } from './csv-rows.js';
import { findDialect } from './dialect.js';
import { findEncoding, toUtf8 } from './encoding.js';
import { findListFile } from './list-file.js';

export { hashList } from './list-file.js';

export interface ListOptions {
  /** Path of the list; `-` for standard input, which is read once and kept for the process's life. */
  readonly path: string;
  /** Name of the address column; empty to find it by its usual names. */
  readonly emailColumn: string;
}

export interface OpenedList {
  readonly columns: Columns;
  /**
   * The rows in batches of about a thousand, to be iterated once. Leaving the loop early closes the list.
   * Rejects with a MailblastError `data` where an unclosed quote hides rows, and at the end if no row can be mailed.
   */
  readonly rows: AsyncIterable<readonly ListRow[]>;
  /** What the reader found out or passed over, in sentences. Complete when the rows have been read. */
  readonly notes: readonly string[];
  /** Closes the list. Needed only where the rows are not iterated. */
  close(): Promise<void>;
}

/** How much of a list is looked at to find out its dialect. */
const SAMPLE = 64 * 1024;

const DELIMITER_NAMES: Readonly<Record<string, string>> = { ';': 'semicolons', '\t': 'tabs', '|': 'pipes' };

/**
 * Opens a list and reads its header.
 * @throws MailblastError `no_input` when it cannot be read; `data`, with the line, when it is empty, has no rows, no
 *   address column, a repeated column name, an unclosed quote, or an encoding that cannot be told.
 */
export async function openList(options: ListOptions): Promise<OpenedList> {
  const file = await findListFile(options.path);
  const encoding = await findEncoding(() => file.octets(), file.name);
  const pieces = toUtf8(file.octets(), encoding);
  try {
    const sample = await readSample(pieces);
    const dialect = findDialect(sample, (cell) => namesAddress(cell, options.emailColumn));
    const reader = new CsvRows(file.name, dialect, 1 + dialect.skipLines);
    const found: CsvRow[] = await reader.write(sample.subarray(dialect.skip));
    while (found.length < 2) {
      const piece = await pieces.next();
      if (piece.done) {
        found.push(...(await reader.end()));
        break;
      }
      found.push(...(await reader.write(piece.value)));
    }
    const [headerRow, ...rows] = found;
    if (headerRow === undefined) {
      throw new MailblastError(
        'data',
        'The list is empty. Its first line names the columns, such as: email,first_name',
        {
          place: { file: file.name },
        },
      );
    }
    const place = { file: file.name, line: headerRow.line };
    const header = readHeader(headerRow.cells, options.emailColumn, place);
    if (rows.length === 0) {
      throw new MailblastError('data', 'The list has a header, and no rows below it.', { place });
    }
    const notes = [...header.notes];
    if (encoding !== 'UTF-8') notes.unshift(`The list is read as ${encoding}.`);
    if (dialect.delimiter !== ',') {
      const name = DELIMITER_NAMES[dialect.delimiter] ?? `"${dialect.delimiter}"`;
      notes.unshift(`The list's cells are separated by ${name}.`);
    }
    return {
      columns: header.columns,
      notes,
      rows: readRows(file.name, header, notes, rows, reader, pieces),
      close: async () => {
        await pieces.return();
      },
    };
  } catch (error) {
    await pieces.return();
    throw error;
  }
}

async function readSample(pieces: AsyncGenerator<Buffer, void>): Promise<Buffer> {
  const read: Buffer[] = [];
  for (let length = 0; length < SAMPLE; ) {
    const piece = await pieces.next();
    if (piece.done) break;
    read.push(piece.value);
    length += piece.value.length;
  }
  return Buffer.concat(read);
}

async function* readRows(
  file: string,
  header: Header,
  notes: string[],
  first: readonly CsvRow[],
  reader: CsvRows,
  pieces: AsyncGenerator<Buffer, void>,
): AsyncGenerator<readonly ListRow[], void> {
  let usable = 0;
  let blank = 0;
  let firstInvalid: InvalidRow | undefined;
  let invalid = 0;
  const judge = (rows: readonly CsvRow[]): ListRow[] => {
    const batch: ListRow[] = [];
    for (const row of rows) {
      const judged = toListRow(row, header);
      if (judged === undefined) {
        blank++;
        continue;
      }
      if (judged.kind === 'recipient') usable++;
      else {
        invalid++;
        firstInvalid ??= judged;
      }
      batch.push(judged);
    }
    return batch;
  };
  try {
    yield judge(first);
    for await (const piece of pieces) {
      const batch = judge(await reader.write(piece));
      if (batch.length > 0) yield batch;
    }
    const last = judge(await reader.end());
    if (last.length > 0) yield last;
  } finally {
    await pieces.return();
  }
  if (usable === 0) throw noneUsable(file, header, invalid, firstInvalid);
  if (blank > 0) notes.push(`${blank === 1 ? '1 row' : `${blank} rows`} of blank cells only passed over.`);
}

function noneUsable(
  file: string,
  header: Header,
  invalid: number,
  first: InvalidRow | undefined,
): MailblastError {
  if (first === undefined) {
    return new MailblastError('data', 'The list has a header, and nothing but blank rows below it.', {
      place: { file },
    });
  }
  const many = invalid === 1 ? 'The only row cannot be mailed' : `None of the ${invalid} rows can be mailed`;
  return new MailblastError(
    'data',
    `${many}; in this one ${first.reason}. The addresses were looked for in the column "${header.columns.email}"; --email-column names another.`,
    { place: { file, line: first.line } },
  );
}

/** One row judged; undefined when it is blank, as spreadsheets leave them at a table's end. */
function toListRow(row: CsvRow, header: Header): ListRow | undefined {
  const { cells } = row;
  const written = cells[header.email] ?? '';
  const parsed = parseAddress(written);
  const reason = unusual(row, header) ?? (isAddress(parsed) ? undefined : parsed.reason);
  if (reason === undefined && isAddress(parsed)) {
    return {
      kind: 'recipient',
      line: row.line,
      address: parsed.address,
      key: parsed.key,
      fields: fields(cells, header),
    };
  }
  if (cells.every((cell) => cell.trim() === '')) return undefined;
  return { kind: 'invalid', line: row.line, address: visible(written), reason: reason ?? '' };
}

/** What is wrong with a row apart from its address. */
function unusual(row: CsvRow, header: Header): string | undefined {
  const { cells } = row;
  if (cells.length < header.least || !spareCellsAreBlank(cells, header.width)) {
    const count = `the row has ${cells.length} ${cells.length === 1 ? 'cell' : 'cells'} where the header has ${header.width}`;
    if (row.lastLine > row.line)
      return `${count}; it goes on to line ${row.lastLine}, is a quote not closed?`;
    return cells.some((cell) => /^\s+"/.test(cell)) ? `${count}; a blank stands before a quote` : count;
  }
  for (let i = 0; i < header.cells.length; i++) {
    const bad = FORBIDDEN.exec(cells[header.cells[i]!]!);
    if (bad)
      return `the column "${header.columns.names[i]}" holds the control character ${codePoint(bad[0])}`;
  }
  return undefined;
}

/** Control characters (C0, DEL, C1) other than tab, CR and LF. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose.
const FORBIDDEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/;

/** Spreadsheets end rows with separators that their header does not have. */
function spareCellsAreBlank(cells: readonly string[], width: number): boolean {
  for (let i = width; i < cells.length; i++) if (cells[i]!.trim() !== '') return false;
  return true;
}

function fields(cells: readonly string[], { columns, cells: places, email }: Header): Fields {
  // An object that loses its prototype is twice as fast to read later as one made without it.
  const values: Record<string, string> = Object.setPrototypeOf({}, null);
  for (let i = 0; i < places.length; i++) {
    const place = places[i]!;
    values[columns.names[i]!] = place === email ? cells[place]!.trim() : cells[place]!;
  }
  return values;
}

function codePoint(character: string): string {
  return `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** The address as far as it can be told: control characters as their pictures (U+2400 block), 254 characters at most. */
function visible(written: string): string {
  return Array.from(written.trim().slice(0, 1024), picture).slice(0, 254).join('');
}

function picture(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return '\u2421';
  return /\p{C}/u.test(character) ? '\ufffd' : character;
}
