// The ledger cannot be made, read or written from the start: a sentence says so, nothing is sent, nothing is touched;
// and as soon as it can, the same command sends to everybody.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { startFakeRelay } from '../../servers/fake-relay.js';
import { assertNobodyTwiceNobodyLeftOut } from '../journal.js';
import { Desk } from '../mailblast.js';
import { heedingModes } from './file-modes.js';

const PEOPLE = 5;
const COMMAND = ['send', 'list.csv', '--template', 'news.mjml', '--rate', 'unlimited'];

interface Trouble {
  readonly what: string;
  /** Makes the trouble and gives the way to end it. */
  readonly make: (desk: Desk) => () => void;
  readonly state?: string;
  /** For troubles that root would not have. */
  readonly modes?: true;
  readonly code: number;
  readonly says: RegExp;
}

/** Runs statements on the ledger that a run has made. */
function change(desk: Desk, sql: string): void {
  const db = new Database(join(desk.folder, 'mailblast.db'));
  db.exec(sql);
  db.close();
}

const ledgerOf = (desk: Desk) => join(desk.folder, 'mailblast.db');

const TROUBLES: readonly Trouble[] = [
  {
    what: 'a folder that does not exist',
    state: 'none/here.db',
    make: (desk) => () => void mkdirSync(join(desk.folder, 'none')),
    code: 73,
    says: /none\/here\.db: the folder .*none does not exist\. .*--state/,
  },
  {
    what: 'a folder that may not be written',
    modes: true,
    make: (desk) => {
      chmodSync(desk.folder, 0o555);
      return () => chmodSync(desk.folder, 0o755);
    },
    code: 73,
    says: /mailblast\.db: this place may not be written\. .*--state/,
  },
  {
    what: 'a ledger that may not be written',
    modes: true,
    make: (desk) => {
      chmodSync(desk.write('mailblast.db', ''), 0o444);
      return () => chmodSync(ledgerOf(desk), 0o600);
    },
    code: 73,
    says: /mailblast\.db: this place may not be written\. .*--state/,
  },
  {
    what: 'a ledger that is a folder',
    make: (desk) => {
      mkdirSync(ledgerOf(desk));
      return () => rmdirSync(ledgerOf(desk));
    },
    code: 73,
    says: /mailblast\.db: .*--state/,
  },
  {
    what: 'a file that is no database',
    make: (desk) => {
      const path = desk.write('mailblast.db', 'Dear diary,\n'.repeat(100));
      return () => rmSync(path);
    },
    code: 74,
    says: /mailblast\.db: this file is not a mailblast ledger\. .*--state/,
  },
  {
    what: 'a database of another program',
    make: (desk) => {
      change(desk, 'CREATE TABLE diary (day TEXT); INSERT INTO diary VALUES (1)');
      return () => rmSync(ledgerOf(desk));
    },
    code: 74,
    says: /mailblast\.db: this is a database of another program.*--state/,
  },
];

for (const { what, make, state, modes, code, says } of TROUBLES) {
  test(`${what}: ${code}, nothing is sent or touched, and the same command goes on when it can`, async (t) => {
    const heeding = modes ? heedingModes() : { through: [] };
    if ('reason' in heeding) return t.skip(heeding.reason);
    const desk = new Desk();
    const relay = await startFakeRelay();
    desk.through = heeding.through;
    desk.campaign(PEOPLE);
    const mend = make(desk);
    t.after(async () => {
      chmodSync(desk.folder, 0o755);
      desk.close();
      await relay.stop();
    });
    const before = contents(desk);
    const env = { MAILBLAST_RELAY: `smtp://127.0.0.1:${relay.port}`, MAILBLAST_STATE: state };
    const { code: ended, stderr } = await desk.run(COMMAND, env);
    assert.equal(ended, code, stderr);
    assert.match(stderr, says);
    assert.doesNotMatch(stderr, /\n\s+at /, 'a stack was shown');
    assert.equal(relay.connections, 0);
    assert.deepEqual(contents(desk), before);

    mend();
    const again = await desk.run(COMMAND, env);
    assert.equal(again.code, 0, again.stderr);
    assert.equal(relay.journal.filter(({ accepted }) => accepted).length, PEOPLE);
  });
}

/** What lies beside the list under the ledger's name. Readers leave an empty -wal behind, which says nothing. */
function contents(desk: Desk): string[] {
  return ['', '-wal', '-journal', '.locks'].map((suffix) => {
    const path = `${ledgerOf(desk)}${suffix}`;
    if (!existsSync(path)) return '';
    if (statSync(path).isDirectory()) return 'a folder';
    const octets = readFileSync(path);
    return octets.length === 0 ? '' : createHash('sha256').update(octets).digest('hex');
  });
}

test('a ledger of a newer mailblast is not touched: 74, and commands say to update', async (t) => {
  const desk = new Desk();
  const relay = await startFakeRelay();
  t.after(async () => {
    desk.close();
    await relay.stop();
  });
  desk.campaign(PEOPLE);
  const env = { MAILBLAST_RELAY: `smtp://127.0.0.1:${relay.port}` };
  const part = await desk.run([...COMMAND, '--limit', '2'], env);
  assert.equal(part.code, 75, part.stderr);
  const db = new Database(ledgerOf(desk), { readonly: true });
  const version = Number(db.pragma('user_version', { simple: true }));
  db.close();

  change(desk, `PRAGMA user_version = ${version + 1}`);
  const before = contents(desk);
  for (const command of [COMMAND, ['resume'], ['status']]) {
    const { code, stderr } = await desk.run(command, env);
    assert.equal(code, 74, stderr);
    assert.match(stderr, /mailblast\.db: this ledger was written by a newer mailblast .*Update mailblast/);
  }
  assert.deepEqual(contents(desk), before);
  assert.equal(relay.journal.length, 2);

  change(desk, `PRAGMA user_version = ${version}`);
  const again = await desk.run(COMMAND, env);
  assert.equal(again.code, 0, again.stderr);
  await assertNobodyTwiceNobodyLeftOut(desk, relay, PEOPLE);
});
