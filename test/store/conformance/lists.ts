// Conformance: how lists are merged into a campaign, by address and as a whole.
// Knows the Ledger interface alone.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { ListRow } from '../../../src/domain/recipient.js';
import type { Ledger } from '../../../src/store/ledger.js';
import {
  CONTENT,
  campaignOf,
  everything,
  importList,
  inState,
  invalid,
  mark,
  outcome,
  people,
  row,
  START,
} from './campaign.js';

type With = (work: (ledger: Ledger) => Promise<void>) => Promise<void>;

const NOTHING = { added: 0, returned: 0, withdrawn: 0, invalid: 0, duplicate: 0 };

export function lists(withLedger: With): void {
  it('a new campaign is made as planned, with every row in its state', () =>
    withLedger(async (ledger) => {
      const rows: ListRow[] = [
        row('Ada@example.com', 2),
        invalid('nobody', 3),
        row('b@example.com', 4, { __proto__x: '1' }),
        row('ada@example.com', 6),
      ];
      const { campaign, ...figures } = await importList(ledger, 'news', rows, { id: 'ab'.repeat(16) });
      assert.deepEqual(figures, {
        done: true,
        rows: 4,
        added: 2,
        returned: 0,
        withdrawn: 0,
        leftBefore: 0,
        invalid: 1,
        duplicate: 1,
      });
      assert.deepEqual(ledger.find('news'), campaign);
      assert.deepEqual(
        { ...campaign, number: 0, contentNumber: 0 },
        {
          number: 0,
          contentNumber: 0,
          name: 'news',
          id: 'ab'.repeat(16),
          rehearsal: false,
          contentHash: 'c0ffee',
          content: CONTENT,
          columns: ['email', 'first_name'],
          createdAt: 1000,
          abandonedAt: undefined,
          braked: undefined,
          options: { rate: '10/s' },
          listHash: 'beef',
        },
      );
      const records = [...ledger.recipients(campaign)];
      assert.deepEqual(
        records.map(({ address, key, line, state, reason, at }) => [address, key, line, state, reason, at]),
        [
          ['Ada@example.com', 'ada@example.com', 2, 'pending', '', undefined],
          ['nobody', '', 3, 'invalid', 'the address has no @', undefined],
          ['b@example.com', 'b@example.com', 4, 'pending', '', undefined],
          ['ada@example.com', '', 6, 'duplicate', 'the address stands on line 2 already', undefined],
        ],
      );
    }));

  it('fields come back as they went in, whatever a column is called', () =>
    withLedger(async (ledger) => {
      const fields = Object.create(null) as Record<string, string>;
      fields.email = 'a@example.com';
      for (const name of ['__proto__', 'constructor', 'toString', '', 'ein “Wort”', '7'])
        fields[name] = `<${name}\n\0🎉>`;
      const { campaign } = await importList(ledger, 'news', [{ ...row('a@example.com', 2), fields }]);
      const [delivery] = await ledger.claim(campaign, START, 0, 1);
      const [record] = ledger.recipients(campaign);
      for (const read of [delivery!.fields, record!.fields]) {
        assert.equal(Object.getPrototypeOf(read), null);
        assert.deepEqual(Object.entries(read).sort(), Object.entries(fields).sort());
      }
    }));

  it('the same list again changes nothing', () =>
    withLedger(async (ledger) => {
      const rows = [...people(3), invalid('x', 9), row('P1@example.com', 10)];
      await importList(ledger, 'news', rows);
      const before = await everything(ledger, 'news');
      const { campaign: _, ...figures } = await importList(ledger, 'news', rows, { now: 2000 });
      assert.deepEqual(figures, { ...NOTHING, done: true, rows: 5, leftBefore: 3, invalid: 1, duplicate: 1 });
      assert.deepEqual(await everything(ledger, 'news'), before);
    }));

  it('an existing campaign keeps what it was made with, and takes columns, options and the hash of the list', () =>
    withLedger(async (ledger) => {
      const first = await importList(ledger, 'news', people(1));
      const again = await importList(ledger, 'news', people(1), {
        now: 9999,
        rehearsal: true,
        contentHash: 'other',
        content: { ...CONTENT, subject: 'other' },
        columns: ['city', 'email'],
        options: { limit: 5 },
        listHash: 'feed',
      });
      assert.deepEqual(again.campaign, {
        ...first.campaign,
        columns: ['city', 'email', 'first_name'],
        options: { limit: 5 },
        listHash: 'feed',
      });
    }));

  it('people are found by address: a row that moved or changed is the same delivery', () =>
    withLedger(async (ledger) => {
      const { by } = await campaignOf(ledger, 'news', people(3));
      const rows = [
        row('P3@Example.com', 2, { first_name: 'Three' }),
        row('p1@example.com', 3),
        row('p2@example.com', 9),
      ];
      const { campaign, added } = await importList(ledger, 'news', rows);
      assert.equal(added, 0);
      const due = await ledger.claim(campaign, START, 0, 10);
      assert.deepEqual(
        due.map(({ id, address, line, fields }) => [id, address, line, fields.first_name]),
        [
          [by.get('p1@example.com')!.id, 'p1@example.com', 3, undefined],
          [by.get('p2@example.com')!.id, 'p2@example.com', 9, undefined],
          [by.get('p3@example.com')!.id, 'P3@Example.com', 2, 'Three'],
        ],
      );
    }));

  it('a delivery that was marked keeps its address and fields, and follows its line', () =>
    withLedger(async (ledger) => {
      const { by } = await campaignOf(ledger, 'news', people(1));
      const { id } = by.get('p1@example.com')!;
      await ledger.record({ outcomes: [], marks: [mark(id, 4000)] });
      await ledger.record({ outcomes: [outcome(id, 'pending')], marks: [] });
      const { campaign } = await importList(ledger, 'news', [
        row('P1@example.com', 7, { first_name: 'new' }),
      ]);
      const [delivery] = await ledger.claim(campaign, START, 0, 1);
      assert.deepEqual(
        [delivery?.address, delivery?.line, delivery?.fields.first_name, delivery?.markedAt],
        ['p1@example.com', 7, undefined, 4000],
      );
    }));

  it('people who left are withdrawn while unsent, and pending again when they come back', () =>
    withLedger(async (ledger) => {
      const { campaign, by } = await campaignOf(ledger, 'news', people(4));
      const id = (n: number) => by.get(`p${n}@example.com`)!.id;
      await ledger.record({
        outcomes: [],
        marks: [mark(id(2), 4000), mark(id(3), 4000)],
      });
      const reply = { code: 450, enhanced: '', text: 'later' };
      const deferred = outcome(id(2), 'deferred', { dueAt: 70_000, charged: true, reply, relay: 'smtp://a' });
      await ledger.record({ outcomes: [deferred, outcome(id(3), 'accepted')], marks: [] });

      const gone = await importList(ledger, 'news', people(4).slice(3), { now: 6000 });
      assert.deepEqual([gone.withdrawn, gone.leftBefore, gone.done], [2, 3, true]);
      assert.deepEqual(inState(ledger, campaign, 'withdrawn'), ['p1@example.com', 'p2@example.com']);
      assert.deepEqual(inState(ledger, campaign, 'accepted'), ['p3@example.com']);
      const [first] = ledger.recipients(campaign, ['withdrawn']);
      assert.deepEqual([first?.at, first?.reason], [6000, 'the address is gone from the list']);

      const back = await importList(ledger, 'news', people(4), { now: 7000 });
      assert.deepEqual([back.returned, back.added, back.leftBefore], [2, 0, 1]);
      const due = await ledger.claim(campaign, START, 0, 10);
      assert.deepEqual(
        due.map((delivery) => [delivery.id, delivery.dueAt, delivery.attempts, delivery.markedAt]),
        [
          [id(1), 0, 0, undefined],
          [id(2), 0, 0, 4000],
          [id(4), 0, 0, undefined],
        ],
      );
      assert.equal(due[1]?.firstAttemptAt, undefined);
    }));

  it('rows that cannot be mailed are made anew, not added up', () =>
    withLedger(async (ledger) => {
      await importList(ledger, 'news', [row('a@example.com', 2), invalid('x', 3), row('A@example.com', 4)]);
      const { campaign } = await importList(ledger, 'news', [row('a@example.com', 2), invalid('y', 5)]);
      assert.deepEqual(inState(ledger, campaign, 'invalid', 'duplicate'), ['y']);
      const { counts } = ledger.overview(campaign);
      assert.deepEqual([counts.invalid, counts.duplicate, counts.pending], [1, 0, 1]);
    }));

  it('a row that could not be merged is tried again at the next import, or goes with its address', () =>
    withLedger(async (ledger) => {
      const { campaign, by } = await campaignOf(ledger, 'news', people(3));
      const unmergeable = ['p1@example.com', 'p2@example.com'].map((address) =>
        outcome(by.get(address)!.id, 'invalid', { reason: 'link is not a link' }),
      );
      await ledger.record({ outcomes: unmergeable, marks: [] });
      const { withdrawn, returned } = await importList(ledger, 'news', people(3).slice(1));
      assert.deepEqual([withdrawn, returned], [0, 0]);
      assert.deepEqual(inState(ledger, campaign, 'pending'), ['p2@example.com', 'p3@example.com']);
      assert.deepEqual(inState(ledger, campaign, 'withdrawn'), ['p1@example.com']);
      assert.equal(ledger.overview(campaign).counts.invalid, 0);
    }));
}
