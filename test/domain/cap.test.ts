// What a cap over 24 hours leaves, and when it opens again.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allowance, firstCounting, minuteOf } from '../../src/domain/cap.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const at = (minute: number, messages: number) => ({ minute: minute * MINUTE, messages });

test('what was handed over is taken from the cap', () => {
  assert.deepEqual(allowance([], 10), { left: 10, again: undefined });
  assert.deepEqual(allowance([at(1, 3), at(5, 6)], 10), { left: 1, again: undefined });
});

test('a cap that is used up opens when enough minutes are a day old, to their last message', () => {
  assert.deepEqual(allowance([at(1, 3), at(5, 7)], 10), { left: 0, again: 2 * MINUTE + DAY });
  // The cap was lowered: the first minute alone is not enough.
  assert.deepEqual(allowance([at(1, 3), at(5, 7)], 6), { left: 0, again: 6 * MINUTE + DAY });
  assert.deepEqual(allowance([at(1, 3), at(5, 7)], 7), { left: 0, again: 6 * MINUTE + DAY });
  assert.deepEqual(allowance([at(1, 3), at(5, 7)], 8), { left: 0, again: 2 * MINUTE + DAY });
});

test('a minute counts until its last message is a day old', () => {
  assert.equal(minuteOf(3 * MINUTE + 59_999), 3 * MINUTE);
  const again = allowance([at(3, 1)], 1).again!;
  assert.ok(firstCounting(again - 1) <= 3 * MINUTE);
  assert.ok(firstCounting(again) > 3 * MINUTE);
});
