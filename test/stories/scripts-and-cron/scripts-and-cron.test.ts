// mailblast without a person: cron, scripts that read JSON, pipes that close early.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startFakeRelay } from '../../servers/fake-relay.js';
import { Desk } from '../mailblast.js';

const SEND = ['send', 'list.csv', '--template', 'news.mjml', '--rate', 'unlimited'];

async function house(t: { after(done: () => Promise<void>): void }, script = {}) {
  const desk = new Desk();
  const relay = await startFakeRelay({ script });
  t.after(async () => {
    desk.close();
    await relay.stop();
  });
  desk.campaign(5);
  return { desk, relay, env: { MAILBLAST_RELAY: `smtp://127.0.0.1:${relay.port}` } };
}

test('--json prints one object a line from start to done, and nothing else on stdout', async (t) => {
  const { desk, env } = await house(t, {
    rcpt: ({ line }: { line: string }) => (line.includes('p3@') ? '550 5.1.1 no such user' : undefined),
  });
  const { code, stdout, stderr } = await desk.run([...SEND, '--json'], env);
  assert.equal(code, 0, stderr);
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.equal(events[0]!.event, 'start');
  assert.equal(events[0]!.in_doubt_at_most, 5);
  assert.equal(events.at(-1)!.event, 'done');
  assert.equal(events.filter(({ event }) => event === 'accepted').length, 4);
  const rejected = events.find(({ event }) => event === 'rejected')!;
  assert.equal(rejected.address, 'p3@example.org');
  assert.equal(rejected.reply, '550 5.1.1 no such user');
});

test('--quiet says nothing when all goes well', async (t) => {
  const { desk, env } = await house(t);
  assert.deepEqual(await desk.run([...SEND, '--quiet'], env), { code: 0, stdout: '', stderr: '' });
});

test('the same command again says that the campaign is complete and sends nothing', async (t) => {
  const { desk, relay, env } = await house(t);
  assert.equal((await desk.run(SEND, env)).code, 0);
  const again = await desk.run(SEND, env);
  assert.equal(again.code, 0);
  assert.match(again.stdout, /complete/);
  assert.equal(relay.journal.length, 5);
  assert.equal(relay.connections <= 5, true);
});

test('deferred deliveries that fall due within five minutes are waited for', async (t) => {
  const { desk, env } = await house(t, {
    rcpt: ({ line }: { line: string }) => (line.includes('p2@') ? '450 4.2.0 later' : undefined),
  });
  const running = desk.start([...SEND, '--json', '--retry-for', '10s'], env);
  const { code } = await running.finished;
  assert.equal(code, 0);
  assert.equal((await desk.status()).counts.expired, 1);
});

test('what the relay put off beyond five minutes ends the run with 75 and the time of the next try', async (t) => {
  const { desk, env } = await house(t, { rcpt: '450 4.2.0 later' });
  const ledger = ['--state', 'mailblast.db'];
  const first = desk.start([...SEND, ...ledger, '--json'], env);
  while (!first.stdout().includes('paused')) await new Promise((resolve) => setTimeout(resolve, 10));
  first.process.kill('SIGTERM');
  assert.equal((await first.finished).code, 143);
  const { stdout } = await desk.run(['status', 'list-news']);
  assert.match(stdout, /5 deliveries were put off by the relay and will be tried again, the next due/);
});

test('status and recipients speak JSON and CSV with the promised names', async (t) => {
  const { desk, env } = await house(t);
  desk.write('list.csv', 'email,name\n=cmd@example.org,Ada\nnone,Bob\n');
  assert.equal((await desk.run(SEND, env)).code, 0);
  const status = JSON.parse((await desk.run(['status', 'list-news', '--json'])).stdout) as Record<
    string,
    unknown
  >;
  assert.equal(status.campaign, 'list-news');
  assert.equal(status.state, 'complete');
  assert.deepEqual(Object.keys(status.counts as object), [
    'pending',
    'transmitting',
    'accepted',
    'deferred',
    'rejected',
    'in_doubt',
    'expired',
    'suppressed',
    'invalid',
    'duplicate',
    'withdrawn',
  ]);
  const lines = (await desk.run(['recipients', 'list-news', '--json'])).stdout.trim().split('\n');
  const first = JSON.parse(lines[0]!) as Record<string, unknown>;
  assert.deepEqual(Object.keys(first), [
    'address',
    'line',
    'state',
    'reason',
    'reply',
    'relay',
    'attempts',
    'message_id',
    'at',
  ]);
  assert.equal(first.line, 2);
  assert.equal(first.attempts, 1);
  const invalid = (await desk.run(['recipients', 'list-news', '--state', 'invalid,duplicate'])).stdout;
  assert.match(invalid, /^line 3: none: invalid.*no @\n$/);
  const csv = (await desk.run(['recipients', 'list-news', '--csv'])).stdout.split('\r\n');
  assert.match(csv[0]!, /^address,line,state,reason,reply,relay,attempts,message_id,at$/);
  assert.match(csv[1]!, /^'=cmd@example\.org,/, 'a formula was not made harmless');
});

test('abandon asks for --yes without a terminal, and then nobody left is sent', async (t) => {
  const { desk, relay, env } = await house(t);
  assert.equal((await desk.run([...SEND, '--limit', '2'], env)).code, 75);
  const asked = await desk.run(['abandon', 'list-news']);
  assert.equal(asked.code, 64);
  assert.match(asked.stderr, /3 recipients .*--yes/);
  assert.equal((await desk.run(['abandon', 'list-news', '--yes'])).code, 0);
  const again = await desk.run(SEND, env);
  assert.equal(again.code, 65);
  assert.equal(relay.journal.length, 2);
  assert.equal((await desk.status()).state, 'abandoned');
});

test('the ledger can be read by its owner alone', async (t) => {
  const { desk, env } = await house(t);
  await desk.run(SEND, env);
  assert.equal(statSync(join(desk.folder, 'mailblast.db')).mode & 0o777, 0o600);
});

test('a reader that closes the pipe early stops nobody', async (t) => {
  const { desk, env } = await house(t);
  const running = desk.start([...SEND, '--json'], env);
  running.process.stdout!.destroy();
  assert.equal((await running.finished).code, 0);
  assert.equal((await desk.status()).counts.accepted, 5);
});

test('--help and --version take at most twice the processor time of a bare node', () => {
  const command = new URL('../../../bin/mailblast.js', import.meta.url).pathname;
  // The shell's own sum for eight runs; unlike the time on the wall it does not grow when the machine is busy.
  const processorTime = (args: readonly string[]) => {
    const script = 'for run in 1 2 3 4 5 6 7 8; do "$@" >/dev/null || exit 1; done; times';
    const { status, stdout } = spawnSync('sh', ['-c', script, 'sh', process.execPath, ...args], {
      encoding: 'utf8',
    });
    assert.equal(status, 0);
    const times = [
      ...stdout
        .trim()
        .split('\n')[1]!
        .matchAll(/(\d+)m([\d.]+)s/g),
    ];
    return times.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
  };
  for (const option of ['--help', '--version']) {
    let ratio = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 3 && ratio > 2; round++) {
      ratio = Math.min(ratio, processorTime([command, option]) / processorTime(['-e', '0']));
    }
    assert.ok(ratio <= 2, `${option}: ${ratio.toFixed(2)} times a bare node's`);
  }
});
