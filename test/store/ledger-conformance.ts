// The promise of the Ledger interface as tests, which any store has to pass: `ledgerConformance('SQLite', store)`.
// Knows the interface alone; a store's own file adds what is particular to it.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Ledger } from '../../src/store/ledger.js';
import {
  campaignOf,
  everything,
  importList,
  mark,
  outcome,
  people,
  type Store,
} from './conformance/campaign.js';
import { contents } from './conformance/contents.js';
import { handedOver } from './conformance/handed-over.js';
import { lists } from './conformance/lists.js';
import { model } from './conformance/model.js';
import { moves } from './conformance/moves.js';
import { resolving } from './conformance/resolving.js';
import { runs } from './conformance/runs.js';
import { suppressions } from './conformance/suppressions.js';
import { wholeOrNothing } from './conformance/whole-or-nothing.js';

/** Declares the tests of a store. */
export function ledgerConformance(name: string, store: Store): void {
  const withLedger = async (work: (ledger: Ledger) => Promise<void>) => {
    const place = store.place();
    const ledger = place.open();
    try {
      await work(ledger);
    } finally {
      ledger.close();
      place.remove();
    }
  };
  describe(`${name}: every move between states is guarded`, () => moves(withLedger));
  describe(`${name}: lists are merged by address`, () => lists(withLedger));
  describe(`${name}: an import is done as a whole or not at all`, () => wholeOrNothing(withLedger));
  describe(`${name}: a run finds what it needs`, () => runs(withLedger));
  describe(`${name}: deliveries in doubt are resolved one by one`, () => resolving(withLedger));
  describe(`${name}: who must not be mailed`, () => suppressions(withLedger));
  describe(`${name}: what relays were handed`, () => handedOver(withLedger));
  describe(`${name}: a campaign's contents`, () => contents(withLedger));
  describe(`${name}: random histories`, () => model(withLedger));
  describe(`${name}: its path and secret`, () => identity(withLedger));
  if (store.lasting) describe(`${name}: two openings of one ledger`, () => lasting(store));
}

function identity(withLedger: (work: (ledger: Ledger) => Promise<void>) => Promise<void>): void {
  it('a ledger has a path and a secret of its own', () =>
    withLedger(async (ledger) => {
      assert.notEqual(ledger.path, '');
      assert.equal(ledger.secret.length, 32);
      await withLedger(async (other) => assert.notDeepEqual(other.secret, ledger.secret));
    }));
}

function lasting(store: Store): void {
  it('a second opening sees all of it, and the same secret', async () => {
    const place = store.place();
    const first = place.open();
    const { by } = await campaignOf(first, 'news', people(3));
    const { id } = by.get('p1@example.com')!;
    await first.record({ outcomes: [], marks: [mark(id, 4000)] });
    const before = await everything(first, 'news');
    const second = place.open();
    assert.deepEqual(await everything(second, 'news'), before);
    assert.deepEqual(second.secret, first.secret);
    await second.record({ outcomes: [outcome(id, 'accepted')], marks: [] });
    await assert.rejects(first.record({ outcomes: [outcome(id, 'rejected')], marks: [] }));
    first.close();
    second.close();
    place.remove();
  });

  it('a lock held by one opening is seen by the other, and goes with its ledger', async () => {
    const place = store.place();
    const first = place.open();
    const second = place.open();
    const { campaign } = await importList(first, 'news', people(1));
    assert.ok(first.lock('news'));
    assert.equal(second.lock('news'), undefined);
    assert.equal(second.overview(campaign).running, true);
    assert.equal(second.lock('news'), undefined, 'having looked at the lock has not broken it');
    assert.ok(second.lock('other'));
    first.close();
    assert.equal(second.overview(campaign).running, false);
    assert.ok(second.lock('news'));
    second.close();
    place.remove();
  });
}
