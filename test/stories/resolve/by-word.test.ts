// What no log settles is settled by the user's word, for single addresses or for all; mistakes change nothing.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type FakeRelay, startFakeRelay } from '../../servers/fake-relay.js';
import { acceptedTimes, byState } from '../journal.js';
import { Desk, person } from '../mailblast.js';

const SEND = ['send', 'list.csv', '--template', 'news.mjml', '--rate', 'unlimited', '--connections', '1'];
const RESOLVE = ['resolve', 'list-news'];

/**
 * A campaign of six that has ended, numbers 2 to 5 in doubt: their connections were lost after the dot. Run once, since
 * mailblast takes its time before it comes back to a relay that does so; each story has a copy of the ledger.
 */
const first = new Desk();
let relay: FakeRelay;
let env: Record<string, string>;
before(async () => {
  relay = await startFakeRelay({
    script: {
      body: ({ count }) => (count > 1 && count < 6 ? { accept: true, reply: '', after: 'close' } : undefined),
    },
  });
  env = { MAILBLAST_RELAY: `smtp://127.0.0.1:${relay.port}` };
  first.campaign(6);
  const { code, stderr } = await first.run(SEND, env);
  assert.equal(code, 75, stderr);
  assert.deepEqual((await byState(first)).get('in_doubt'), [2, 3, 4, 5].map(person));
});
after(async () => {
  first.close();
  await relay.stop();
});

function doubtfulCampaign(t: { after(done: () => void): void }): Desk {
  const desk = new Desk();
  t.after(() => desk.close());
  cpSync(join(first.folder, 'mailblast.db'), join(desk.folder, 'mailblast.db'));
  return desk;
}

test('addresses are accepted or sent again by the word on them, and "all" is about the rest', async (t) => {
  const desk = doubtfulCampaign(t);
  const some = await desk.run([
    ...RESOLVE,
    '--accepted',
    'P2@Example.org',
    '--resend',
    `${person(4)}, ${person(5)}`,
  ]);
  assert.equal(some.code, 75);
  assert.match(some.stdout, /^p2@example\.org: accepted by your word/m);
  assert.match(some.stdout, /^p3@example\.org: in doubt$/m);
  assert.match(some.stdout, /^p4@example\.org: will be sent again/m);
  assert.match(some.stdout, /1 accepted, 2 to be sent again, 1 in doubt\./);
  assert.match(some.stdout, /^To send: mailblast resume list-news$/m);

  const rest = await desk.run([...RESOLVE, '--accepted', 'all']);
  assert.equal(rest.code, 0, rest.stderr);
  const record = (await desk.run(['recipients', 'list-news', '--state', 'accepted'])).stdout;
  assert.match(record, /p3@example\.org: accepted .*: no reply was seen; accepted by choice/);
  assert.equal(
    (await desk.run([...RESOLVE, '--resend', 'all'])).stdout,
    'Nobody is in doubt in campaign list-news.\n',
  );

  const resumed = await desk.run(['resume'], env);
  assert.equal(resumed.code, 0, resumed.stderr);
  const times = acceptedTimes(relay);
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6].map((number) => times.get(person(number))),
    [1, 1, 1, 2, 2, 1],
  );
});

