// Conformance: the state machine, every state by every other, and what a move leaves written.
// Knows the Ledger interface alone.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  type Delivery,
  MARK_MOVES,
  OUTCOME_MOVES,
  STATES,
  type State,
} from '../../../src/domain/delivery.js';
import type { Ledger } from '../../../src/store/ledger.js';
import { campaignOf, everything, importList, inState, mark, outcome, people, START } from './campaign.js';

type With = (work: (ledger: Ledger) => Promise<void>) => Promise<void>;

/** Brings a pending delivery into a state, by moves that the interface offers. */
async function bring(ledger: Ledger, name: string, delivery: Delivery, state: State): Promise<void> {
  const marking = { outcomes: [], marks: [mark(delivery.id, 4000)] };
  switch (state) {
    case 'pending':
      return;
    case 'transmitting':
      await ledger.record(marking);
      return;
    case 'accepted':
    case 'in_doubt':
      await ledger.record(marking);
      await ledger.record({ outcomes: [outcome(delivery.id, state)], marks: [] });
      return;
    case 'withdrawn':
      await importList(ledger, name, people(3).slice(1));
      return;
    default:
      await ledger.record({ outcomes: [outcome(delivery.id, state)], marks: [] });
  }
}

/** Duplicates have no number that the interface would tell. */
const REACHABLE = STATES.filter((state) => state !== 'duplicate');

