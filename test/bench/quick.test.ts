// The measurements work at all: each one against relays, at its smallest. `preview` needs a browser and stands apart.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { missing } from '../servers/free-port.js';

const RUN = fileURLToPath(new URL('run.ts', import.meta.url));
const SOURCES = new URL('../sources.mjs', import.meta.url).href;

const NEEDED = missing('smtp-sink') || missing('postfix') || missing('gcc', 'gcc');

test('a smoke run of the benchmarks ends with its table of ratios', { skip: NEEDED }, async () => {
  const names = [
    'loopback',
    'dkim',
    'postfix',
    'distance',
    'depth',
    'ledger',
    'profile',
    'rate',
    'flat',
    'import',
    'check',
  ];
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    SOURCES,
    RUN,
    '--quick',
    ...names,
  ]);
  const table = stdout.slice(stdout.indexOf('| work |'));
  assert.equal(table.split('\n\n')[0]!.split('\n').length, 2 + 8, 'each of the eight ratios has its row');
  for (const against of [
    'smtp-source -d -s 10',
    'nodemailer pool with its DKIM',
    'nodemailer pool, `sendMail`',
    'round trip and connection',
  ]) {
    assert.match(
      table,
      new RegExp(`\\| [^|\\n]*${against}[^|\\n]* \\| [\\d,]+/s \\| [\\d,]+/s \\| \\*\\*\\d`),
    );
  }
  assert.match(table, /95 % of replies are followed within/);
  assert.doesNotMatch(stdout, /NOT MEASURED/);
  // By thread: merging is the main one's, commits are another's.
  assert.match(stdout, /^ +part +main +thread \d/m);
  assert.match(stdout, /^ +merge +\d+\.\d$/m);
  assert.match(stdout, /^ +sign: .* +\d+\.\d/m);
});

test('a measurement that is not there is named, with those that are', async () => {
  const run = promisify(execFile)(process.execPath, ['--import', SOURCES, RUN, 'throughput']);
  await assert.rejects(run, (error: { code: number; stderr: string }) => {
    assert.equal(error.code, 64);
    assert.match(error.stderr, /throughput.*There are: loopback, dkim/);
    return true;
  });
});
