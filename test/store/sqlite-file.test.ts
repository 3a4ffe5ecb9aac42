// What is SQLite's own in the ledger: its file, its pragmas, whom it refuses, and the plans of its statements.
// Knows the rooms of src/store/sqlite/; the promise of the interface is tested elsewhere.

import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import Database from 'better-sqlite3';
import { MailblastError, type Trouble } from '../../src/domain/errors.js';
import { openForReading, openForWriting } from '../../src/store/sqlite/connection.js';
import { DUE_AT_CURSOR, DUE_LATER, IN_LIST_ORDER, NEXT_DUE } from '../../src/store/sqlite/deliveries.js';
import { translated } from '../../src/store/sqlite/errors.js';
import { VERSION } from '../../src/store/sqlite/migrations.js';
import { openLedger } from '../../src/store/sqlite/open.js';
import { Seen } from '../../src/store/sqlite/seen.js';
import { importList, mark, people, START } from './conformance/campaign.js';

let folder = '';
let files = 0;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-file-'));
});
after(() => rmSync(folder, { recursive: true }));

const newPath = () => join(folder, `${++files}.db`);

function refused(open: () => unknown, trouble: Trouble, sentence: RegExp): void {
  assert.throws(open, (error) => {
    assert.ok(error instanceof MailblastError, String(error));
    assert.equal(error.trouble, trouble, error.message);
    assert.match(error.message, sentence);
    return true;
  });
}

test('a ledger and all that lies beside it can be read by its owner alone, whatever the umask', async () => {
  const umask = process.umask(0);
  const path = newPath();
  const ledger = openLedger(path);
  try {
    ledger.lock('news');
    await importList(ledger, 'news', people(2));
    for (const suffix of ['', '-wal', '-shm']) {
      assert.equal(statSync(path + suffix).mode & 0o777, 0o600, suffix);
    }
    const locks = `${path}.locks`;
    assert.equal(statSync(locks).mode & 0o777, 0o700);
    const [file] = readdirSync(locks);
    assert.equal(statSync(join(locks, file!)).mode & 0o777, 0o600);
  } finally {
    ledger.close();
    process.umask(umask);
  }
});

test('every connection writes through to the disk: WAL, and synchronous FULL also after a write', () => {
  const path = newPath();
  const db = openForWriting(path);
  const again = openForWriting(path);
  const reading = openForReading(path);
  db.prepare("INSERT INTO relay (name) VALUES ('a')").run();
  again.prepare("INSERT INTO relay (name) VALUES ('b')").run();
  reading.prepare('SELECT * FROM relay').all();
  for (const each of [db, again, reading]) {
    assert.equal(each.pragma('synchronous', { simple: true }), 2);
    assert.equal(each.pragma('journal_mode', { simple: true }), 'wal');
    assert.equal(each.pragma('foreign_keys', { simple: true }), 1);
    assert.equal(each.pragma('fullfsync', { simple: true }), process.platform === 'darwin' ? 1 : 0);
    each.close();
  }
});

test('the file names its program and its version, and is made once', () => {
  const path = newPath();
  const first = openLedger(path);
  const { secret } = first;
  first.close();
  const bytes = readFileSync(path);
  const second = openLedger(path);
  assert.deepEqual(second.secret, secret);
  second.close();
  assert.deepEqual(readFileSync(path), bytes);
  const db = new Database(path);
  assert.equal(db.pragma('application_id', { simple: true }), 0x6d626c61);
  assert.equal(db.pragma('user_version', { simple: true }), VERSION);
  db.close();
});

for (const suffix of ['', '-wal']) {
  test(`a ledger whose file${suffix} is moved away is written to no more, until it is back`, async () => {
    const path = newPath();
    const ledger = openLedger(path);
    const { campaign } = await importList(ledger, 'news', people(2));
    const [first, second] = await ledger.claim(campaign, START, 0, 2);
    await ledger.record({ outcomes: [], marks: [mark(first!.id, 4000)] });
    renameSync(path + suffix, `${path}.away`);
    await assert.rejects(ledger.record({ outcomes: [], marks: [mark(second!.id, 4000)] }), (error) => {
      assert.ok(error instanceof MailblastError && error.trouble === 'cannot_write');
      assert.match(error.message, /was deleted or replaced/);
      return true;
    });
    renameSync(`${path}.away`, path + suffix);
    await ledger.record({ outcomes: [], marks: [mark(second!.id, 4000)] });
    assert.equal(ledger.overview(campaign).counts.transmitting, 2);
    ledger.close();
  });
}

test('an empty file, left by a crash in its making, becomes a ledger, also when it is only to be read', () => {
  for (const readonly of [false, true]) {
    const path = newPath();
    writeFileSync(path, '');
    const ledger = openLedger(path, { readonly });
    assert.deepEqual(ledger.names(), []);
    ledger.close();
  }
});

test('a file of another program is refused and not touched', () => {
  const database = newPath();
  const db = new Database(database);
  db.exec('CREATE TABLE customers (name TEXT)');
  db.close();
  const marked = newPath();
  const other = new Database(marked);
  other.pragma('application_id = 7');
  other.pragma('user_version = 1');
  other.close();
  const text = newPath();
  writeFileSync(text, 'email,first_name\nada@example.com,Ada\n');
  for (const path of [database, marked, text]) {
    const bytes = readFileSync(path);
    for (const readonly of [false, true]) {
      refused(() => openLedger(path, { readonly }), 'cannot_write', /db: .*not a mailblast ledger.*--state/);
    }
    assert.deepEqual(readFileSync(path), bytes);
    assert.ok(!existsSync(`${path}-wal`));
  }
});

