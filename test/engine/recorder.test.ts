import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Mark, Outcome } from '../../src/domain/delivery.js';
import { CapReached, Recorder } from '../../src/engine/recorder.js';
import { HeldClock, settle } from '../held-clock.js';

interface Group {
  readonly outcomes: readonly Outcome[];
  readonly marks: readonly Mark[];
}

function outcomeOf(delivery: number): Outcome {
  return {
    delivery,
    state: 'accepted',
    at: 0,
    dueAt: 0,
    charged: true,
    reply: undefined,
    reason: '',
    relay: '',
  };
}

/** A ledger whose commits end when the test says so. */
function heldLedger() {
  const groups: Group[] = [];
  const commits: (() => void)[] = [];
  return {
    groups,
    commit: () => commits.shift()?.(),
    record: (group: Group) => {
      groups.push(group);
      return new Promise<number[]>((resolve) => {
        commits.push(() => resolve([]));
      });
    },
  };
}

const markOf = (delivery: number) => ({ delivery, at: 0, now: 0, relay: 'scripted' });

test('a mark is released only when its commit has ended', async () => {
  const ledger = heldLedger();
  const recorder = new Recorder(ledger, new HeldClock(), () => {});
  let released = false;
  const mark = recorder.mark(markOf(1)).then(() => {
    released = true;
  });
  await settle();
  assert.equal(ledger.groups.length, 1);
  assert.equal(released, false);
  ledger.commit();
  await mark;
});

test('what comes in during a commit forms the next group, and an outcome stands with the next mark of its session', async () => {
  const ledger = heldLedger();
  const recorder = new Recorder(ledger, new HeldClock(), () => {});
  const first = recorder.mark(markOf(1));
  await settle();
  recorder.outcome(outcomeOf(1));
  const second = recorder.mark(markOf(2));
  const third = recorder.mark(markOf(3));
  await settle();
  assert.equal(ledger.groups.length, 1);
  ledger.commit();
  await first;
  await settle();
  assert.equal(ledger.groups.length, 2);
  assert.deepEqual(
    ledger.groups[1]!.outcomes.map(({ delivery }) => delivery),
    [1],
  );
  assert.deepEqual(
    ledger.groups[1]!.marks.map(({ delivery }) => delivery),
    [2, 3],
  );
  ledger.commit();
  await Promise.all([second, third]);
});

test('what is handed in at the very end of a commit is written too', async () => {
  for (let turns = 0; turns < 8; turns++) {
    const written: number[] = [];
    const ledger = {
      record: async ({ outcomes }: Group) => {
        written.push(...outcomes.map(({ delivery }) => delivery));
        return [];
      },
    };
    const recorder = new Recorder(ledger, new HeldClock(), () => {});
    await recorder.mark(markOf(1));
    for (let turn = 0; turn < turns; turn++) await undefined;
    recorder.outcome(outcomeOf(1));
    await recorder.flush();
    assert.deepEqual(written, [1], `after ${turns} turns`);
  }
});

test('a group that cannot be written fails its marks, is told once, and nothing is written after it', async () => {
  const failures: unknown[] = [];
  let groups = 0;
  const full = new Error('disk full');
  const recorder = new Recorder(
    {
      record: () => {
        groups++;
        return Promise.reject(full);
      },
    },
    new HeldClock(),
    (error) => failures.push(error),
  );
  await assert.rejects(recorder.mark(markOf(1)), full);
  await assert.rejects(recorder.mark(markOf(2)), full);
  recorder.outcome(outcomeOf(1));
  await recorder.flush();
  await settle();
  assert.deepEqual(failures, [full]);
  assert.equal(groups, 1);
});

test('a mark that a cap refuses is told so alone: the others of its group stand, and the run goes on', async () => {
  const failures: unknown[] = [];
  const ledger = { record: ({ marks }: Group) => Promise.resolve(marks.length > 1 ? [2] : []) };
  const recorder = new Recorder(ledger, new HeldClock(), (error) => failures.push(error));
  const marks = [1, 2, 3].map((delivery) => recorder.mark(markOf(delivery)));
  const ends = await Promise.allSettled(marks);
  assert.deepEqual(
    ends.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  await assert.rejects(marks[1]!, CapReached);
  await recorder.mark(markOf(4));
  assert.deepEqual(failures, []);
});

test('outcomes wait a little for a mark to share their commit with, and no longer', async () => {
  const clock = new HeldClock();
  const ledger = heldLedger();
  const recorder = new Recorder(ledger, clock, () => {});
  recorder.outcome(outcomeOf(1));
  await clock.pass(2);
  assert.equal(ledger.groups.length, 0);
  void recorder.mark({ delivery: 2, at: 0, now: 0, relay: '' });
  await settle();
  assert.deepEqual(
    ledger.groups.map(({ outcomes, marks }) => [outcomes.length, marks.length]),
    [[1, 1]],
  );
  ledger.commit();
  await settle();
  recorder.outcome(outcomeOf(2));
  await clock.pass(10);
  assert.equal(ledger.groups.length, 2);
  ledger.commit();
  await recorder.flush();
});
