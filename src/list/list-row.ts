// One row of cells judged: somebody who can be mailed, a row that cannot be and why, or nothing but blanks.
// Knows the header and what a cell may hold; knows nothing of files or quotes.

import { isAddress, parseAddress } from '../domain/address.js';
import type { Fields, ListRow } from '../domain/recipient.js';
import type { Header } from './columns.js';
import type { CsvRow } from './csv-rows.js';

/** One row judged; undefined when it is blank, as spreadsheets leave them at a table's end. */
export function toListRow(row: CsvRow, header: Header): ListRow | undefined {
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
