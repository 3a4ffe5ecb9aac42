// Durations, nearest names, errors' places: the small pure functions of the domain.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDuration, parseDuration } from '../../src/domain/duration.js';
import { MailblastError } from '../../src/domain/errors.js';
import { nearest } from '../../src/domain/nearest.js';
import { formatReply } from '../../src/domain/reply.js';

test('durations are read in seconds, minutes, hours and days', () => {
  assert.equal(parseDuration('90s'), 90_000);
  assert.equal(parseDuration('10m'), 600_000);
  assert.equal(parseDuration('4h'), 14_400_000);
  assert.equal(parseDuration('3d'), 259_200_000);
  for (const text of ['', '10', 'm', '-1m', '1.5h', '10 minutes'])
    assert.equal(parseDuration(text), undefined, text);
});

test('durations are written in two units at the most', () => {
  assert.equal(formatDuration(1), '1 s');
  assert.equal(formatDuration(45_000), '45 s');
  assert.equal(formatDuration(12 * 60_000), '12 min');
  assert.equal(formatDuration(200 * 60_000), '3 h 20 min');
  assert.equal(formatDuration(52 * 3_600_000), '2 d 4 h');
});

test('the nearest name is found by letters replaced, left out, added or swapped', () => {
  const names = ['first_name', 'last_name', 'city'];
  assert.equal(nearest('fist_name', names), 'first_name');
  assert.equal(nearest('First_Name', names), 'first_name');
  assert.equal(nearest('ctiy', names), 'city');
  assert.equal(nearest('lastname', names), 'last_name');
  assert.equal(nearest('phone_number', names), undefined);
  assert.equal(nearest('x', ['y']), undefined);
});

test('an error names its place as compilers do', () => {
  const error = new MailblastError('data', 'It is wrong.', {
    place: { file: 'news.mjml', line: 3, column: 7 },
  });
  assert.equal(error.message, 'news.mjml:3:7: It is wrong.');
  assert.equal(new MailblastError('data', 'It is wrong.').message, 'It is wrong.');
});

test('a reply is quoted with its code, enhanced code and text', () => {
  assert.equal(formatReply({ code: 550, enhanced: '5.1.1', text: 'No such user' }), '550 5.1.1 No such user');
  assert.equal(formatReply({ code: 250, enhanced: '', text: '' }), '250');
});
