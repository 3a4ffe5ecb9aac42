// The relay's password from a variable or a file, and how a variable says yes or no.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { yesOrNo } from '../../src/cli/settings/environment.js';
import { givenPassword } from '../../src/cli/settings/password.js';

const folder = mkdtempSync(join(tmpdir(), 'mailblast-password-'));
const file = join(folder, 'password');
after(() => {
  rmSync(folder, { recursive: true });
  delete process.env.MAILBLAST_PASSWORD;
  delete process.env.MAILBLAST_PASSWORD_FILE;
});

test('a password file: one line end and a byte order mark are no part of the password, other blanks are', () => {
  delete process.env.MAILBLAST_PASSWORD;
  process.env.MAILBLAST_PASSWORD_FILE = file;
  for (const text of [' p#s "é" ', ' p#s "é" \n', ' p#s "é" \r\n', '\uFEFF p#s "é" \n']) {
    writeFileSync(file, text);
    assert.equal(givenPassword(), ' p#s "é" ', JSON.stringify(text));
  }
});

test('MAILBLAST_PASSWORD goes before the file; without both there is none', () => {
  process.env.MAILBLAST_PASSWORD_FILE = join(folder, 'none');
  process.env.MAILBLAST_PASSWORD = 'x';
  assert.equal(givenPassword(), 'x');
  delete process.env.MAILBLAST_PASSWORD;
  delete process.env.MAILBLAST_PASSWORD_FILE;
  assert.equal(givenPassword(), '');
});

test('a variable says yes or no in the usual words, and nothing else', () => {
  for (const word of ['1', 'true', 'YES', 'on']) assert.equal(yesOrNo(word), true, word);
  for (const word of ['0', 'False', 'no', 'off', '']) assert.equal(yesOrNo(word), false, word);
  for (const word of ['2', 'perhaps', 'y', 'true false']) assert.equal(yesOrNo(word), undefined, word);
});
