// When a run's messages will leave: the rate, and caps over rolling windows.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CapLimit, DAY_MS, HOUR_MS } from '../../src/domain/cap.js';
import { planOf } from '../../src/domain/plan.js';

const MINUTE = 60_000;
/** A day's 09:50. */
const START = Date.UTC(2026, 10, 24, 9, 50);
const perDay = (messages: number): CapLimit => ({ messages, windowMs: DAY_MS });
const plan = (messages: number, rate: number, limits: readonly CapLimit[] = []) =>
  planOf({ messages, rate, from: START, handed: [], limitsAt: () => limits });

test('without a cap there is one portion, as long as the rate makes it', () => {
  const { portions, later } = plan(8401, 14);
  assert.deepEqual(portions, [{ messages: 8401, from: START, until: START + 600_000 }]);
  assert.equal(later, 0);
  assert.deepEqual(plan(8401, Number.POSITIVE_INFINITY).portions, [
    { messages: 8401, from: START, until: START },
  ]);
  assert.deepEqual(plan(0, 14).portions, []);
});

test('a cap for a day parts the messages: 18,400 at 14/s and 10,000 a day', () => {
  const { portions } = plan(18_400, 14, [perDay(10_000)]);
  assert.deepEqual(
    portions.map(({ messages }) => messages),
    [10_000, 8_400],
  );
  const [today, tomorrow] = portions;
  assert.ok(Math.abs(today!.until - (START + (10_000 / 14) * 1000)) < 1_000);
  // 09:51 to 10:01: the minutes of today's messages are a day old, one after the other.
  assert.equal(tomorrow!.from, START + DAY_MS + MINUTE);
  assert.ok(Math.abs(tomorrow!.until - (START + DAY_MS + 11 * MINUTE)) < MINUTE);
});

test('what the relay was handed before is taken off, and a cap that is used up puts off the first message', () => {
  const handed = [{ minute: START - HOUR_MS, messages: 10 }];
  const figures = { messages: 10, rate: 10, from: START, handed };
  const some = planOf({ ...figures, limitsAt: () => [perDay(15)] });
  assert.deepEqual(
    some.portions.map(({ messages, from }) => [messages, from]),
    [
      [5, START],
      [5, START - HOUR_MS + DAY_MS + MINUTE],
    ],
  );
  const none = planOf({ ...figures, limitsAt: () => [perDay(10)] });
  assert.equal(none.portions[0]!.from, START - HOUR_MS + DAY_MS + MINUTE);
});

test('a cap that grows is followed', () => {
  const limitsAt = (at: number) => [perDay(at < START + DAY_MS ? 50 : 100)];
  const { portions } = planOf({ messages: 200, rate: 100, from: START, handed: [], limitsAt });
  assert.deepEqual(
    portions.map(({ messages }) => messages),
    [50, 100, 50],
  );
});

test('a cap of nothing plans nothing', () => {
  assert.deepEqual(plan(5, 10, [perDay(0)]), { portions: [], later: 5 });
});

test('no plan exceeds a cap in any window, and it has all messages', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 500 }),
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 200 }),
      fc.constantFrom(1 / 3600, 1 / 60, 1, 14, Number.POSITIVE_INFINITY),
      (messages, hour, day, rate) => {
        const limits = [{ messages: hour, windowMs: HOUR_MS }, perDay(day)];
        const { portions, later } = plan(messages, rate, limits);
        assert.equal(later, 0);
        assert.equal(
          portions.reduce((sum, portion) => sum + portion.messages, 0),
          messages,
        );
        for (const [i, { from }] of portions.entries()) {
          if (i > 0) assert.ok(from > portions[i - 1]!.until);
          for (const limit of limits) {
            const within = portions.filter((each) => each.from >= from && each.until < from + limit.windowMs);
            assert.ok(within.reduce((sum, each) => sum + each.messages, 0) <= limit.messages);
          }
        }
      },
    ),
    { numRuns: 100 },
  );
});
