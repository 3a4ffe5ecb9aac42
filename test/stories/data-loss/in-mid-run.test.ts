// The ledger gets into trouble while a campaign is sent: nothing leaves that it does not know of, the run waits or stops
// with a sentence, and the next one ends it with nobody lost and nobody mailed twice.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { type FakeRelay, startFakeRelay } from '../../servers/fake-relay.js';
import { assertNobodyTwiceNobodyLeftOut, byState } from '../journal.js';
import { Desk, until } from '../mailblast.js';
import { noSmallDisk, SmallDisk } from './small-disk.js';

const CONNECTIONS = 3;
const COMMAND = ['send', 'list.csv', '--template', 'news.mjml', '--connections', String(CONNECTIONS)];

interface Story {
  readonly desk: Desk;
  readonly relay: FakeRelay;
  readonly env: Readonly<Record<string, string>>;
}

async function begin(t: TestContext, people: number, disk?: (folder: string) => SmallDisk): Promise<Story> {
  const desk = new Desk();
  const mounted = disk?.(desk.folder);
  const relay = await startFakeRelay();
  t.after(async () => {
    mounted?.unmount();
    desk.close();
    await relay.stop();
  });
  desk.campaign(people);
  return { desk, relay, env: { MAILBLAST_RELAY: `smtp://127.0.0.1:${relay.port}` } };
}

function acceptedBy(relay: FakeRelay): number {
  return relay.journal.filter(({ accepted }) => accepted).length;
}

/** Holds the ledger's write lock as another program would, until the function it gives is called. */
function holdLock(path: string): () => void {
  const db = new Database(path, { timeout: 10_000 });
  db.exec('BEGIN IMMEDIATE');
  return () => {
    db.exec('ROLLBACK');
    db.close();
  };
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Longer than SQLite itself waits. */
const HELD_MS = 2_000;

test('while another program writes to the ledger the run waits, sends nothing, and then goes on', async (t) => {
  const { desk, relay, env } = await begin(t, 120);
  const running = desk.start([...COMMAND, '--rate', '60/s'], env);
  await until(`20 messages (${running.stderr()})`, () => relay.journal.length >= 20);
  const release = holdLock(join(desk.folder, 'mailblast.db'));
  // What was marked before the lock may still arrive.
  await sleep(300);
  const arrived = acceptedBy(relay);
  await sleep(HELD_MS);
  assert.equal(acceptedBy(relay), arrived, 'sent without a mark');
  assert.ok(arrived < 120);
  release();
  const { code, stderr } = await running.finished;
  assert.equal(code, 0, stderr);
  await assertNobodyTwiceNobodyLeftOut(desk, relay, 120);
});

test('a run that begins while another program writes to the ledger waits for it', async (t) => {
  const { desk, relay, env } = await begin(t, 10);
  assert.equal((await desk.run([...COMMAND, '--limit', '4'], env)).code, 75);
  const release = holdLock(join(desk.folder, 'mailblast.db'));
  const running = desk.start([...COMMAND, '--rate', 'unlimited'], env);
  await sleep(HELD_MS);
  assert.equal(relay.journal.length, 4);
  assert.equal(running.process.exitCode, null, running.stderr());
  release();
  const { code, stderr } = await running.finished;
  assert.equal(code, 0, stderr);
  await assertNobodyTwiceNobodyLeftOut(desk, relay, 10);
});

test('a disk that gets full in mid-run stops it with 74; with room again, the same command ends it', {
  skip: noSmallDisk(),
}, async (t) => {
  let disk: SmallDisk | undefined;
  const { desk, relay, env } = await begin(t, 400, (folder) => {
    disk = new SmallDisk(folder, 8 * 1024);
    return disk;
  });
  const running = desk.start([...COMMAND, '--rate', '150/s'], env);
  await until(`60 messages (${running.stderr()})`, () => relay.journal.length >= 60);
  disk!.fill();
  const { code, stderr } = await running.finished;
  assert.equal(code, 74, stderr);
  assert.match(stderr, /mailblast\.db: the disk is full\. Make room and run the same command again/);
  assert.doesNotMatch(stderr, /\n\s+at /, 'a stack was shown');
  const sent = acceptedBy(relay);
  assert.ok(sent < 400, 'the disk was never full');

  const stillFull = await desk.run(COMMAND, env);
  assert.equal(stillFull.code, 74, stillFull.stderr);
  assert.match(stillFull.stderr, /the disk is full/);
  assert.equal(acceptedBy(relay), sent);

  disk!.makeRoom();
  const again = await desk.run([...COMMAND, '--rate', 'unlimited'], env);
  const doubtful = (await byState(desk)).get('in_doubt') ?? [];
  assert.ok(doubtful.length <= CONNECTIONS, `${doubtful.length} in doubt`);
  assert.equal(again.code, doubtful.length === 0 ? 0 : 75, again.stderr);
  await assertNobodyTwiceNobodyLeftOut(desk, relay, 400);
  t.diagnostic(`${sent} sent before the disk was full, ${doubtful.length} in doubt`);
});

test('a disk without room for the list stops the import with 74: no campaign is there, and nothing is sent', {
  skip: noSmallDisk(),
}, async (t) => {
  let disk: SmallDisk | undefined;
  const { desk, relay, env } = await begin(t, 2_000, (folder) => {
    disk = new SmallDisk(folder, 8 * 1024);
    return disk;
  });
  const other = await desk.run([...COMMAND, '--campaign', 'other', '--limit', '1'], env);
  assert.equal(other.code, 75, other.stderr);
  disk!.fill();
  const full = await desk.run([...COMMAND, '--rate', 'unlimited'], env);
  assert.equal(full.code, 74, full.stderr);
  assert.match(full.stderr, /the disk is full/);
  assert.equal(acceptedBy(relay), 1);

  disk!.makeRoom();
  const { stdout } = await desk.run(['status', '--json']);
  assert.doesNotMatch(stdout, /list-news/, 'half a campaign was kept');
  const again = await desk.run([...COMMAND, '--rate', 'unlimited'], env);
  assert.equal(again.code, 0, again.stderr);
  assert.equal(acceptedBy(relay), 2_001);
});
