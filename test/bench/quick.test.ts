// The measurements work at all: each one that takes no long list, at its smallest.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const RUN = fileURLToPath(new URL('run.ts', import.meta.url));
const SOURCES = new URL('../sources.mjs', import.meta.url).href;

test('a smoke run of the benchmarks ends with its table of ratios', async () => {
  const names = ['loopback', 'dkim', 'distance', 'ledger', 'flat'];
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    SOURCES,
    RUN,
    '--quick',
    ...names,
  ]);
  const table = stdout.slice(stdout.indexOf('| work |'));
  for (const against of [
    'smtp-source -d -s 10',
    'nodemailer pool with its DKIM',
    'round trip and connection',
  ]) {
    assert.match(
      table,
      new RegExp(`\\| [^|\\n]*${against}[^|\\n]* \\| [\\d,]+/s \\| [\\d,]+/s \\| \\*\\*\\d`),
    );
  }
  assert.match(stdout, /95 % of replies are followed within/);
});

test('a measurement that is not there is named, with those that are', async () => {
  const run = promisify(execFile)(process.execPath, ['--import', SOURCES, RUN, 'throughput']);
  await assert.rejects(run, (error: { code: number; stderr: string }) => {
    assert.equal(error.code, 64);
    assert.match(error.stderr, /throughput.*There are: loopback, dkim/);
    return true;
  });
});
