// An import is written by a thread of its own: what that leaves free, and what it must not change.
// Knows the SQLite ledger from outside; the promise of an import is tested in conformance/.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { MailblastError } from '../../src/domain/errors.js';
import type { RecipientRow } from '../../src/domain/recipient.js';
import { openForWriting } from '../../src/store/sqlite/connection.js';
import { openLedger } from '../../src/store/sqlite/open.js';
import {
  campaignOf,
  everything,
  importList,
  invalid,
  list,
  people,
  plan,
  row,
} from './conformance/campaign.js';

let folder = '';
let files = 0;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-import-'));
});
after(() => rmSync(folder, { recursive: true }));

const newPath = () => join(folder, `${++files}.db`);

test('while an import is written, above all at its end, the event loop goes on', async () => {
  const ledger = openLedger(newPath());
  ledger.lock('news');
  const PEOPLE = 60_000;
  let turns = 0;
  let turning = true;
  const turn = () => {
    turns += 1;
    if (turning) setImmediate(turn);
  };
  turn();
  let whenRead = 0;
  async function* rows() {
    const all = people(PEOPLE);
    for (let at = 0; at < PEOPLE; at += 1000) yield all.slice(at, at + 1000);
    whenRead = turns;
  }
  const { added } = await ledger.import(plan('news'), rows());
  turning = false;
  assert.equal(added, PEOPLE);
  // Sorting the people alone takes tens of milliseconds, and a turn some microseconds; on one thread there was no turn.
  assert.ok(turns - whenRead > 20, `${turns - whenRead} turns after the list was read`);
  ledger.close();
});

test('every row of a large list arrives, in the order of the list, whatever it lies among', async () => {
  const ledger = openLedger(newPath());
  // No multiple of any number of rows that go together; rows of all kinds at every place among them.
  const rows = Array.from({ length: 2347 }, (_, i) => {
    if (i % 7 === 3) return invalid(`broken ${i}`, i + 2, `reason ${i}`);
    return row(`P${i % 11 === 0 ? i - (i % 77) : i}@example.com`, i + 2, { n: `${i}`, Łódź: '“\n\0🎉' });
  });
  const first = new Map<string, number>();
  for (const each of rows) {
    if (each.kind === 'recipient' && !first.has(each.key)) first.set(each.key, each.line);
  }
  const { campaign, ...figures } = await importList(ledger, 'news', rows);
  const unusable = rows.filter(({ kind }) => kind === 'invalid').length;
  const duplicate = rows.length - unusable - first.size;
  assert.ok(duplicate > 20);
  assert.deepEqual(
    [figures.rows, figures.added, figures.invalid, figures.duplicate],
    [rows.length, first.size, unusable, duplicate],
  );
  const expected = rows.map((each) => {
    if (each.kind === 'invalid') return [each.line, each.address, '', 'invalid', each.reason, undefined];
    const line = first.get(each.key)!;
    const [key, state, reason] =
      line === each.line
        ? [each.key, 'pending', '']
        : ['', 'duplicate', `the address stands on line ${line} already`];
    return [each.line, each.address, key, state, reason, each.fields.n];
  });
  assert.deepEqual(
    [...ledger.recipients(campaign)].map(({ line, address, key, state, reason, fields }) => [
      line,
      address,
      key,
      state,
      reason,
      fields.n,
    ]),
    expected,
  );
  ledger.close();
});

test('a list is read no sooner than the ledger can be written', async () => {
  const path = newPath();
  const ledger = openLedger(path);
  ledger.lock('news');
  const other = openForWriting(path);
  other.exec('BEGIN IMMEDIATE');
  let read = 0;
  async function* rows() {
    read += 1;
    yield people(3);
  }
  const imported = ledger.import(plan('news'), rows());
  // Long enough for the thread to have begun; the clock of this process goes on meanwhile.
  await sleep(500);
  assert.equal(read, 0);
  other.exec('COMMIT');
  assert.equal((await imported).added, 3);
  other.close();
  ledger.close();
});

test('a list is read a few batches ahead of what is written, not more', async () => {
  const ledger = openLedger(newPath());
  ledger.lock('news');
  let read = 0;
  let began = () => {};
  const begun = new Promise<void>((resolve) => {
    began = resolve;
  });
  async function* endless() {
    for (;;) {
      read += 1;
      began();
      yield people(5);
      // The thread cannot say that there is room while this one does not listen.
      if (read < 20) continue;
      throw new Error('read on');
    }
  }
  const imported = ledger.import(plan('news'), endless());
  imported.catch(() => undefined);
  // In the same turn of the event loop as the first batch: from here on nothing the thread says is heard.
  await begun;
  const until = performance.now() + 100;
  while (performance.now() < until) await Promise.resolve();
  assert.ok(read <= 5, `${read} batches`);
  await assert.rejects(imported, /read on/);
  ledger.close();
});

test('a ledger that is closed while it imports keeps nothing of the list', async () => {
  const path = newPath();
  const ledger = openLedger(path);
  await campaignOf(ledger, 'news', people(3));
  const before = await everything(ledger, 'news');
  ledger.lock('news');
  async function* rows() {
    yield people(2);
    ledger.close();
    yield people(1);
  }
  await assert.rejects(ledger.import(plan('news'), rows()), /closed/);
  const again = openLedger(path);
  assert.deepEqual(await everything(again, 'news'), before);
  // The thread's transaction has ended: nobody has to wait for it.
  assert.equal((await importList(again, 'news', people(3))).done, true);
  again.close();
});

test('what fails in the thread is said as if it had failed here, and the list is read no further', async () => {
  const path = newPath();
  openLedger(path).close();
  const reading = openLedger(path, { readonly: true });
  reading.lock('news');
  let closed = false;
  async function* rows(): AsyncGenerator<RecipientRow[]> {
    try {
      for (;;) yield people(1);
    } finally {
      closed = true;
    }
  }
  await assert.rejects(reading.import(plan('news'), rows()), (error) => {
    assert.ok(error instanceof MailblastError, String(error));
    assert.equal(error.trouble, 'cannot_write');
    assert.match(error.message, /^\/.*\.db: the ledger may not be written\..*--state/);
    return true;
  });
  reading.close();

  const ledger = openLedger(path);
  ledger.lock('news');
  const broken = { ...row('a@example.com', 2), address: null as unknown as string };
  async function* unwritable(): AsyncGenerator<RecipientRow[]> {
    try {
      for (;;) yield [broken];
    } finally {
      closed = true;
    }
  }
  await assert.rejects(ledger.import(plan('news'), unwritable()), /NOT NULL constraint failed/);
  assert.ok(closed);
  assert.deepEqual(ledger.names(), []);
  await ledger.import(plan('news'), list(people(2)));
  ledger.close();
});
