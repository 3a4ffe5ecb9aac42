// What a ledger is worth when its process is killed: locks go, imports leave nothing, resolved promises stand.
// Real processes and real files; the oracle is what the process had said before it died.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import Database from 'better-sqlite3';
import { openLedger } from '../../src/store/sqlite/open.js';
import { campaignOf, everything, importList, people, START } from './conformance/campaign.js';

const SOURCES = new URL('../sources.mjs', import.meta.url).href;

const CHILD = join(import.meta.dirname, 'sqlite-child.ts');

let folder = '';
let files = 0;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-crash-'));
});
after(() => rmSync(folder, { recursive: true }));

const newPath = () => join(folder, `${++files}.db`);

interface Child {
  readonly process: ChildProcess;
  /** What it has said so far, whole lines. */
  readonly said: string[];
  /** Resolves when it has said so many lines. */
  until(lines: number): Promise<void>;
  /** Resolves when it has ended and all it said was read. */
  readonly ended: Promise<unknown>;
}

function start(what: string, path: string, limit = ''): Child {
  const command = [process.execPath, '--import', SOURCES, CHILD, what, path];
  const child =
    limit === ''
      ? spawn(command[0]!, command.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] })
      : spawn('bash', ['-c', `${limit}; exec "$@"`, 'bash', ...command], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
  const said: string[] = [];
  const lines = createInterface(child.stdout!);
  lines.on('line', (line) => said.push(line));
  const ended = once(lines, 'close');
  const until = async (count: number) => {
    while (said.length < count)
      await Promise.race([once(lines, 'line'), ended.then(() => assert.fail('it ended'))]);
  };
  return { process: child, said, until, ended };
}

async function kill(child: Child): Promise<void> {
  child.process.kill('SIGKILL');
  await child.ended;
}

function intact(path: string): void {
  const db = new Database(path);
  assert.equal(db.pragma('integrity_check', { simple: true }), 'ok');
  assert.deepEqual(db.pragma('foreign_key_check'), []);
  const strangers = db.prepare(`
    SELECT count(*)
    FROM   person FULL JOIN (SELECT * FROM delivery WHERE key IS NOT NULL) AS keyed
           ON keyed.id = person.delivery AND keyed.key = person.key AND keyed.campaign = person.campaign
    WHERE  keyed.id IS NULL OR person.delivery IS NULL`);
  assert.equal(strangers.pluck().get(), 0);
  db.close();
}

test('a lock dies with its process', async () => {
  const path = newPath();
  const ledger = openLedger(path);
  const { campaign } = await importList(ledger, 'news', people(1));
  const child = start('lock', path);
  await child.until(1);
  assert.deepEqual(child.said, ['held']);
  assert.equal(ledger.lock('news'), undefined);
  assert.equal(ledger.overview(campaign).running, true);
  await kill(child);
  assert.equal(ledger.overview(campaign).running, false);
  assert.ok(ledger.lock('news'));
  // Asking once more in the process that has it must not lose it: closing a file drops a process's locks on it.
  const another = openLedger(path);
  assert.equal(another.lock('news'), undefined);
  assert.equal(another.overview(campaign).running, true);
  another.close();
  const second = start('lock', path);
  await second.until(1);
  assert.deepEqual(second.said, ['busy']);
  await kill(second);
  ledger.close();
});

test('several processes that make one ledger at once all get the same', async () => {
  const path = newPath();
  const children = [1, 2, 3, 4].map(() => start('open', path));
  for (const child of children) await child.ended;
  const said = children.flatMap((child) => child.said);
  assert.equal(said.length, 4);
  assert.equal(new Set(said).size, 1);
});

test('a process killed while it imports leaves nothing of the list', async () => {
  const path = newPath();
  const child = start('import', path);
  // 30,000 rows of 4 kB: more than the cache holds, so that a part of them is in the files.
  await child.until(4);
  await kill(child);
  const reading = openLedger(path, { readonly: true });
  assert.deepEqual(reading.names(), []);
  reading.close();
  intact(path);
  const ledger = openLedger(path);
  assert.equal((await importList(ledger, 'news', people(3))).added, 3);
  ledger.close();
});

for (const [when, known] of [
  ['at the end of an import', false],
  ['in the middle of a merge', true],
] as const) {
  test(`Ctrl-C ${when} is heard at once, and leaves the ledger as it was`, { timeout: 60_000 }, async (t) => {
    const path = newPath();
    const ledger = openLedger(path);
    if (known) await importList(ledger, 'news', people(50));
    const before = await everything(ledger, 'news');
    const child = start('interrupted', path);
    t.after(() => child.process.kill('SIGKILL'));
    await child.until(1);
    child.process.kill('SIGINT');
    await child.ended;
    assert.equal(child.said.at(-1), 'asked', child.said.join());
    assert.deepEqual(await everything(ledger, 'news'), before);
    ledger.close();
    intact(path);
  });
}

test('a disk that takes no more ends an import with a sentence, and leaves nothing of the list', async () => {
  const path = newPath();
  const child = start('import', path, 'ulimit -f 20000');
  await child.ended;
  assert.match(child.said.at(-1)!, /^cannot_write: .*\.db: the disk (is full|could not be read or written)/);
  intact(path);
  const ledger = openLedger(path);
  assert.deepEqual(ledger.names(), []);
  ledger.close();
});

test('a process killed in a storm of writes keeps every promise that was resolved', async () => {
  const path = newPath();
  const size = 12_000;
  const ledger = openLedger(path);
  const { campaign } = await campaignOf(ledger, 'news', people(size));
  const all = await ledger.claim(campaign, START, 0, size);
  const address = new Map(all.map((delivery) => [delivery.id, delivery.address]));
  ledger.close();
  const promised = new Map<string, string>();
  for (let round = 1; round <= 6; round++) {
    const child = start('storm', path);
    await child.until(round * 97);
    await kill(child);
    for (const line of child.said) {
      const [state, id] = line.split(' ');
      promised.set(address.get(Number(id))!, state!);
    }
    intact(path);
    const again = openLedger(path);
    const found = new Map([...again.recipients(campaign)].map((record) => [record.address, record.state]));
    for (const [person, state] of promised) {
      const now = found.get(person)!;
      // What a later round settled to be in doubt is a mark that was kept.
      if (state === 'accepted') assert.equal(now, 'accepted', person);
      else assert.ok(['transmitting', 'accepted', 'in_doubt'].includes(now), `${person} is ${now}`);
    }
    const lock = again.lock('news')!;
    const { found: lost } = again.settle(campaign, 'hold', 9000);
    assert.ok(lost <= 5, `${lost} in doubt after one kill`);
    const { counts } = again.overview(campaign);
    assert.equal(counts.accepted + counts.in_doubt + counts.pending, size);
    lock.release();
    again.close();
  }
});
