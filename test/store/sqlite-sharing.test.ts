// One ledger in several hands: read while it is written, written by two processes, opened by two names.
// Knows the rooms of src/store/sqlite/; what a killed process leaves is tested elsewhere.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { MailblastError } from '../../src/domain/errors.js';
import { openForWriting } from '../../src/store/sqlite/connection.js';
import { openLedger } from '../../src/store/sqlite/open.js';
import { campaignOf, mark, outcome, people, plan } from './conformance/campaign.js';

let folder = '';
let files = 0;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-sharing-'));
});
after(() => rmSync(folder, { recursive: true }));

const newPath = () => join(folder, `${++files}.db`);

test('a ledger can be read while a list is imported and while a run writes', async () => {
  const path = newPath();
  const ledger = openLedger(path);
  const { campaign, by } = await campaignOf(ledger, 'news', people(3));
  const reading = openLedger(path, { readonly: true });
  const lock = ledger.lock('news')!;
  async function* rows() {
    yield people(2);
    assert.equal(reading.overview(campaign).counts.pending, 3);
    assert.equal(reading.overview(campaign).running, true);
    assert.equal([...reading.recipients(campaign)].length, 3);
    const another = openLedger(path, { readonly: true });
    assert.deepEqual(another.find('news'), campaign);
    another.close();
  }
  await ledger.import(plan('news'), rows());
  assert.equal(reading.overview(campaign).counts.withdrawn, 1);
  const { id } = by.get('p1@example.com')!;
  await ledger.record({ outcomes: [], marks: [mark(id, 1)] });
  assert.equal(reading.overview(campaign).counts.transmitting, 1);
  await assert.rejects(reading.record({ outcomes: [outcome(id, 'accepted')], marks: [] }), MailblastError);
  lock.release();
  reading.close();
  ledger.close();
});

test('a run waits for another process that writes, without holding up its own', async () => {
  const path = newPath();
  const ledger = openLedger(path);
  const { campaign, by } = await campaignOf(ledger, 'news', people(2));
  const other = openForWriting(path);
  other.exec('BEGIN IMMEDIATE');
  const [one, two] = [...by.values()].map((delivery) => delivery.id);
  // Each group is legal only behind the one before it.
  const groups = [
    { outcomes: [], marks: [mark(one!, 1)] },
    { outcomes: [outcome(one!, 'deferred')], marks: [mark(two!, 1)] },
    { outcomes: [outcome(two!, 'deferred')], marks: [mark(one!, 1)] },
    { outcomes: [outcome(one!, 'in_doubt')], marks: [mark(two!, 1)] },
    { outcomes: [outcome(two!, 'accepted')], marks: [] },
  ];
  const ends: number[] = [];
  const written = groups.map((group, i) => ledger.record(group).then(() => ends.push(i)));
  // Far longer than SQLite waits by itself; the clock of this process goes on meanwhile.
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.deepEqual(ends, []);
  assert.equal(ledger.overview(campaign).counts.pending, 2);
  other.exec('COMMIT');
  await Promise.all(written);
  assert.deepEqual(ends, [0, 1, 2, 3, 4]);
  other.close();
  ledger.close();
});

test('two names of one file share their locks', () => {
  const path = newPath();
  const first = openLedger(path);
  const link = newPath();
  symlinkSync(path, link);
  const second = openLedger(link);
  assert.ok(first.lock('news'));
  assert.equal(second.lock('news'), undefined);
  first.close();
  second.close();
});
