// Which settings there are, and what a mistyped one is answered with.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { recipientsFlags, runFlags, sendFlags } from '../../src/cli/options.js';
import { knownSettings, settable, unknownKey, unknownVariable } from '../../src/cli/settings/known.js';

const program = new Command();
const send = sendFlags(program.command('send'));
runFlags(program.command('resume'));
const recipients = recipientsFlags(program.command('recipients'));
const abandon = program.command('abandon').option('--yes', 'do not ask', false);
const known = knownSettings(program);

test('every option of send with a variable or a list is a setting, named as its flag in camelCase', () => {
  for (const key of ['from', 'replyTo', 'retryFor', 'header', 'attach', 'state', 'passwordFile', 'user']) {
    assert.ok(known.get(key)?.inFile, key);
  }
  for (const option of send.options) {
    if (option.envVar !== undefined) assert.equal(known.get(option.attributeName())?.variable, option.envVar);
  }
  assert.ok(!known.has('row'), 'an option for one run only is no setting');
});

test('the password and the settings file’s own name have no place in the settings file', () => {
  assert.equal(known.get('password')?.inFile, false);
  assert.equal(known.get('config')?.inFile, false);
});

test('an option that means something else in another command is not filled there', () => {
  assert.deepEqual(settable(abandon, known), []);
  assert.ok(!settable(recipients, known).some((option) => option.attributeName() === 'state'));
  assert.ok(settable(send, known).some((option) => option.attributeName() === 'state'));
});

for (const [key, answer] of [
  ['rat', 'did you mean rate?'],
  ['return-path', 'is written returnPath'],
  ['--return-path', 'is written returnPath'],
  ['return_path', 'is written returnPath'],
  ['returnpath', 'is written returnPath'],
  ['MAILBLAST_RETRY_FOR', 'is written retryFor'],
  ['RETRY_FOR', 'is written retryFor'],
  ['retry-fro', 'did you mean retryFor?'],
  ['headers', 'did you mean header?'],
  ['colour', 'mailblast config lists'],
] as const) {
  test(`the unknown key ${key} is answered: ${answer}`, () => {
    assert.ok(unknownKey(key, known).includes(answer), unknownKey(key, known));
  });
}

for (const [name, answer] of [
  ['MAILBLAST_RAET', 'did you mean MAILBLAST_RATE?'],
  ['MAILBLAST_PASSWORDFILE', 'did you mean MAILBLAST_PASSWORD_FILE?'],
  ['MAILBLAST_COLOUR', 'is not known; it changes nothing'],
  ['MAILBLAST_HEADER', '"header": ["…"] into the settings file'],
] as const) {
  test(`the unknown variable ${name} is answered: ${answer}`, () => {
    assert.ok(unknownVariable(name, known).includes(answer), unknownVariable(name, known));
  });
}
