// A CSV list as the rest of mailblast sees it: its columns, and its rows as recipients or as invalid rows with a reason.
// Puts file, encoding, dialect and header together; knows no ledger, and holds no more than a piece of the list.

import { MailblastError } from '../domain/errors.js';
import type { Columns, InvalidRow, ListRow } from '../domain/recipient.js';
import { type Header, namesAddress, readHeader } from './columns.js';
import { type CsvRow, CsvRows } from './csv-rows.js';
import { findDialect } from './dialect.js';
import { findEncoding, toUtf8 } from './encoding.js';
import { findListFile } from './list-file.js';
import { toListRow } from './list-row.js';

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
    const reader = () => new CsvRows(file.name, dialect, 1 + dialect.skipLines);
    const held = [sample.subarray(dialect.skip)];
    const [headerRow, firstRow] = await readBeginning(reader(), held, pieces);
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
    if (firstRow === undefined) {
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
      rows: readRows(file.name, header, notes, reader(), following(held, pieces)),
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

/**
 * The header and the rows that come with it, one at least if there is any; `held` grows by the pieces that this takes.
 * The rows are read once more with the others: where they are kept while a template is compiled, V8 takes rows for
 * something that lives long, and a million of them leave 100 MB of garbage where it seldom looks.
 */
async function readBeginning(
  reader: CsvRows,
  held: Buffer[],
  pieces: AsyncGenerator<Buffer, void>,
): Promise<CsvRow[]> {
  const found = await reader.write(held[0]!);
  while (found.length < 2) {
    const piece = await pieces.next();
    if (piece.done) return [...found, ...(await reader.end())];
    held.push(piece.value);
    found.push(...(await reader.write(piece.value)));
  }
  return found;
}

async function* following(
  held: Buffer[],
  pieces: AsyncGenerator<Buffer, void>,
): AsyncGenerator<Buffer, void> {
  try {
    yield* held.splice(0);
    yield* pieces;
  } finally {
    await pieces.return();
  }
}

async function* readRows(
  file: string,
  header: Header,
  notes: string[],
  reader: CsvRows,
  pieces: AsyncGenerator<Buffer, void>,
): AsyncGenerator<readonly ListRow[], void> {
  let usable = 0;
  let blank = 0;
  let firstInvalid: InvalidRow | undefined;
  let invalid = 0;
  let headerPassed = false;
  const judge = (rows: readonly CsvRow[]): ListRow[] => {
    const batch: ListRow[] = [];
    for (const row of rows) {
      if (!headerPassed) {
        headerPassed = true;
        continue;
      }
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
