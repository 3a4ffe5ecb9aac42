// Each recipient's own attachment, named by a column (`--attach-column`): found and hashed while the list is read, so
// that a file that is missing ends its row before the first message, and read again when the message is written.
// The hash stands with the recipient's fields in the ledger: a second copy is the same octet for octet, or the row ends
// as invalid with the reason (R6). Knows files and rows; knows nothing of the ledger.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import mimeTypes from 'mime-types';
import type { AttachColumn } from '../domain/campaign.js';
import { UnmergeableRow } from '../domain/errors.js';
import type { Fields, ListRow, RecipientRow } from '../domain/recipient.js';
import { formatSize } from '../domain/size.js';
import { encodeAttachment } from '../message/attachment.js';
import { confinedFile } from './confined-file.js';

/** The field that keeps hash and size. No column can have the name, since blanks around names are taken off. */
const HASHED = ' attached';

/** What the files of a list came to. Complete when the rows have been read. */
export interface PersonalFiles {
  files: number;
  /** As on disk, of all files together. */
  octets: number;
  largest: { readonly octets: number; readonly address: string } | undefined;
}

/** The rows with each file's hash among the fields; a row whose file may not be sent becomes an invalid one. */
export async function* withPersonalFiles(
  rows: AsyncIterable<readonly ListRow[]>,
  from: AttachColumn,
  tally: PersonalFiles,
): AsyncGenerator<readonly ListRow[], void> {
  for await (const batch of rows) {
    yield batch.map((row) => (row.kind === 'recipient' ? withFile(row, from, tally) : row));
  }
}

/** The same for one row alone. */
export function withPersonalFile(row: RecipientRow, from: AttachColumn): ListRow {
  return withFile(row, from, { files: 0, octets: 0, largest: undefined });
}

/** A sentence on what there is to attach, for before the first message. */
export function personalFilesTold({ files, octets, largest }: PersonalFiles): readonly string[] {
  if (largest === undefined) return [];
  return [
    `${files} recipients get a file of their own: ${formatSize(octets / files)} on average, ${formatSize(largest.octets)} at the most (${largest.address}).`,
  ];
}

function withFile(row: RecipientRow, from: AttachColumn, tally: PersonalFiles): ListRow {
  try {
    const { octets } = read(row.fields, from);
    tally.files++;
    tally.octets += octets.length;
    if (octets.length > (tally.largest?.octets ?? -1)) {
      tally.largest = { octets: octets.length, address: row.address };
    }
    const fields = Object.assign(Object.setPrototypeOf({}, null), row.fields, { [HASHED]: hashOf(octets) });
    return { ...row, fields };
  } catch (error) {
    if (!(error instanceof UnmergeableRow)) throw error;
    return { kind: 'invalid', line: row.line, address: row.address, reason: error.message };
  }
}

/**
 * The recipient's attachment as a complete MIME entity.
 * @throws UnmergeableRow when the file is not there any more, or is not what it was when the list was read.
 */
export function personalAttachment(fields: Fields, from: AttachColumn): string {
  const { name, octets } = read(fields, from);
  if (hashOf(octets) !== fields[HASHED]) {
    const reason = `names ${name}, which has changed since the list was read; put the old file back, or send the new one in another campaign`;
    throw new UnmergeableRow(from.column, reason);
  }
  return encodeAttachment({ name, type: mimeTypes.lookup(name) || 'application/octet-stream', octets });
}

function read(fields: Fields, { column, folder }: AttachColumn): { name: string; octets: Buffer } {
  const written = (fields[column] ?? '').trim();
  if (written === '') throw new UnmergeableRow(column, 'names no file to attach');
  const found = confinedFile(folder, written);
  if ('reason' in found) throw new UnmergeableRow(column, `names ${written}, which ${found.reason}`);
  try {
    return { name: basename(found.path), octets: readFileSync(found.path) };
  } catch (error) {
    throw new UnmergeableRow(
      column,
      `names ${written}, which cannot be read (${(error as NodeJS.ErrnoException).code})`,
    );
  }
}

function hashOf(octets: Uint8Array): string {
  return createHash('sha256').update(octets).digest('hex');
}
