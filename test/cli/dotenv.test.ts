// `.env` files as people and their tools write them.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readDotenv } from '../../src/cli/settings/dotenv.js';

const folder = mkdtempSync(join(tmpdir(), 'mailblast-dotenv-'));
after(() => rmSync(folder, { recursive: true }));
const path = join(folder, '.env');

function read(text: string | Uint8Array) {
  writeFileSync(path, text);
  const dotenv = readDotenv(path)!;
  const values = Object.fromEntries(
    [...dotenv.variables].map(([name, { value, place }]) => [name, [value, place.line]]),
  );
  return { values, warnings: dotenv.warnings };
}

test('quotes, comments, blanks, export and other tools’ variables', () => {
  const { values, warnings } = read(
    [
      '# the newsletter',
      'DATABASE_URL=postgres://x',
      'MAILBLAST_RATE=5/s # slowly',
      'export MAILBLAST_USER = news',
      'MAILBLAST_PASSWORD="p#ss \'word\'"',
      'MAILBLAST_FROM=\'"News" <news@example.com>\' # us',
      '# MAILBLAST_LIMIT=3',
      'MAILBLAST_SUBJECT=',
    ].join('\n'),
  );
  assert.deepEqual(values, {
    MAILBLAST_RATE: ['5/s', 3],
    MAILBLAST_USER: ['news', 4],
    MAILBLAST_PASSWORD: ["p#ss 'word'", 5],
    MAILBLAST_FROM: ['"News" <news@example.com>', 6],
  });
  assert.deepEqual(warnings, []);
});

test('CRLF and a byte order mark are no part of names and values', () => {
  const { values } = read('\uFEFFMAILBLAST_RATE=5/s\r\nMAILBLAST_SUBJECT=\r\nMAILBLAST_USER=news\r\n');
  assert.deepEqual(values, { MAILBLAST_RATE: ['5/s', 1], MAILBLAST_USER: ['news', 3] });
});

test('a variable that stands twice has its last value, and that line', () => {
  assert.deepEqual(read('MAILBLAST_RATE=1/s\nMAILBLAST_RATE=2/s\n').values, { MAILBLAST_RATE: ['2/s', 2] });
  assert.deepEqual(read('MAILBLAST_RATE=1/s\nMAILBLAST_RATE=\n').values, {});
});

test('a # that cuts an unquoted value off is said, without the value', () => {
  for (const value of ['correct#horse', '#horse']) {
    const { warnings } = read(`\nMAILBLAST_PASSWORD=${value}\n`);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0]!, /:2: MAILBLAST_PASSWORD is cut off at its #.*quotes/);
    assert.doesNotMatch(warnings[0]!, /horse/);
  }
});

test('a line that is not NAME=value, or that an open quote swallowed, is an error with its line', () => {
  assert.throws(() => read('A=1\nMAILBLAST_RATE 5/s\nB=2\n'), /\.env:2: MAILBLAST_RATE is not read/);
  assert.throws(() => read('MAILBLAST_RATE: 5/s\n'), /\.env:1: MAILBLAST_RATE is not read/);
  assert.throws(() => read('MAILBLAST_RATE: "a=b"\n'), /\.env:1: MAILBLAST_RATE is not read/);
  assert.throws(
    () => read('NAME="no end\nMAILBLAST_RATE=5/s\nX="y"\n'),
    /\.env:2: MAILBLAST_RATE is not read/,
  );
});

test('the line behind a stray one is read, or named where Node’s parser swallows it', () => {
  // Node 20 swallows it, Node 22 does not; in neither case may the setting be lost without a word.
  let values: Record<string, unknown>;
  try {
    values = read('stray\nMAILBLAST_RATE=5/s\n').values;
  } catch (error) {
    assert.match((error as Error).message, /\.env:2: MAILBLAST_RATE is not read/);
    return;
  }
  assert.deepEqual(values, { MAILBLAST_RATE: ['5/s', 2] });
});

test('UTF-16, as PowerShell writes it, is an error and not an empty file', () => {
  assert.throws(() => read(Buffer.from('\uFEFFMAILBLAST_RATE=5/s\r\n', 'utf16le')), /not UTF-8/);
  assert.throws(() => read(Buffer.from('MAILBLAST_FROM=Zo\xeb <z@example.com>', 'latin1')), /not UTF-8/);
});

test('no file, and a folder of that name, are no settings', () => {
  assert.equal(readDotenv(join(folder, 'none')), undefined);
  mkdirSync(join(folder, 'venv'));
  assert.equal(readDotenv(join(folder, 'venv')), undefined);
});
