// Conformance: what a run asks of a ledger besides its moves: turns, locks, settling, reports, and the end.
// Knows the Ledger interface alone.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { STATES } from '../../../src/domain/delivery.js';
import type { Cursor, InDoubtWord, Ledger } from '../../../src/store/ledger.js';
import { campaignOf, importList, inState, invalid, mark, outcome, people, row, START } from './campaign.js';

type With = (work: (ledger: Ledger) => Promise<void>) => Promise<void>;

export function runs(withLedger: With): void {
  it('names are the campaigns, oldest first', () =>
    withLedger(async (ledger) => {
      assert.deepEqual(ledger.names(), []);
      assert.equal(ledger.find('z'), undefined);
      for (const name of ['z', 'a', 'Ü / “x”']) await importList(ledger, name, people(1));
      assert.deepEqual(ledger.names(), ['z', 'a', 'Ü / “x”']);
    }));

  it('deliveries take their turn by due time, then number, behind the cursor', () =>
    withLedger(async (ledger) => {
      const { campaign, by } = await campaignOf(ledger, 'news', people(9));
      await importList(ledger, 'other', people(2));
      const id = (n: number) => by.get(`p${n}@example.com`)!.id;
      await ledger.record({
        outcomes: [
          outcome(id(1), 'deferred', { dueAt: 500 }),
          outcome(id(2), 'deferred', { dueAt: 300 }),
          outcome(id(3), 'deferred', { dueAt: 501 }),
          outcome(id(4), 'pending', { dueAt: 300 }),
          outcome(id(5), 'rejected'),
        ],
        marks: [mark(id(6), 1)],
      });
      const turn = [7, 8, 9, 2, 4, 1].map(id);
      for (const limit of [1, 2, 3, 4, 6, 100]) {
        const taken: number[] = [];
        let after: Cursor = START;
        for (;;) {
          const due = await ledger.claim(campaign, after, 500, limit);
          assert.ok(due.length <= limit);
          if (due.length === 0 || taken.length > turn.length) break;
          taken.push(...due.map((delivery) => delivery.id));
          const last = due[due.length - 1]!;
          after = { dueAt: last.dueAt, id: last.id };
        }
        assert.deepEqual(taken, turn, `limit ${limit}`);
      }
      assert.deepEqual(await ledger.claim(campaign, { dueAt: 500, id: id(9) }, 500, 9), []);
      assert.deepEqual(await ledger.claim(campaign, { dueAt: 501, id: 0 }, 500, 9), []);
      assert.equal((await ledger.claim(campaign, { dueAt: 501, id: 0 }, 501, 9)).length, 1);
    }));

  const words: readonly (readonly [InDoubtWord, object, object])[] = [
    ['hold', { held: 3, resent: 0, assumed: 0 }, { in_doubt: 3 }],
    ['resend', { held: 0, resent: 3, assumed: 0 }, { pending: 4 }],
    ['assume-accepted', { held: 0, resent: 0, assumed: 3 }, { accepted: 4 }],
  ];
  for (const [word, settled, counts] of words) {
    it(`settling finds what a crash left in transmission, and "${word}" is done to all in doubt`, () =>
      withLedger(async (ledger) => {
        const { campaign, by } = await campaignOf(ledger, 'news', people(5));
        const other = await campaignOf(ledger, 'other', people(1));
        const ids = [...by.values()].map((delivery) => delivery.id);
        const theirs = other.by.get('p1@example.com')!.id;
        await ledger.record({
          outcomes: [],
          marks: [...ids.slice(1), theirs].map((id) => mark(id, 4000)),
        });
        await ledger.record({
          outcomes: [outcome(ids[1]!, 'in_doubt'), outcome(ids[4]!, 'accepted')],
          marks: [],
        });
        assert.throws(() => ledger.settle(campaign, word, 8000), /lock/);
        const lock = ledger.lock('news');
        assert.deepEqual(ledger.settle(campaign, word, 8000), { found: 2, ...settled, unsuppressed: 0 });
        const none = Object.fromEntries(STATES.map((state) => [state, 0]));
        const base =
          word === 'hold'
            ? { pending: 1, accepted: 1 }
            : word === 'resend'
              ? { accepted: 1 }
              : { pending: 1 };
        assert.deepEqual(ledger.overview(campaign).counts, { ...none, ...base, ...counts });
        assert.equal(ledger.overview(other.campaign).counts.transmitting, 1);
        const record = [...ledger.recipients(campaign)][2];
        assert.equal(record?.at, 8000);
        assert.equal(record?.reason !== '', word !== 'resend');
        if (word === 'resend') {
          const due = await ledger.claim(campaign, START, 0, 9);
          assert.deepEqual(
            due.map((delivery) => delivery.markedAt),
            [undefined, 4000, 4000, 4000],
          );
        }
        const again = ledger.settle(campaign, word, 9000);
        assert.deepEqual(again, {
          found: 0,
          held: word === 'hold' ? 3 : 0,
          resent: 0,
          assumed: 0,
          unsuppressed: 0,
        });
        lock?.release();
      }));
  }

  it('a campaign has one lock, and others are not in its way', () =>
    withLedger(async (ledger) => {
      const { campaign } = await campaignOf(ledger, 'news', people(1));
      assert.equal(ledger.overview(campaign).running, false);
      const lock = ledger.lock('news');
      assert.ok(lock);
      assert.equal(ledger.overview(campaign).running, true);
      assert.equal(ledger.lock('news'), undefined);
      const other = ledger.lock('News');
      assert.ok(other, 'a name that differs in case is another name');
      lock.release();
      const second = ledger.lock('news');
      assert.ok(second);
      lock.release();
      assert.equal(ledger.overview(campaign).running, true, 'a second release is nobody else’s');
      second.release();
      other.release();
      assert.equal(ledger.overview(campaign).running, false);
    }));

  it('the overview counts every state, and knows what is due next and what happened last', () =>
    withLedger(async (ledger) => {
      const rows = [...people(4), invalid('x', 9), row('P1@example.com', 10)];
      const { campaign, by } = await campaignOf(ledger, 'news', rows);
      const id = (n: number) => by.get(`p${n}@example.com`)!.id;
      const fresh = ledger.overview(campaign);
      assert.deepEqual([fresh.nextDue, fresh.changedAt], [undefined, undefined]);
      await ledger.record({
        outcomes: [
          outcome(id(1), 'deferred', { dueAt: 900, at: 60 }),
          outcome(id(2), 'deferred', { dueAt: 800, at: 70 }),
          outcome(id(3), 'pending', { dueAt: 700, at: 50 }),
        ],
        marks: [],
      });
      const { counts, nextDue, changedAt } = ledger.overview(campaign);
      assert.deepEqual([nextDue, changedAt], [800, 70]);
      const none = Object.fromEntries(STATES.map((state) => [state, 0]));
      assert.deepEqual(counts, { ...none, pending: 2, deferred: 2, invalid: 1, duplicate: 1 });
      const earlier = outcome(id(2), 'pending', { at: 65 });
      await ledger.record({ outcomes: [earlier], marks: [] });
      assert.equal(ledger.overview(campaign).changedAt, 70, 'a clock that was set back takes nothing back');
    }));

  it('recipients come in the order of the list, by state, and a reading may be left early', () =>
    withLedger(async (ledger) => {
      const rows = [
        row('c@example.com', 9),
        row('a@example.com', 4),
        invalid('x', 6),
        row('b@example.com', 4),
      ];
      const { campaign, by } = await campaignOf(ledger, 'news', rows);
      assert.deepEqual(inState(ledger, campaign), ['a@example.com', 'b@example.com', 'x', 'c@example.com']);
      assert.deepEqual(inState(ledger, campaign, 'invalid', 'accepted'), ['x']);
      const reading = ledger.recipients(campaign);
      assert.equal(reading.next().value?.address, 'a@example.com');
      const { id } = by.get('c@example.com')!;
      await ledger.record({ outcomes: [outcome(id, 'rejected')], marks: [] });
      for (const record of reading) {
        assert.equal(record.address, 'b@example.com');
        break;
      }
      await ledger.record({ outcomes: [], marks: [mark(by.get('a@example.com')!.id, 1)] });
      assert.deepEqual(inState(ledger, campaign, 'rejected', 'transmitting'), [
        'a@example.com',
        'c@example.com',
      ]);
    }));

  it('the options of a run are remembered', () =>
    withLedger(async (ledger) => {
      const { campaign } = await campaignOf(ledger, 'news', people(1));
      const options = { rate: '5/s', limit: 7, wait: true, header: ['A: b', 'C: d'] };
      ledger.remember(campaign, options);
      assert.deepEqual(ledger.find('news'), { ...campaign, options });
    }));

  it('an abandoned campaign has nothing left to send, and stays abandoned since the first time', () =>
    withLedger(async (ledger) => {
      const { campaign, by } = await campaignOf(ledger, 'news', people(4));
      const id = (n: number) => by.get(`p${n}@example.com`)!.id;
      await ledger.record({
        outcomes: [outcome(id(1), 'deferred', { dueAt: 9 }), outcome(id(2), 'rejected')],
        marks: [mark(id(3), 1)],
      });
      ledger.abandon(campaign, 6000);
      ledger.abandon(campaign, 7000);
      assert.equal(ledger.find('news')?.abandonedAt, 6000);
      assert.deepEqual(await ledger.claim(campaign, START, 9999, 9), []);
      const records = [...ledger.recipients(campaign, ['withdrawn'])];
      assert.deepEqual(
        records.map((record) => [record.address, record.reason, record.at]),
        [
          ['p1@example.com', 'the campaign was abandoned', 6000],
          ['p4@example.com', 'the campaign was abandoned', 6000],
        ],
      );
      assert.deepEqual(inState(ledger, campaign, 'rejected', 'transmitting'), [
        'p2@example.com',
        'p3@example.com',
      ]);
    }));
}
