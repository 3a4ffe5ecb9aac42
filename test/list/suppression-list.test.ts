// Files of addresses that must not be mailed, as people and other tools write them.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { MailblastError } from '../../src/domain/errors.js';
import { readSuppressions, type SuppressionRow } from '../../src/list/suppression-list.js';

let folder = '';
let files = 0;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'suppression-list-'));
});
after(() => rmSync(folder, { recursive: true }));

async function rowsOf(octets: string | Uint8Array, emailColumn = ''): Promise<SuppressionRow[]> {
  const path = join(folder, `${++files}.txt`);
  writeFileSync(path, octets);
  const rows: SuppressionRow[] = [];
  for await (const batch of readSuppressions({ path, emailColumn })) rows.push(...batch);
  return rows;
}

test('one address or domain a line, without a header', async () => {
  assert.deepEqual(await rowsOf('Ada@example.com\r\n\r\n@example.org\r\nbob\r\n'), [
    { line: 1, entry: 'ada@example.com', reason: '' },
    { line: 3, entry: '@example.org', reason: '' },
    { line: 4, invalid: 'the address has no @ (a whole domain is written @example.com)' },
  ]);
});

test('a CSV list by its header, with a column for the reason', async () => {
  const csv =
    'Name;E-Mail;Reason\nAda;ada@example.com;"asked\nto leave"\n;@example.org;competitor\nBob\n;;\n';
  assert.deepEqual(await rowsOf(csv), [
    { line: 2, entry: 'ada@example.com', reason: 'asked to leave' },
    { line: 4, entry: '@example.org', reason: 'competitor' },
    { line: 5, invalid: 'the address is missing' },
  ]);
});

test('a column of another name is named', async () => {
  const [row] = await rowsOf('who,when\nada@example.com,today\n', 'who');
  assert.deepEqual(row, { line: 2, entry: 'ada@example.com', reason: '' });
  await assert.rejects(rowsOf('who,when\nada@example.com,today\n'), /--email-column/);
});

test('any encoding, and gzip', async () => {
  const [row] = await rowsOf(Buffer.from('\ufeffemail,reason\nada@example.com,gelöscht\n', 'utf16le'));
  assert.deepEqual(row, { line: 2, entry: 'ada@example.com', reason: 'gelöscht' });
  assert.equal((await rowsOf(gzipSync('ada@example.com\n'))).length, 1);
});

test('a damaged row never suppresses a whole domain', async () => {
  const rows = await rowsOf('email\ngmail.com\nada@example.com\n');
  assert.deepEqual(
    rows.map((row) => 'entry' in row),
    [false, true],
  );
});

test('the apostrophe that guards a cell from spreadsheets is taken off', async () => {
  const rows = await rowsOf("email\n'@example.org\n'=1+1@example.com\n'o@example.com\n");
  assert.deepEqual(
    rows.map((row) => ('entry' in row ? row.entry : row.invalid)),
    ['@example.org', '=1+1@example.com', "'o@example.com"],
  );
});

test('an empty file and a header alone hold nobody; a file of which no row can be used is refused with a line', async () => {
  assert.deepEqual(await rowsOf(''), []);
  assert.deepEqual(await rowsOf('email\n'), []);
  await assert.rejects(
    rowsOf('email\nada\nbob\n'),
    (error) => error instanceof MailblastError && error.trouble === 'data' && error.place.line === 2,
  );
});
