// When a run's messages will leave through several relays: their rates, shares and caps together.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CapLimit, DAY_MS, HOUR_MS } from '../../src/domain/cap.js';
import { planOf } from '../../src/domain/plan.js';
import { type PlannedRelay, planOfSeveral } from '../../src/domain/plan-of-several.js';

const START = Date.UTC(2026, 10, 24, 9, 50);
const perDay = (messages: number): CapLimit => ({ messages, windowMs: DAY_MS });
const perHour = (messages: number): CapLimit => ({ messages, windowMs: HOUR_MS });
const relay = (rate: number, limits: readonly CapLimit[] = [], weight?: number): PlannedRelay => {
  return { rate, weight, handed: [], limitsAt: () => limits };
};
const plan = (messages: number, ...relays: readonly PlannedRelay[]) =>
  planOfSeveral({ messages, from: START, relays });

test('without shares their rates add up', () => {
  const { portions, later } = plan(9_000, relay(14), relay(1));
  assert.equal(later, 0);
  assert.deepEqual(
    portions.map(({ messages, from }) => [messages, from]),
    [[9_000, START]],
  );
  assert.ok(Math.abs(portions[0]!.until - (START + 600_000)) < 1_000);
});

test('with shares the one that is slowest for its share sets the pace', () => {
  const { portions } = plan(4_000, relay(100, [], 3), relay(1, [], 1));
  assert.ok(Math.abs(portions.at(-1)!.until - (START + 1_000_000)) < 2_000);
});

test('what is over the cap of one goes by the other, and both caps part the list', () => {
  const one = plan(1_000, relay(10, [perDay(100)]), relay(10));
  assert.deepEqual(
    one.portions.map(({ messages }) => messages),
    [1_000],
  );
  const both = plan(1_000, relay(Number.POSITIVE_INFINITY, [perDay(100)]), relay(10, [perHour(400)]));
  assert.deepEqual(
    both.portions.map(({ messages }) => messages),
    [500, 400, 100],
  );
  assert.ok(both.portions[1]!.from >= START + HOUR_MS);
});

test('a cap of nothing on every relay leaves the messages for never', () => {
  assert.deepEqual(plan(5, relay(1, [perDay(0)]), relay(1, [perDay(0)])), { portions: [], later: 5 });
});

test('every message is planned once, none before its time, and a relay alone is planned as by itself', () => {
  const capped = fc.record({
    rate: fc.constantFrom(0.2, 1, 14, 300, Number.POSITIVE_INFINITY),
    cap: fc.option(fc.integer({ min: 1, max: 500 }), { nil: undefined }),
    weight: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
  });
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 3_000 }),
      fc.array(capped, { minLength: 1, maxLength: 3 }),
      (messages, given) => {
        const relays = given.map(({ rate, cap, weight }) => {
          return relay(rate, cap === undefined ? [] : [perHour(cap)], weight);
        });
        const { portions, later } = plan(messages, ...relays);
        assert.equal(
          portions.reduce((sum, each) => sum + each.messages, later),
          messages,
        );
        assert.equal(later, 0);
        let at = START;
        for (const { from, until } of portions) {
          assert.ok(from >= at - 1 && until >= from);
          at = until;
        }
        if (relays.length > 1) return;
        const alone = planOf({ ...relays[0]!, messages, from: START });
        const end = alone.portions.at(-1)?.until ?? START;
        assert.ok(Math.abs((portions.at(-1)?.until ?? START) - end) <= 61_000);
      },
    ),
  );
});
