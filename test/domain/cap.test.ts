// What a cap over 24 hours leaves, and when it opens again.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  allowance,
  firstCounting,
  type HandedOver,
  minuteOf,
  parseWarmUp,
  warmUpCap,
} from '../../src/domain/cap.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Under a cap for a day, asked within that day. */
function left(handed: readonly HandedOver[], messages: number) {
  const { left, again } = allowance(handed, [{ messages, windowMs: DAY }], 6 * MINUTE);
  return { left, again };
}
const at = (minute: number, messages: number) => ({ minute: minute * MINUTE, messages });

test('what was handed over is taken from the cap', () => {
  assert.deepEqual(left([], 10), { left: 10, again: undefined });
  assert.deepEqual(left([at(1, 3), at(5, 6)], 10), { left: 1, again: undefined });
});

test('a cap that is used up opens when enough minutes are a day old, to their last message', () => {
  assert.deepEqual(left([at(1, 3), at(5, 7)], 10), { left: 0, again: 2 * MINUTE + DAY });
  // The cap was lowered: the first minute alone is not enough.
  assert.deepEqual(left([at(1, 3), at(5, 7)], 6), { left: 0, again: 6 * MINUTE + DAY });
  assert.deepEqual(left([at(1, 3), at(5, 7)], 7), { left: 0, again: 6 * MINUTE + DAY });
  assert.deepEqual(left([at(1, 3), at(5, 7)], 8), { left: 0, again: 2 * MINUTE + DAY });
});

test('a minute counts until its last message is a day old', () => {
  assert.equal(minuteOf(3 * MINUTE + 59_999), 3 * MINUTE);
  const again = left([at(3, 1)], 1).again!;
  assert.ok(firstCounting(again - 1) <= 3 * MINUTE);
  assert.ok(firstCounting(again) > 3 * MINUTE);
});

test('of two caps the one that leaves less counts, and the one that is closed for longer is named', () => {
  const hour = { messages: 4, windowMs: 60 * MINUTE };
  const day = { messages: 10, windowMs: DAY };
  const handed = [at(0, 5), at(100, 3)];
  assert.deepEqual(allowance(handed, [hour, day], 101 * MINUTE), {
    left: 1,
    again: undefined,
    by: undefined,
  });
  assert.deepEqual(allowance(handed, [hour, { ...day, messages: 8 }], 101 * MINUTE), {
    left: 0,
    again: MINUTE + DAY,
    by: { ...day, messages: 8 },
  });
  const used = allowance([...handed, at(101, 1)], [hour, day], 102 * MINUTE);
  assert.deepEqual(used, { left: 0, again: 161 * MINUTE, by: hour });
  // Both closed: the later counts.
  assert.equal(allowance([at(100, 10)], [hour, day], 102 * MINUTE).again, 101 * MINUTE + DAY);
});

test('without a cap everything may go', () => {
  assert.deepEqual(allowance([], [], 0), { left: Number.POSITIVE_INFINITY, again: undefined, by: undefined });
});

test('a warm-up counts its days from the first use, and ends with its figures', () => {
  const cap = (firstUse: number | undefined, now: number) => warmUpCap([50, 100], firstUse, now);
  assert.equal(cap(undefined, 99 * DAY), 50);
  assert.deepEqual(
    [0, DAY - 1, DAY, 2 * DAY - 1].map((now) => cap(0, now)),
    [50, 50, 100, 100],
  );
  assert.equal(cap(0, 2 * DAY), Number.POSITIVE_INFINITY);
  // A clock that was set back.
  assert.equal(cap(DAY, 0), 50);
  assert.deepEqual(parseWarmUp('50, 100,200'), [50, 100, 200]);
  for (const text of ['', '0', '50,', '50;100', 'none', '-5'])
    assert.equal(parseWarmUp(text), undefined, text);
});
