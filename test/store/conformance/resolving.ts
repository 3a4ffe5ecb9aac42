// Conformance: the user's word on single deliveries in doubt.
// Knows the Ledger interface alone.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Ledger } from '../../../src/store/ledger.js';
import { campaignOf, everything, inState, mark, outcome, people, START } from './campaign.js';

type With = (work: (ledger: Ledger) => Promise<void>) => Promise<void>;

export function resolving(withLedger: With): void {
  it('single deliveries in doubt go where the word on them says, and no other delivery does', () =>
    withLedger(async (ledger) => {
      const { campaign, by } = await campaignOf(ledger, 'news', people(4));
      const other = await campaignOf(ledger, 'other', people(1));
      const ids = [...by.values(), ...other.by.values()].map((delivery) => delivery.id);
      await ledger.record({ outcomes: [], marks: ids.map((id) => mark(id, 4000)) });
      await ledger.record({
        outcomes: ids.filter((id) => id !== ids[3]).map((id) => outcome(id, 'in_doubt')),
        marks: [],
      });
      const word = (n: number, to: 'accepted' | 'pending', reason = '') => ({
        key: `p${n}@example.com`,
        to,
        reason,
      });
      assert.throws(() => ledger.resolve(campaign, [word(1, 'accepted')], 8000), /lock/);
      const lock = ledger.lock('news');
      ledger.resolve(campaign, [word(1, 'accepted', 'seen in a log'), word(2, 'pending')], 8000);
      const { counts } = ledger.overview(campaign);
      assert.deepEqual([counts.accepted, counts.pending, counts.in_doubt, counts.transmitting], [1, 1, 1, 1]);
      const [accepted] = ledger.recipients(campaign, ['accepted']);
      assert.deepEqual(
        [accepted?.address, accepted?.reason, accepted?.at, accepted?.markedAt],
        ['p1@example.com', 'seen in a log', 8000, 4000],
      );
      const [again] = await ledger.claim(campaign, START, 0, 9);
      assert.deepEqual([again?.address, again?.markedAt], ['p2@example.com', 4000]);
      assert.deepEqual(inState(ledger, other.campaign, 'in_doubt'), ['p1@example.com']);
      lock?.release();
    }));

  it('a word on a delivery that is not in doubt, or is unknown, fails all that came with it', () =>
    withLedger(async (ledger) => {
      const { campaign, by } = await campaignOf(ledger, 'news', people(3));
      const ids = [...by.values()].map((delivery) => delivery.id);
      await ledger.record({ outcomes: [], marks: ids.slice(0, 2).map((id) => mark(id, 4000)) });
      await ledger.record({ outcomes: [outcome(ids[0]!, 'in_doubt')], marks: [] });
      const lock = ledger.lock('news');
      const before = await everything(ledger, 'news');
      const legal = { key: 'p1@example.com', to: 'accepted', reason: '' } as const;
      for (const key of ['p1@example.com', 'p2@example.com', 'p3@example.com', 'nobody@example.com']) {
        assert.throws(
          () => ledger.resolve(campaign, [legal, { ...legal, key }], 8000),
          { name: 'Error' },
          key,
        );
        assert.deepEqual(await everything(ledger, 'news'), before, key);
      }
      lock?.release();
    }));
}
