// Where lists come from: files, gzip, pipes, standard input; and what cannot be read.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { hashList, openList } from '../../src/list/csv-list.js';
import { listOf, readList, readPath, recipients, trouble } from './lists.js';

const SOURCES = new URL('../sources.mjs', import.meta.url).href;

const LIST = 'email,name\na@example.com,Ann\nb@example.com,Bob\n';

test('a gzip is read as what it holds, in several members too', async (t) => {
  assert.equal(recipients(await readList(t, gzipSync(LIST))).length, 2);
  const two = Buffer.concat([gzipSync('email,name\na@example.com,Ann\n'), gzipSync('b@example.com,Bob\n')]);
  assert.deepEqual(
    recipients(await readList(t, two)).map((row) => row.line),
    [2, 3],
  );
});

test('a gzip that is cut off is refused, and says nothing about rows', async (t) => {
  const packed = gzipSync(LIST.repeat(50));
  await assert.rejects(
    readList(t, packed.subarray(0, packed.length - 12)),
    trouble('data', undefined, /packed by gzip.*damaged or cut off/),
  );
});

test('a spreadsheet is told from CSV', async (t) => {
  const xlsx = Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(100)]);
  await assert.rejects(readList(t, xlsx), trouble('data', undefined, /a spreadsheet.*Save it as CSV/));
});

test('a missing file, a file below a file and a folder cannot be read', async (t) => {
  const path = await listOf(t, LIST);
  const open = (at: string) => openList({ path: at, emailColumn: '' });
  await assert.rejects(
    open(`${path}.not`),
    trouble('no_input', undefined, /list\.csv\.not: There is no such file/),
  );
  await assert.rejects(open(`${path}/x`), trouble('no_input', undefined, /no such file/));
  await assert.rejects(open(dirname(path)), trouble('no_input', undefined, /a folder/));
  await assert.rejects(hashList(`${path}.not`), trouble('no_input', undefined, /no such file/));
});

test('a file that forbids reading says so', {
  skip: process.getuid?.() === 0 && 'root may read everything',
}, async (t) => {
  const path = await listOf(t, LIST);
  execFileSync('chmod', ['000', path]);
  await assert.rejects(readPath(path), trouble('no_input', undefined, /permissions/));
});

test('the hash is SHA-256 of the file as it lies there', async (t) => {
  assert.equal(await hashList(await listOf(t, LIST)), createHash('sha256').update(LIST).digest('hex'));
});

test('a named pipe is read once and can be asked again', {
  skip: process.platform === 'win32',
}, async (t) => {
  const path = await listOf(t, '');
  rmSync(path);
  execFileSync('mkfifo', [path]);
  const writer = spawn('sh', ['-c', 'printf "email\\na@example.com\\n" > "$0"', path]);
  t.after(() => writer.kill());
  assert.equal(await hashList(path), createHash('sha256').update('email\na@example.com\n').digest('hex'));
  assert.equal(recipients(await readPath(path)).length, 1);
  assert.equal(recipients(await readPath(path)).length, 1);
});

test('standard input is read once, can be asked again, and leaves no file behind', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'mailblast-test-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const source = new URL('../../src/list/csv-list.ts', import.meta.url).href;
  const script = join(folder, 'read.mts');
  writeFileSync(
    script,
    `import { hashList, openList } from ${JSON.stringify(source)};
    console.log(await hashList('-'));
    for (let i = 0; i < 2; i++) {
      const list = await openList({ path: '-', emailColumn: '' });
      let count = 0;
      for await (const rows of list.rows) count += rows.length;
      console.log(count);
    }
    await openList({ path: '-', emailColumn: 'x' }).catch((error) => console.log(error.message));`,
  );
  const written = execFileSync(process.execPath, ['--import', SOURCES, script], {
    input: gzipSync(LIST),
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env: { ...process.env, TMPDIR: folder, TSX_DISABLE_CACHE: '1' },
    encoding: 'utf8',
  }).split('\n');
  assert.equal(written[0], createHash('sha256').update(gzipSync(LIST)).digest('hex'));
  assert.deepEqual(written.slice(1, 3), ['2', '2']);
  assert.match(written[3]!, /^standard input:1: There is no column "x"/);
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('mailblast-')),
    [],
  );
});
