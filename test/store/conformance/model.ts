// Conformance: long random histories, compared with a model that is a plain map.
// Knows the Ledger interface alone. The seed is in the test's name, so a failure can be run again.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  type Counts,
  MARK_MOVES,
  type Mark,
  OUTCOME_MOVES,
  type Outcome,
  STATES,
  type State,
} from '../../../src/domain/delivery.js';
import type { Ledger } from '../../../src/store/ledger.js';
import { campaignOf, importList, mark, outcome, people, START } from './campaign.js';

type With = (work: (ledger: Ledger) => Promise<void>) => Promise<void>;

/** A small generator of numbers in [0, 1), the same for the same seed (mulberry32). */
function random(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const TARGETS = [...(Object.keys(OUTCOME_MOVES) as State[]), 'mark'] as const;

export function model(withLedger: With): void {
  for (const seed of [1, 2, 3]) {
    it(`a random history ends as the state machine says (seed ${seed})`, () =>
      withLedger(async (ledger) => {
        const next = random(seed);
        const pick = <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)]!;
        const size = 60;
        const { campaign, by } = await campaignOf(ledger, 'news', people(size));
        const address = new Map([...by.values()].map((delivery) => [delivery.id, delivery.address]));
        let states = new Map<number, State>([...address.keys()].map((id) => [id, 'pending']));
        for (let step = 0; step < 300; step++) {
          if (next() < 0.03) {
            const kept = people(size).filter(() => next() < 0.9);
            await importList(ledger, 'news', kept, { now: step });
            const listed = new Set(kept.map((row) => row.address));
            for (const [id, state] of states) {
              const isListed = listed.has(address.get(id)!);
              if (isListed && (state === 'withdrawn' || state === 'invalid')) states.set(id, 'pending');
              if (!isListed && ['pending', 'deferred', 'invalid', 'suppressed'].includes(state))
                states.set(id, 'withdrawn');
            }
            continue;
          }
          if (next() < 0.1) {
            const lock = ledger.lock('news');
            const words = [...states]
              .filter(([, state]) => state === 'in_doubt' && next() < 0.5)
              .map(([id]) => ({ id, to: pick(['accepted', 'pending'] as const) }));
            const resolutions = words.map(({ id, to }) => ({ key: address.get(id)!, to, reason: 'said' }));
            ledger.resolve(campaign, resolutions, step);
            for (const { id, to } of words) states.set(id, to);
            lock?.release();
            continue;
          }
          const trial = new Map(states);
          const outcomes: Outcome[] = [];
          const marks: Mark[] = [];
          let legal = true;
          const moves = Array.from(
            { length: 1 + Math.floor(next() * 6) },
            () => [pick([...states.keys()]), pick(TARGETS)] as const,
          );
          // Outcomes come first, as in the group.
          for (const [id, to] of moves.toSorted(
            (a, b) => Number(a[1] === 'mark') - Number(b[1] === 'mark'),
          )) {
            const from = trial.get(id)!;
            const allowed = to === 'mark' ? MARK_MOVES : OUTCOME_MOVES[to]!;
            // Most illegal moves are left out, or hardly any group would stand.
            if (!allowed.includes(from) && next() < 0.95) continue;
            legal &&= allowed.includes(from);
            trial.set(id, to === 'mark' ? 'transmitting' : to);
            if (to === 'mark') marks.push(mark(id, step));
            else outcomes.push(outcome(id, to, { at: step, dueAt: to === 'deferred' ? step * 10 : 0 }));
          }
          const written = ledger.record({ outcomes, marks });
          if (legal) {
            await written;
            states = trial;
          } else {
            await assert.rejects(written);
          }
        }
        const expected = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<State, number>;
        for (const state of states.values()) expected[state] += 1;
        assert.deepEqual(ledger.overview(campaign).counts, expected as Counts);
        const told = new Map(
          [...ledger.recipients(campaign)].map((record) => [record.address, record.state]),
        );
        for (const [id, state] of states) assert.equal(told.get(address.get(id)!), state);
        const due = await ledger.claim(campaign, START, Number.MAX_SAFE_INTEGER, 1000);
        const left = [...states].filter(([, state]) => state === 'pending' || state === 'deferred');
        assert.deepEqual(due.map((delivery) => delivery.id).sort(), left.map(([id]) => id).sort());
      }));
  }
}
