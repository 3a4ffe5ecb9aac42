// Claiming costs what it gives, whatever has been sent: the rows that SQLite looks at are counted, not timed.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openForWriting } from '../../src/store/sqlite/connection.js';
import { DUE_AT_CURSOR, DUE_LATER } from '../../src/store/sqlite/deliveries.js';
import { openLedger } from '../../src/store/sqlite/open.js';
import { importList, people } from './conformance/campaign.js';

const PEOPLE = 6_000;
const CLAIMED = 50;

test('a claim looks at no row but those it gives: at the beginning, in the middle, at the end, and among the deferred', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'claim-steps-'));
  const path = join(folder, 'mailblast.db');
  const ledger = openLedger(path);
  await importList(ledger, 'news', people(PEOPLE));
  ledger.close();
  const db = openForWriting(path);
  let looked = 0;
  // Called for each row that the walk comes to; an index has no part in it.
  db.function('looked', (value) => {
    looked++;
    return value;
  });
  const counting = (sql: string) =>
    db.prepare(sql.replace('ORDER BY', 'AND looked(line) IS NOT NULL ORDER BY'));
  const [atCursor, later] = [counting(DUE_AT_CURSOR), counting(DUE_LATER)];
  /** Rows given, and looked at. */
  const claim = (dueAt: number, id: number): readonly number[] => {
    looked = 0;
    const given = atCursor.all(1, dueAt, id, CLAIMED);
    given.push(...later.all(1, dueAt, 1_000_000, CLAIMED - given.length));
    return [given.length, looked];
  };
  const sent = (upTo: number) => db.prepare("UPDATE delivery SET state = 'accepted' WHERE id <= ?").run(upTo);
  try {
    assert.deepEqual(claim(-1, 0), [CLAIMED, CLAIMED], 'the beginning');
    sent(PEOPLE / 2);
    assert.deepEqual(claim(-1, 0), [CLAIMED, CLAIMED], 'half is sent, and a run begins');
    assert.deepEqual(claim(0, PEOPLE / 2 + CLAIMED), [CLAIMED, CLAIMED], 'half is sent, and the run goes on');
    sent(PEOPLE - 10);
    assert.deepEqual(claim(-1, 0), [10, 10], 'the last ones');
    db.prepare("UPDATE delivery SET state = 'deferred', due_at = id WHERE id <= 1000").run();
    assert.deepEqual(claim(0, PEOPLE), [CLAIMED, CLAIMED], 'the deferred, behind all who were never tried');
    assert.deepEqual(claim(500, 500), [CLAIMED, CLAIMED], 'in the midst of the deferred');
  } finally {
    db.close();
    rmSync(folder, { recursive: true });
  }
});