test('a log on standard input settles what it proves, and goes before the word', async (t) => {
  const desk = doubtfulCampaign(t);
  const { stdout } = await desk.run(['recipients', 'list-news', '--state', 'in_doubt', '--json']);
  const [p2, p3] = stdout
    .split('\n')
    .map((line) => line && (JSON.parse(line) as { message_id: string }).message_id);
  const now = new Date().toISOString();
  const log =
    `2020-01-01T00:00:00Z relay exim[9]: started\n` +
    `${now} relay exim[9]: 1vNqXa-0005MB-00 <= news@example.com H=m P=esmtp S=9 id=${p2}\n` +
    `2099-01-01T00:00:00Z relay exim[9]: 1vNqXb-0005MB-00 => x\n`;
  const command = fileURLToPath(new URL('../../../bin/mailblast.js', import.meta.url));
  const resolved = spawnSync(
    process.execPath,
    [command, ...RESOLVE, '--from-log', '-', '--resend', person(2)],
    {
      cwd: desk.folder,
      input: log,
      encoding: 'utf8',
    },
  );
  assert.equal(resolved.status, 75, resolved.stderr);
  assert.match(resolved.stdout, /^standard input: Exim, 3 lines, 2020-01-01 .* to 2099-01-01 /m);
  assert.match(resolved.stdout, /^p2@example\.org: accepted: standard input:2: .* <= news@example\.com/m);
  assert.match(
    resolved.stdout,
    /^p3@example\.org: the log covers its time and has no trace of it; it may be sent again/m,
  );
  assert.ok(p3);
  const accepted = (await desk.run(['recipients', 'list-news', '--state', 'accepted'])).stdout;
  assert.match(accepted, /p2@example\.org: accepted .*: the relay's log, standard input:2: .* id=/);
  assert.deepEqual((await byState(desk)).get('in_doubt'), [3, 4, 5].map(person));
});

test('a log that knows nobody of the campaign is no reason to send again', async (t) => {
  const desk = doubtfulCampaign(t);
  const line = (time: string, id: string) =>
    `${time} relay exim[9]: 1vNqXa-0005MB-00 <= x@example.com H=m P=esmtp S=9 id=${id}\n`;
  const [from, to] = ['2020-01-01T00:00:00Z', '2099-01-01T00:00:00Z'];
  const foreign = desk.write('foreign.log', line(from, 'a@b.example') + line(to, 'c@d.example'));
  const { code, stdout } = await desk.run([...RESOLVE, '--from-log', foreign]);
  assert.equal(code, 75);
  assert.equal(stdout.match(/nor of anybody whom its relay accepted about then/g)?.length, 4);
  assert.ok(!stdout.includes('may be sent again'), stdout);

  // Number 1 was accepted and is in this one, so that the others' absence tells something.
  const { stdout: accepted } = await desk.run(['recipients', 'list-news', '--state', 'accepted', '--json']);
  const { message_id } = JSON.parse(accepted.split('\n')[0]!) as { message_id: string };
  const own = desk.write('own.log', line(from, message_id) + line(to, 'c@d.example'));
  const again = await desk.run([...RESOLVE, '--from-log', own]);
  assert.equal(again.stdout.match(/has no trace of it; it may be sent again/g)?.length, 4);

  // The same relay's, but it ends before they were sent: their absence tells nothing.
  const early = desk.write('early.log', line(from, message_id) + line('2020-01-02T00:00:00Z', 'c@d.example'));
  const before = await desk.run([...RESOLVE, '--from-log', early]);
  assert.equal(
    before.stdout.match(/has no trace of it, and does not cover its time/g)?.length,
    4,
    before.stdout,
  );
  assert.ok(!before.stdout.includes('may be sent again'), before.stdout);
});

test('a dry run and a mistake change nothing', async (t) => {
  const desk = doubtfulCampaign(t);
  const before = (await desk.run(['recipients', 'list-news', '--json'])).stdout;
  const log = desk.write('empty.log', 'nothing that a relay wrote\n');
  const cases: readonly (readonly [args: string[], code: number, said: RegExp])[] = [
    [
      ['--dry-run', '--resend', 'all'],
      0,
      /would have: 0 accepted, 4 to be sent again, 0 in doubt\. Nothing was/,
    ],
    [[], 75, /4 in doubt\.\nSettle the rest by your word: mailblast resolve list-news --accepted/],
    [['--accepted', person(6)], 64, /--accepted p6@example\.org: nobody of that address is in doubt/],
    [['--accepted', person(2), '--resend', person(2)], 64, /cannot be accepted and sent again; name it once/],
    [['--accepted', 'all', '--resend', 'all'], 64, /All cannot be accepted and sent again/],
    [['--from-log', log, '--resend', 'all'], 65, /empty\.log: This is no log that mailblast can read/],
    [['--from-log', 'gone.log', '--resend', 'all'], 66, /gone\.log: There is no such file/],
  ];
  for (const [args, code, said] of cases) {
    const run = await desk.run([...RESOLVE, ...args]);
    assert.equal(run.code, code, `${args}: ${run.stderr}`);
    assert.match(run.stdout + run.stderr, said);
    assert.equal((await desk.run(['recipients', 'list-news', '--json'])).stdout, before, `${args}`);
  }
});

test('nobody of an abandoned campaign is sent again, and who was taken may be said', async (t) => {
  const desk = doubtfulCampaign(t);
  await desk.run(['abandon', 'list-news', '--yes']);
  const resend = await desk.run([...RESOLVE, '--resend', 'all']);
  assert.equal(resend.code, 64);
  assert.match(resend.stderr, /was abandoned: nobody is sent any more/);
  assert.equal((await desk.run([...RESOLVE, '--accepted', 'all'])).code, 0);
  assert.equal((await desk.status()).counts.accepted, 6);
});

test('--json prints an object for each delivery and one for the end', async (t) => {
  const desk = doubtfulCampaign(t);
  const { stdout, stderr } = await desk.run([...RESOLVE, '--resend', person(2), '--json']);
  const said = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(said[0], {
    event: 'resolved',
    address: person(2),
    line: 3,
    state: 'pending',
    found: 'unread',
    evidence: '',
  });
  assert.deepEqual(
    said.slice(1, 4).map(({ event, state }) => [event, state]),
    Array(3).fill(['in_doubt', 'in_doubt']),
  );
  assert.deepEqual(said[4], { event: 'done', campaign: 'list-news', accepted: 0, resend: 1, in_doubt: 3 });
  assert.match(stderr, /1 to be sent again, 3 in doubt/);
});
