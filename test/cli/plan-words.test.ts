// A run's plan as people read it, in their own time zone.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planInWords } from '../../src/cli/plan-words.js';

const at = (day: number, hours: number, minutes: number) => new Date(2026, 10, day, hours, minutes).getTime();
const NOW = at(24, 10, 30);
const words = (...portions: [messages: number, from: number, until: number][]) =>
  planInWords(
    { portions: portions.map(([messages, from, until]) => ({ messages, from, until })), later: 0 },
    NOW,
  );

test('a list that takes two days is told with its times', () => {
  assert.equal(
    words([10_000, NOW, at(24, 10, 42)], [8_400, at(25, 9, 51), at(25, 10, 1)]),
    '10,000 today until 10:42, the rest tomorrow from 09:51 to 10:01',
  );
});

test('a portion that begins later says when, one over midnight names both days, one of a moment its time', () => {
  assert.equal(words([5, at(24, 11, 0), at(24, 12, 0)]), '5 today from 11:00 to 12:00');
  assert.equal(words([5, NOW, at(25, 1, 0)]), '5 until tomorrow 01:00');
  assert.equal(words([5, at(24, 23, 0), at(26, 1, 0)]), '5 today from 23:00 to 2026-11-26 01:00');
  assert.equal(words([5, at(26, 9, 0), at(26, 9, 0)]), '5 2026-11-26 at 09:00');
});

test('of many portions the first ones are told and the end; what is too far off is counted', () => {
  const days = [24, 25, 26, 27, 28].map((day): [number, number, number] => [
    9,
    at(day, 11, 0),
    at(day, 11, 5),
  ]);
  assert.equal(
    words(...days),
    '9 today from 11:00 to 11:05, 9 tomorrow from 11:00 to 11:05, 9 2026-11-26 from 11:00 to 11:05, and so on until 2026-11-28 11:05',
  );
  assert.equal(planInWords({ portions: [], later: 7 }, NOW), '7 never');
});