export function moves(withLedger: With): void {
  for (const from of REACHABLE) {
    it(`a delivery that is ${from} makes the legal moves and no other`, () =>
      withLedger(async (ledger) => {
        for (const to of [...STATES, 'mark'] as const) {
          const name = `${from} to ${to}`;
          const { campaign, by } = await campaignOf(ledger, name, people(3));
          const moved = by.get('p1@example.com')!;
          const other = by.get('p2@example.com')!;
          await bring(ledger, name, moved, from);
          const before = await everything(ledger, name);
          const legal =
            to === 'mark' ? MARK_MOVES.includes(from) : OUTCOME_MOVES[to]?.includes(from) === true;
          // The other delivery's moves are legal, so that they show whether the group stands or falls as one.
          const group =
            to === 'mark'
              ? { outcomes: [outcome(other.id, 'deferred')], marks: [mark(moved.id, 9000)] }
              : { outcomes: [outcome(other.id, 'deferred'), outcome(moved.id, to)], marks: [] };
          if (legal) {
            await ledger.record(group);
            const after = to === 'mark' ? 'transmitting' : to;
            assert.ok(inState(ledger, campaign, after).includes('p1@example.com'), name);
            assert.ok(inState(ledger, campaign, 'deferred').includes('p2@example.com'), name);
          } else {
            await assert.rejects(ledger.record(group), { name: 'Error' }, name);
            assert.deepEqual(await everything(ledger, name), before, name);
          }
        }
      }));
  }

  it('a delivery that is not in the ledger fails its group', () =>
    withLedger(async (ledger) => {
      const { by } = await campaignOf(ledger, 'news', people(2));
      const id = by.get('p1@example.com')!.id;
      const before = await everything(ledger, 'news');
      const unknown = id + 1000;
      await assert.rejects(
        ledger.record({ outcomes: [outcome(id, 'rejected'), outcome(unknown, 'rejected')], marks: [] }),
      );
      await assert.rejects(ledger.record({ outcomes: [outcome(id, 'rejected')], marks: [mark(unknown, 1)] }));
      assert.deepEqual(await everything(ledger, 'news'), before);
    }));

  it('a group that failed leaves nothing behind that the next could stumble over', () =>
    withLedger(async (ledger) => {
      const { campaign, by } = await campaignOf(ledger, 'news', people(2));
      const [first, second] = [...by.values()].map((delivery) => delivery.id);
      const rejected = outcome(first!, 'rejected', { relay: 'smtp://new.example.com:587' });
      const failing = { outcomes: [rejected, outcome(second!, 'accepted')], marks: [] };
      await assert.rejects(ledger.record(failing));
      await ledger.record({ outcomes: [rejected], marks: [] });
      const [record] = ledger.recipients(campaign, ['rejected']);
      assert.equal(record?.relay, 'smtp://new.example.com:587');
      const { counts } = ledger.overview(campaign);
      assert.deepEqual([counts.pending, counts.rejected, counts.accepted], [1, 1, 0]);
    }));

  it('a delivery that is named twice in a group makes both moves or none', () =>
    withLedger(async (ledger) => {
      const { campaign, by } = await campaignOf(ledger, 'news', people(1));
      const { id } = by.get('p1@example.com')!;
      const twice = [outcome(id, 'rejected'), outcome(id, 'rejected')];
      await assert.rejects(ledger.record({ outcomes: twice, marks: [] }));
      assert.deepEqual(inState(ledger, campaign, 'pending'), ['p1@example.com']);
      // Outcomes come before marks, so what was put back can be marked in the same group.
      await ledger.record({ outcomes: [outcome(id, 'deferred')], marks: [mark(id, 6000)] });
      assert.deepEqual(inState(ledger, campaign, 'transmitting'), ['p1@example.com']);
    }));

  it('an outcome is written with the words of the relay, and charged when it says so', () =>
    withLedger(async (ledger) => {
      const { campaign, by } = await campaignOf(ledger, 'news', people(2));
      const { id } = by.get('p1@example.com')!;
      const reply = { code: 451, enhanced: '4.7.1', text: 'Greylisted, “später”' };
      const relay = 'smtp://mail.example.com:587';
      const deferred = outcome(id, 'deferred', {
        dueAt: 90_000,
        charged: true,
        reply,
        relay,
        reason: 'later',
      });
      await ledger.record({ outcomes: [deferred], marks: [] });
      const [record] = ledger.recipients(campaign, ['deferred']);
      assert.deepEqual(
        { ...record, fields: undefined },
        {
          address: 'p1@example.com',
          key: 'p1@example.com',
          line: 2,
          state: 'deferred',
          reason: 'later',
          reply,
          relay,
          attempts: 1,
          markedAt: undefined,
          at: 5000,
          dueAt: 90_000,
          fields: undefined,
        },
      );
      await ledger.record({
        outcomes: [outcome(id, 'deferred', { at: 95_000, dueAt: 99_000, charged: true })],
        marks: [],
      });
      await ledger.record({
        outcomes: [outcome(id, 'pending', { at: 96_000, dueAt: 99_000 })],
        marks: [],
      });
      const [delivery] = await ledger.claim(campaign, { dueAt: 0, id: 0 }, 99_000, 10);
      assert.equal(delivery?.id, by.get('p2@example.com')?.id);
      const [, again] = await ledger.claim(campaign, START, 99_000, 10);
      assert.equal(again?.attempts, 2);
      assert.equal(again?.firstAttemptAt, 5000);
      assert.equal(again?.dueAt, 99_000);
      assert.equal([...ledger.recipients(campaign, ['pending'])][0]?.reply, undefined);
    }));

  it('the first mark is kept, and a mark takes back the words of an earlier attempt', () =>
    withLedger(async (ledger) => {
      const { campaign, by } = await campaignOf(ledger, 'news', people(1));
      const { id, markedAt } = by.get('p1@example.com')!;
      assert.equal(markedAt, undefined);
      const reply = { code: 450, enhanced: '', text: 'later' };
      await ledger.record({ outcomes: [], marks: [mark(id, 4000)] });
      await ledger.record({ outcomes: [outcome(id, 'deferred', { reply, reason: 'x' })], marks: [] });
      assert.equal((await ledger.claim(campaign, START, 9000, 1))[0]?.markedAt, 4000);
      await ledger.record({ outcomes: [], marks: [mark(id, 7000)] });
      const [record] = ledger.recipients(campaign);
      assert.deepEqual([record?.at, record?.reply, record?.reason], [7000, undefined, '']);
      assert.equal(record?.markedAt, 4000);
      await ledger.record({ outcomes: [outcome(id, 'pending', { at: 8000 })], marks: [] });
      assert.equal((await ledger.claim(campaign, START, 9000, 1))[0]?.markedAt, 4000);
    }));

  it('groups that nobody waited for are written in their order', () =>
    withLedger(async (ledger) => {
      const { campaign, by } = await campaignOf(ledger, 'news', people(1));
      const { id } = by.get('p1@example.com')!;
      const written = [
        ledger.record({ outcomes: [], marks: [mark(id, 4000)] }),
        ledger.record({ outcomes: [outcome(id, 'rejected'), outcome(id, 'accepted')], marks: [] }),
        ledger.record({ outcomes: [outcome(id, 'accepted')], marks: [] }),
      ];
      const ends = await Promise.allSettled(written);
      assert.deepEqual(
        ends.map((end) => end.status),
        ['fulfilled', 'rejected', 'fulfilled'],
      );
      assert.deepEqual(inState(ledger, campaign, 'accepted'), ['p1@example.com']);
    }));
}
