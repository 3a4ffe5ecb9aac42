// Pacing against simulated relays with a rate of their own: calm soon, and never much slower than need be.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pace } from '../../src/domain/pace.js';

/** A relay that takes `rate` a second, evenly, with a little saved up. */
class RateRelay {
  readonly #rate: number;
  readonly #burst: number;
  #tokens: number;
  #at = 0;

  constructor(rate: number, burst: number) {
    this.#rate = rate;
    this.#burst = Math.max(1, burst);
    this.#tokens = this.#burst;
  }

  takes(now: number): boolean {
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#at) / 1000) * this.#rate);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}

interface Course {
  /** Moments, milliseconds, and whether the relay took it. */
  readonly answers: readonly { readonly at: number; readonly taken: boolean }[];
}

/** Sends as the pace says, every answer a round trip later, for so many seconds. */
function run(relay: RateRelay, pace: Pace, roundTrip: number, seconds: number): Course {
  const answers: { at: number; taken: boolean }[] = [];
  const flying: { begun: number; at: number; taken: boolean }[] = [];
  let next = 0;
  for (let now = 0; now < seconds * 1000; now++) {
    while (flying[0] !== undefined && flying[0].at <= now) {
      const { begun, taken } = flying.shift()!;
      answers.push({ at: now, taken });
      if (taken) pace.taken(now);
      else pace.pushedBack(now, begun);
    }
    // As many in flight as ten connections have.
    while (next <= now && pace.closedUntil <= now && flying.length < 10) {
      flying.push({ begun: now, at: now + roundTrip, taken: relay.takes(now + roundTrip / 2) });
      next = Math.max(next, now - 10) + 1000 / Math.min(pace.rate, 1000);
    }
  }
  return { answers };
}

for (const allowed of [0.5, 2, 14, 80]) {
  for (const start of [allowed * 1.2, allowed * 5, 200, Number.POSITIVE_INFINITY]) {
    for (const roundTrip of [2, 50, 200]) {
      for (const burst of [1, allowed]) {
        const name = `a relay that takes ${allowed}/s (${burst} at once), asked at ${start}/s over ${roundTrip} ms`;
        test(`${name}: calm within 15 s, and never under half of it`, () => {
          const pace = new Pace(start, 10);
          const { answers } = run(new RateRelay(allowed, burst), pace, roundTrip, 300);
          const first = answers.find(({ taken }) => !taken)?.at;
          // Ten connections and the round trip may be the limit, not the relay.
          if (first === undefined)
            return assert.ok(10_000 / roundTrip <= allowed * 1.5 || start <= allowed * 1.2);
          const calm = answers.filter(({ at }) => at > first + 15_000);
          const throttled = calm.filter(({ taken }) => !taken).length;
          assert.ok(throttled <= calm.length / 20, `${throttled} of ${calm.length} throttled`);
          // In windows of twenty messages' time, and of ten seconds at the least.
          const window = Math.max(10_000, (20 / allowed) * 1000);
          for (let from = first; from + window <= 300_000; from += window / 2) {
            const taken = answers.filter(
              (answer) => answer.taken && answer.at >= from && answer.at < from + window,
            );
            // Ten connections take no more than ten messages in a round trip.
            const possible = (Math.min(allowed, start, 10_000 / roundTrip) * window) / 1000;
            assert.ok(taken.length >= possible / 2, `${taken.length} of ${possible} from ${from} ms`);
          }
        });
      }
    }
  }
}

test('a relay that takes thirty in each minute is learned within two of them', () => {
  const pace = new Pace(10, 10);
  let minute = 0;
  let left = 30;
  const relay = {
    takes: (now: number) => {
      if (Math.floor(now / 60_000) !== minute) {
        minute = Math.floor(now / 60_000);
        left = 30;
      }
      return left-- > 0;
    },
  } as unknown as RateRelay;
  const { answers } = run(relay, pace, 20, 1200);
  const later = answers.filter(({ at }) => at > 120_000);
  const throttled = later.filter(({ taken }) => !taken).length;
  assert.ok(throttled <= later.length * 0.05, `${throttled} of ${later.length}`);
  assert.ok(later.length - throttled >= (1080 / 60) * 30 * 0.75, `${later.length}`);
});

test('answers to what was begun before the last change say nothing new', () => {
  const pace = new Pace(100, 10);
  for (let now = 0; now < 1000; now += 10) pace.taken(now);
  pace.pushedBack(1000, 990);
  const rate = pace.rate;
  for (let late = 1; late < 10; late++) pace.pushedBack(1000 + late, 995);
  assert.equal(pace.rate, rate);
  assert.ok(pace.closedUntil > 1000);
});

test('a number of connections that the relay named stays, and one that it did not name grows back', () => {
  const named = new Pace(100, 10);
  named.pushedBack(0, 0, { connectionsAtMost: 3, connectionsInUse: 10 });
  assert.equal(named.connections(3_600_000), 3);
  const other = new Pace(100, 10);
  other.pushedBack(1, 0, { connectionsInUse: 4 });
  assert.equal(other.connections(1), 4);
  assert.equal(other.connections(5 * 60_000 + 1), 5);
  assert.equal(other.connections(3_600_000), 10);
});
