// Conformance: an import is done as a whole or not at all, and nothing comes between.
// Knows the Ledger interface alone.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Ledger } from '../../../src/store/ledger.js';
import { campaignOf, everything, importList, invalid, list, people, plan, row, START } from './campaign.js';

type With = (work: (ledger: Ledger) => Promise<void>) => Promise<void>;

const NOTHING = { added: 0, returned: 0, withdrawn: 0, invalid: 0, duplicate: 0 };

export function wholeOrNothing(withLedger: With): void {
  it('more withdrawals than were allowed change nothing, and are counted', () =>
    withLedger(async (ledger) => {
      await importList(ledger, 'news', people(20));
      const before = await everything(ledger, 'news');
      const shorter = [...people(17), row('new@example.com', 30), invalid('x', 31)];
      const changed = { mayWithdraw: 0.1, now: 2000, listHash: 'other', columns: ['new'], options: {} };
      const { campaign, ...figures } = await importList(ledger, 'news', shorter, changed);
      assert.deepEqual(figures, {
        ...NOTHING,
        done: false,
        rows: 19,
        added: 1,
        withdrawn: 3,
        leftBefore: 20,
        invalid: 1,
      });
      assert.deepEqual(campaign, ledger.find('news'));
      assert.deepEqual(await everything(ledger, 'news'), before);
      assert.equal((await importList(ledger, 'news', people(18), changed)).done, true);
      assert.equal((await importList(ledger, 'news', [], { mayWithdraw: 1 })).withdrawn, 18);
      assert.equal((await importList(ledger, 'news', [], changed)).done, true);
    }));

  it('rows that throw in the middle leave everything as it was', () =>
    withLedger(async (ledger) => {
      async function* broken() {
        yield [row('a@example.com', 2), invalid('x', 3)];
        await new Promise((resolve) => setImmediate(resolve));
        throw new Error('list.csv:4: this quote is never closed');
      }
      const lock = ledger.lock('news');
      const empty = await everything(ledger, 'news');
      await assert.rejects(ledger.import(plan('news'), broken()), /never closed/);
      assert.deepEqual(await everything(ledger, 'news'), empty);

      await ledger.import(plan('news'), list([...people(3), invalid('y', 9)]));
      const before = await everything(ledger, 'news');
      await assert.rejects(ledger.import(plan('news', { listHash: 'z' }), broken()), /never closed/);
      assert.deepEqual(await everything(ledger, 'news'), before);
      lock?.release();
    }));

  it('while a list is read nothing else can be written or seen', () =>
    withLedger(async (ledger) => {
      const { campaign } = await campaignOf(ledger, 'other', people(1));
      const refused: string[] = [];
      async function* curious() {
        yield people(2);
        const none = { outcomes: [], marks: [] };
        await ledger.record(none).catch((error: Error) => refused.push(error.message));
        await ledger.claim(campaign, START, 0, 1).catch((error: Error) => refused.push(error.message));
        for (const call of [
          () => ledger.overview(campaign),
          () => ledger.remember(campaign, {}),
          () => ledger.names(),
        ]) {
          assert.throws(call, /importing/);
        }
      }
      const lock = ledger.lock('news');
      assert.equal((await ledger.import(plan('news'), curious())).added, 2);
      assert.equal(refused.length, 2);
      assert.deepEqual(ledger.names(), ['other', 'news']);
      lock?.release();
    }));

  it('an import needs the lock, and a campaign that was not abandoned', () =>
    withLedger(async (ledger) => {
      await assert.rejects(ledger.import(plan('news'), list(people(1))), /lock/);
      const { campaign } = await importList(ledger, 'news', people(1));
      ledger.abandon(campaign, 5000);
      await assert.rejects(importList(ledger, 'news', people(2)), /abandoned/);
    }));
}
