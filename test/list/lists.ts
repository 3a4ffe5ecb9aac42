// Lists for tests, in a folder of their own that goes away with the test. Knows nothing of what is tested.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { MailblastError, type Trouble } from '../../src/domain/errors.js';
import type { InvalidRow, ListRow, RecipientRow } from '../../src/domain/recipient.js';
import { openList } from '../../src/list/csv-list.js';

/** Writes a list and gives its path. */
export async function listOf(t: TestContext, content: string | Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mailblast-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'list.csv');
  await writeFile(path, content);
  return path;
}

/** Everything that the reader says about a list. */
export interface ReadList {
  readonly names: readonly string[];
  readonly email: string;
  readonly rows: ListRow[];
  readonly notes: readonly string[];
}

export async function readPath(path: string, emailColumn = ''): Promise<ReadList> {
  const list = await openList({ path, emailColumn });
  const rows: ListRow[] = [];
  for await (const batch of list.rows) rows.push(...batch);
  return { ...list.columns, rows, notes: list.notes };
}

export async function readList(
  t: TestContext,
  content: string | Uint8Array,
  emailColumn = '',
): Promise<ReadList> {
  return readPath(await listOf(t, content), emailColumn);
}

export function recipients(read: ReadList): RecipientRow[] {
  return read.rows.filter((row) => row.kind === 'recipient');
}

export function invalid(read: ReadList): InvalidRow[] {
  return read.rows.filter((row) => row.kind === 'invalid');
}

/** For assert.rejects: the trouble, the line (undefined for none) and what the sentence says. */
export function trouble(
  kind: Trouble,
  line: number | undefined,
  sentence: RegExp,
): (error: unknown) => boolean {
  return (error) => {
    if (!(error instanceof MailblastError)) throw error;
    if (error.trouble !== kind || error.place.line !== line || !sentence.test(error.message)) {
      throw new Error(`${error.trouble}, line ${error.place.line}: ${error.message}`);
    }
    return true;
  };
}
