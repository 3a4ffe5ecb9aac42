// Somebody must not be mailed: before the first campaign, during a run, and until they are taken off the list again.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type FakeRelayOptions, startFakeRelay } from '../../servers/fake-relay.js';
import { acceptedTimes, byState } from '../journal.js';
import { Desk, person, until } from '../mailblast.js';

const SEND = ['send', 'list.csv', '--template', 'news.mjml', '--yes'];
const FAST = [...SEND, '--rate', 'unlimited'];

async function house(
  t: { after(done: () => Promise<void>): void },
  people = 6,
  options: FakeRelayOptions = {},
) {
  const desk = new Desk();
  const relay = await startFakeRelay(options);
  t.after(async () => {
    desk.close();
    await relay.stop();
  });
  desk.campaign(people);
  return { desk, relay, env: { MAILBLAST_RELAY: `smtp://127.0.0.1:${relay.port}` } };
}

test('people are suppressed before the first campaign, by address, file and domain', async (t) => {
  const { desk, relay, env } = await house(t);
  const added = await desk.run(['suppress', 'add', 'P1@Example.ORG', '@example.net', '--reason', 'asked']);
  assert.equal(added.code, 0, added.stderr);
  assert.match(added.stdout, /2 entries added\./);
  assert.ok(added.stdout.includes(join(desk.folder, 'mailblast.db')));
  desk.write('left.csv', 'E-Mail,Reason\np2@example.org,left in May\np1@example.org,\nnobody,\n');
  const imported = await desk.run(['suppress', 'import', 'left.csv', '--json']);
  assert.deepEqual(JSON.parse(imported.stdout), { event: 'suppress_import', added: 1, known: 1, invalid: 1 });
  assert.match(imported.stderr, /left\.csv:4: not added: the address has no @/);
  desk.write(
    'list.csv',
    'email,name\np1@example.org,A\np2@example.org,B\np3@example.org,C\nx@example.net,D\n',
  );

  const dry = await desk.run([...FAST, '--dry-run'], env);
  assert.match(dry.stdout, /4 rows: 1 message, .*3 suppressed/);
  const sent = await desk.run(FAST, env);
  assert.equal(sent.code, 0, sent.stderr);
  assert.match(sent.stdout, /complete: 1 accepted, 3 suppressed/);
  assert.deepEqual([...acceptedTimes(relay).keys()], ['p3@example.org']);
  assert.equal((await desk.status()).counts.suppressed, 3);
  const who = await desk.run(['recipients', 'list-news', '--state', 'suppressed']);
  assert.match(who.stdout, /p2@example\.org: suppressed .*the address is suppressed \(left in May\)/);
  assert.match(who.stdout, /x@example\.net: suppressed .*everybody at example\.net is suppressed \(asked\)/);
});

test('who is taken off the list again gets the campaign when it is run again', async (t) => {
  const { desk, relay, env } = await house(t);
  await desk.run(['suppress', 'add', person(2), '@example.org']);
  assert.equal((await desk.run(FAST, env)).code, 0);
  const half = await desk.run(['suppress', 'remove', person(2)]);
  assert.match(half.stdout, /p2@example\.org is still not mailed: everybody at example\.org is suppressed/);
  await desk.run(['suppress', 'remove', 'example.org']);
  const again = await desk.run(['resume', 'list-news'], env);
  assert.equal(again.code, 0, again.stderr);
  assert.match(again.stdout, /6 recipients are not suppressed any longer/);
  assert.equal(acceptedTimes(relay).size, 6);
});

test('an unsubscribe during the run reaches it, and neither waits for the other', async (t) => {
  const { desk, relay, env } = await house(t, 60);
  const running = desk.start([...SEND, '--rate', '30/s'], env);
  await until('the first messages are accepted', () => relay.journal.length >= 5);
  assert.equal((await desk.run(['suppress', 'add', person(60)])).code, 0);
  const { code, stderr } = await running.finished;
  assert.equal(code, 0, stderr);
  const states = await byState(desk);
  assert.deepEqual(states.get('suppressed'), [person(60)]);
  assert.equal(acceptedTimes(relay).size, 59);
});

test('the list is shown as lines, as JSON, and as CSV that is read back', async (t) => {
  const { desk } = await house(t);
  await desk.run(['suppress', 'add', '@example.net', '=a@example.org', '--reason', '=1+1']);
  const lines = await desk.run(['suppress', 'list']);
  assert.match(
    lines.stdout,
    /^=a@example\.org: since \d{4}-\d\d-\d\d [\d:]+, command line: =1\+1\n@example\.net/,
  );
  const json = await desk.run(['suppress', 'list', '--json']);
  const [first] = json.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(Object.keys(first), ['entry', 'reason', 'source', 'at']);
  const csv = await desk.run(['suppress', 'list', '--csv']);
  assert.match(csv.stdout, /\r\n'@example\.net,'=1\+1,command line,/);
  desk.write('out.csv', csv.stdout);
  const other = await desk.run(['suppress', 'import', 'out.csv', '--state', 'other.db', '--json']);
  assert.deepEqual(JSON.parse(other.stdout), { event: 'suppress_import', added: 2, known: 0, invalid: 0 });
});

test('mistakes are named, and change nothing', async (t) => {
  const { desk } = await house(t);
  const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
    [
      ['suppress', 'add', person(1), 'nobody'],
      64,
      /"nobody" is no address and no domain: .*Nothing was added/,
    ],
    [['suppress', 'add'], 64, /missing required argument/],
    [['suppress', 'import', 'none.csv'], 66, /none\.csv/],
    [['suppress', 'import', 'news.mjml'], 65, /news\.mjml:1/],
    [['suppress', 'list'], 66, /There is no ledger at .*mailblast\.db/],
    [['suppress', 'remove', person(1)], 66, /There is no ledger/],
  ];
  for (const [args, code, sentence] of cases) {
    const { code: was, stderr } = await desk.run(args);
    assert.equal(was, code, `${args.join(' ')}: ${stderr}`);
    assert.match(stderr, sentence);
  }
  assert.ok(!existsSync(join(desk.folder, 'mailblast.db')));
});