test("an older mailblast's ledger is brought up to date, with the first use of its relays", () => {
  const path = newPath();
  openLedger(path).close();
  const db = new Database(path);
  db.exec(`
    DROP TABLE attempt;
    ALTER TABLE campaign DROP COLUMN braked_at;
    ALTER TABLE campaign DROP COLUMN braked_reason;
    ALTER TABLE relay DROP COLUMN first_used_at;
    INSERT INTO relay (number, name) VALUES (1, 'used'), (2, 'new');
    INSERT INTO campaign (number, name, id, rehearsal, columns, created_at, options, list_hash)
    VALUES (1, 'news', 'abc', 0, '[]', 1, '{}', '');
    INSERT INTO delivery (campaign, address, line, fields, state, relay, marked_at)
    VALUES (1, 'a', 2, '{}', 'accepted', 1, 7000), (1, 'b', 3, '{}', 'accepted', 1, 5000);
    PRAGMA user_version = 1;
  `);
  db.close();
  const ledger = openLedger(path, { readonly: true });
  assert.equal(ledger.firstUse('used'), 5000);
  assert.equal(ledger.firstUse('new'), undefined);
  ledger.close();
});

test("a newer mailblast's ledger is refused with the advice to update, and not touched", () => {
  const path = newPath();
  openLedger(path).close();
  const db = new Database(path);
  db.pragma(`user_version = ${VERSION + 1}`);
  db.close();
  const bytes = readFileSync(path);
  for (const readonly of [false, true]) {
    refused(() => openLedger(path, { readonly }), 'cannot_write', /newer mailblast.*Update mailblast/);
  }
  assert.deepEqual(readFileSync(path), bytes);
});

test('a place where no ledger can be is named, with what to do', () => {
  const nowhere = join(folder, 'no', 'such', 'mailblast.db');
  refused(() => openLedger(nowhere), 'cannot_create', /no\/such does not exist.*--state/);
  refused(() => openLedger(nowhere, { readonly: true }), 'no_input', /there is no ledger here.*--state/);
  const directory = join(folder, 'directory.db');
  mkdirSync(directory);
  refused(() => openLedger(directory), 'cannot_create', /directory\.db: .*--state/);
  assert.deepEqual(readdirSync(directory), []);
});

test('what SQLite cannot do is said in a sentence that names the ledger', () => {
  const cases: readonly (readonly [string, Trouble, RegExp])[] = [
    ['SQLITE_FULL', 'cannot_write', /^x\.db: the disk is full/],
    ['SQLITE_IOERR_FSYNC', 'cannot_write', /^x\.db: the disk could not.*SQLITE_IOERR_FSYNC/],
    ['SQLITE_READONLY_DBMOVED', 'cannot_write', /^x\.db: the ledger was deleted or replaced/],
    ['SQLITE_READONLY_DIRECTORY', 'cannot_write', /^x\.db: the ledger may not be written/],
    ['SQLITE_CORRUPT_INDEX', 'cannot_write', /^x\.db: the ledger is damaged/],
    ['SQLITE_BUSY_SNAPSHOT', 'cannot_write', /^x\.db: another process/],
    ['SQLITE_CANTOPEN', 'cannot_create', /^x\.db: the ledger cannot be opened/],
  ];
  for (const [code, trouble, sentence] of cases) {
    const cause = new Database.SqliteError('no', code);
    const error = translated(cause, 'x.db');
    assert.ok(error instanceof MailblastError, code);
    assert.equal(error.trouble, trouble, code);
    assert.match(error.message, sentence);
    assert.equal(error.cause, cause);
  }
  const bug = new Database.SqliteError('no such column', 'SQLITE_ERROR');
  assert.equal(translated(bug, 'x.db'), bug);
});

test('the next in turn are found by one walk along their index, without sorting', () => {
  const db = openForWriting(':memory:');
  const steps = (sql: string) =>
    db
      .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
      .all(
        ...sql
          .split('?')
          .slice(1)
          .map(() => 1),
      )
      .map((step) => step.detail);
  const search = 'SEARCH delivery USING INDEX delivery_by_turn';
  assert.deepEqual(steps(DUE_AT_CURSOR), [`${search} (campaign=? AND due_at=? AND rowid>?)`]);
  assert.deepEqual(steps(DUE_LATER), [`${search} (campaign=? AND due_at>? AND due_at<?)`]);
  assert.deepEqual(steps(NEXT_DUE), ['SEARCH delivery USING COVERING INDEX delivery_deferred (campaign=?)']);
  const report = steps(IN_LIST_ORDER);
  assert.equal(report[0], 'SEARCH delivery USING INDEX delivery_by_line (campaign=?)');
  assert.ok(!report.join().includes('TEMP B-TREE'), report.join());
  db.close();
});

test('an import remembers which of millions of deliveries a list has named', () => {
  const seen = new Seen();
  const named = [1, 8, 524_287, 524_288, 5_000_000, 20_000_001];
  for (const id of named) seen.add(id);
  for (const id of named) {
    assert.ok(seen.has(id));
    assert.ok(!seen.has(id + 2));
  }
});
