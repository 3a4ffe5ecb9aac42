// Conformance: the suppression list, and what its changes mean to deliveries that it kept back.
// Knows the interfaces of ledger and suppressions alone.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Ledger } from '../../../src/store/ledger.js';
import { campaignOf, importList, inState, mark, outcome, people, START } from './campaign.js';

type With = (work: (ledger: Ledger) => Promise<void>) => Promise<void>;

const entry = (text: string, reason = '', source = 'test') => ({ entry: text, reason, source });

export function suppressions(withLedger: With): void {
  it('entries are added once, and the first reason, source and date stay', () =>
    withLedger(async ({ suppressions }) => {
      const first = [entry('b@example.com', 'asked', 'a.csv'), entry('@example.org')];
      assert.deepEqual(await suppressions.add(first, 1000), { added: 2, known: 0 });
      const again = [entry('b@example.com', 'other'), entry('1@example.com'), entry('1@example.com')];
      assert.deepEqual(await suppressions.add(again, 2000), { added: 1, known: 2 });
      assert.deepEqual(
        [...suppressions.list()],
        [
          { ...entry('1@example.com'), at: 2000 },
          { ...entry('@example.org'), at: 1000 },
          { ...entry('b@example.com', 'asked', 'a.csv'), at: 1000 },
        ],
      );
      assert.deepEqual(await suppressions.add([], 3000), { added: 0, known: 0 });
    }));

  it('an address is covered by its own entry, else by that of exactly its domain', () =>
    withLedger(async ({ suppressions }) => {
      await suppressions.add([entry('@example.com', 'domain'), entry('ada@example.com', 'address')], 1000);
      assert.equal(suppressions.of('ada@example.com')?.reason, 'address');
      assert.equal(suppressions.of('bob@example.com')?.reason, 'domain');
      for (const key of [
        'ada@mail.example.com',
        'ada@example.org',
        'ada@notexample.com',
        'x-ada@example.org',
        '',
      ]) {
        assert.equal(suppressions.of(key), undefined, key);
      }
    }));

  it('what is removed is removed once, and covers nobody any longer', () =>
    withLedger(async ({ suppressions }) => {
      await suppressions.add([entry('@example.com'), entry('ada@example.com')], 1000);
      assert.equal(await suppressions.remove('ada@example.com'), true);
      assert.equal(await suppressions.remove('ada@example.com'), false);
      assert.equal(suppressions.of('ada@example.com')?.entry, '@example.com');
      assert.equal(await suppressions.remove('@example.com'), true);
      assert.equal(suppressions.of('ada@example.com'), undefined);
      assert.deepEqual([...suppressions.list()], []);
    }));

  it('reading the list may be left early and stops nobody from adding to it', () =>
    withLedger(async ({ suppressions }) => {
      const many = people(2500).map(({ key }) => entry(key));
      await suppressions.add(many, 1000);
      for (const _ of suppressions.list()) {
        assert.equal((await suppressions.add([entry('new@example.com')], 2000)).added, 1);
        break;
      }
      assert.equal([...suppressions.list()].length, 2501);
    }));

  it('a delivery that no suppression covers any longer is pending again when the next run settles, and begins anew', () =>
    withLedger(async (ledger) => {
      const { campaign, by } = await campaignOf(ledger, 'news', people(4));
      const other = await campaignOf(ledger, 'other', people(1));
      const id = (n: number) => by.get(`p${n}@example.com`)!.id;
      await ledger.record({ outcomes: [], marks: [mark(id(1), 4000)] });
      await ledger.record({
        outcomes: [outcome(id(1), 'deferred', { charged: true, dueAt: 50 })],
        marks: [],
      });
      const why = { reason: 'the address is suppressed' };
      const theirs = other.by.get('p1@example.com')!.id;
      await ledger.record({
        outcomes: [...[1, 2, 3].map(id), theirs].map((each) => outcome(each, 'suppressed', why)),
        marks: [],
      });
      await ledger.suppressions.add([entry('p2@example.com')], 1000);
      const lock = ledger.lock('news')!;
      assert.equal(ledger.settle(campaign, 'hold', 8000).unsuppressed, 2);
      assert.equal(ledger.settle(campaign, 'hold', 8000).unsuppressed, 0);
      assert.deepEqual(inState(ledger, campaign, 'suppressed'), ['p2@example.com']);
      assert.equal(ledger.overview(other.campaign).counts.suppressed, 1);
      const { counts } = ledger.overview(campaign);
      assert.deepEqual([counts.pending, counts.suppressed], [3, 1]);
      const due = await ledger.claim(campaign, START, 0, 9);
      assert.deepEqual(
        due.map((delivery) => [delivery.id, delivery.attempts, delivery.firstAttemptAt, delivery.markedAt]),
        [
          [id(1), 0, undefined, 4000],
          [id(3), 0, undefined, undefined],
          [id(4), 0, undefined, undefined],
        ],
      );
      await ledger.suppressions.add([entry('@example.com')], 1000);
      await ledger.suppressions.remove('p2@example.com');
      assert.equal(ledger.settle(campaign, 'hold', 9000).unsuppressed, 0, 'the domain covers it');
      lock.release();
    }));

  it('who is suppressed and leaves the list is withdrawn uncounted, and who stays on it stays suppressed', () =>
    withLedger(async (ledger) => {
      const { campaign, by } = await campaignOf(ledger, 'news', people(3));
      const ids = ['p1@example.com', 'p2@example.com'].map((address) => by.get(address)!.id);
      await ledger.record({ outcomes: ids.map((id) => outcome(id, 'suppressed')), marks: [] });
      const { withdrawn, returned, leftBefore } = await importList(ledger, 'news', people(3).slice(1));
      assert.deepEqual([withdrawn, returned, leftBefore], [0, 0, 1]);
      assert.deepEqual(inState(ledger, campaign, 'withdrawn'), ['p1@example.com']);
      assert.deepEqual(inState(ledger, campaign, 'suppressed'), ['p2@example.com']);
    }));
}
