// Conformance: a campaign's contents, and which of them a delivery keeps.
// Knows the Ledger interface alone.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Ledger } from '../../../src/store/ledger.js';
import { CONTENT, campaignOf, importList, mark, outcome, people, START } from './campaign.js';

type With = (work: (ledger: Ledger) => Promise<void>) => Promise<void>;

const CHANGED = { contentHash: 'other', content: { ...CONTENT, subject: 'other' }, replaceContent: true };

export function contents(withLedger: With): void {
  it('the content of an existing campaign is replaced when that is asked for, and the earlier one stays readable', () =>
    withLedger(async (ledger) => {
      const { campaign } = await importList(ledger, 'news', people(1), { replaceContent: true });
      assert.deepEqual(ledger.content(campaign, campaign.contentNumber), CONTENT);
      const again = await importList(ledger, 'news', people(1), CHANGED);
      const { contentNumber } = again.campaign;
      assert.notEqual(contentNumber, campaign.contentNumber);
      const { contentHash, content } = CHANGED;
      assert.deepEqual(again.campaign, { ...campaign, contentHash, content, contentNumber });
      assert.deepEqual(ledger.find('news'), again.campaign);
      assert.deepEqual(ledger.content(again.campaign, contentNumber), content);
      assert.deepEqual(ledger.content(again.campaign, campaign.contentNumber), CONTENT);
    }));

  it("another campaign's content is not to be had", () =>
    withLedger(async (ledger) => {
      const one = await importList(ledger, 'one', people(1));
      const two = await importList(ledger, 'two', people(1), CHANGED);
      assert.equal(ledger.find('one')?.content.subject, CONTENT.subject);
      assert.throws(() => ledger.content(one.campaign, two.campaign.contentNumber));
    }));

  it('a delivery keeps the content of its first mark, and the others get the new one', () =>
    withLedger(async (ledger) => {
      const { campaign, by } = await campaignOf(ledger, 'news', people(3));
      const [first, second] = [...by.values()].map((delivery) => delivery.id);
      assert.equal(by.get('p1@example.com')?.content, undefined);
      await ledger.record({ outcomes: [], marks: [mark(first!, 4000)] });
      await ledger.record({ outcomes: [outcome(first!, 'deferred')], marks: [] });
      const { campaign: changed } = await importList(ledger, 'news', people(3), CHANGED);
      const kept = async () => (await ledger.claim(changed, START, 0, 9)).map((delivery) => delivery.content);
      assert.deepEqual(await kept(), [campaign.contentNumber, undefined, undefined]);
      await ledger.record({ outcomes: [], marks: [mark(first!, 5000), mark(second!, 5000)] });
      const back = [outcome(first!, 'deferred'), outcome(second!, 'deferred')];
      await ledger.record({ outcomes: back, marks: [] });
      assert.deepEqual(await kept(), [campaign.contentNumber, changed.contentNumber, undefined]);
    }));

  it('an import that fails or is not done leaves the content as it was', () =>
    withLedger(async (ledger) => {
      const { campaign } = await importList(ledger, 'news', people(4));
      const { done } = await importList(ledger, 'news', people(1), { ...CHANGED, mayWithdraw: 0.1 });
      assert.equal(done, false);
      assert.deepEqual(ledger.find('news'), campaign);
    }));
}
