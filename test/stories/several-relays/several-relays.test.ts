// Two relays in the settings file, as a newsletter grows into them: shares, caps, one that is down, and a kill.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type FakeRelayOptions, startFakeRelay } from '../../servers/fake-relay.js';
import { freePort, missing } from '../../servers/free-port.js';
import { startSmtpSink } from '../../servers/smtp-sink.js';
import { acceptedTimes, assertNobodyTwiceNobodyLeftOut, byState } from '../journal.js';
import { Desk, until } from '../mailblast.js';

const SEND = ['send', 'list.csv', '--template', 'news.mjml', '--rate', 'unlimited'];

type Own = Readonly<Record<string, unknown>>;

/** A desk with people, and a settings file that names relays by their ports. */
function deskWith(t: TestContext, people: number, relays: Record<string, Own & { port: number }>): Desk {
  const desk = new Desk();
  t.after(() => desk.close());
  desk.campaign(people);
  const named = Object.entries(relays).map(([name, { port, ...own }]) => {
    return [name, { relay: `smtp://127.0.0.1:${port}`, ...own }] as const;
  });
  desk.write('mailblast.config.json', JSON.stringify({ relays: Object.fromEntries(named) }));
  return desk;
}

async function fakes(t: TestContext, ...options: readonly FakeRelayOptions[]) {
  const relays = await Promise.all(options.map((each) => startFakeRelay(each)));
  t.after(() => Promise.all(relays.map((relay) => relay.stop())));
  return relays;
}

const eventsOf = (stdout: string) => {
  const lines = stdout.trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
};

test('two sinks by weight: every recipient once, and who had whom can be told', {
  skip: missing('smtp-sink'),
}, async (t) => {
  const sinks = await Promise.all([startSmtpSink([], { keep: true }), startSmtpSink([], { keep: true })]);
  t.after(() => Promise.all(sinks.map((sink) => sink.stop())));
  const [a, b] = sinks.map(({ port }) => port);
  const desk = deskWith(t, 200, {
    big: { port: a!, weight: 3 },
    small: { port: b!, weight: 1, from: 'Small <small@example.net>' },
  });
  const { code, stdout, stderr } = await desk.run([...SEND, '--json']);
  assert.equal(code, 0, stderr);
  const events = eventsOf(stdout);
  assert.equal(events[0]!.in_doubt_at_most, 10);
  const by = (port: number) =>
    events.filter(({ event, relay }) => event === 'accepted' && relay === `smtp://127.0.0.1:${port}`);
  const [first, second] = await Promise.all(sinks.map((sink) => sink.messages()));
  assert.deepEqual([by(a!).length, by(b!).length], [first!.length, second!.length]);
  assert.equal(first!.length + second!.length, 200);
  assert.ok(Math.abs(first!.length - 150) <= 10, `${first!.length}`);
  assert.ok(second!.every((message) => message.includes('From: Small <small@example.net>')));
  const status = await desk.run(['status', 'list-news']);
  assert.match(status.stdout, new RegExp(`Through smtp://127.0.0.1:${a}: ${first!.length} accepted\\.`));
  const told = JSON.parse((await desk.run(['status', 'list-news', '--json'])).stdout) as { relays: unknown };
  assert.deepEqual(told.relays, [
    { relay: `smtp://127.0.0.1:${a}`, counts: { accepted: first!.length } },
    { relay: `smtp://127.0.0.1:${b}`, counts: { accepted: second!.length } },
  ]);
  const lines = (await desk.run(['recipients', 'list-news'])).stdout;
  assert.match(
    lines,
    new RegExp(`^line 2: p1@example\\.org: accepted .* by smtp://127\\.0\\.0\\.1:(${a}|${b}): 250`, 'm'),
  );
});

test('both capped the run ends with 75 and the earlier time; one of them by its name goes on alone', async (t) => {
  const [a, b] = await fakes(t, {}, {});
  const desk = deskWith(t, 30, {
    daily: { port: a!.port, maxPerDay: 8 },
    hourly: { port: b!.port, maxPerHour: 6 },
  });
  const first = await desk.run(SEND);
  assert.equal(first.code, 75, first.stderr);
  assert.deepEqual([a!.journal.length, b!.journal.length], [8, 6]);
  assert.match(
    first.stdout,
    /^30 recipients at 8 a day \(daily\) and 6 an hour \(hourly\): 14 today until \d\d:\d\d, 6 \S+ at \d\d:\d\d, 6 /m,
  );
  assert.match(
    first.stdout,
    new RegExp(`smtp://127\\.0\\.0\\.1:${b!.port}, was handed 6 messages in the last hour`),
  );
  const status = await desk.run(['status', 'list-news']);
  assert.match(status.stdout, /: paused\.$/m);
  assert.match(status.stdout, /--max-per-hour of the last run is reached/);

  const quiet = await desk.run([...SEND, '--quiet']);
  assert.deepEqual([quiet.code, quiet.stderr.trim().split('\n').length], [75, 1]);
  const alone = await desk.run([...SEND, '--relay', 'daily', '--max-per-day', '12']);
  assert.equal(alone.code, 75, alone.stderr);
  assert.deepEqual([a!.journal.length, b!.journal.length], [12, 6]);
});

test('one of them down, the other takes all and cron hears of it; with a wrong password too', async (t) => {
  const [a, b] = await fakes(t, { login: { user: 'u', password: 'right' } }, {});
  const desk = deskWith(t, 20, {
    gone: { port: await freePort(), weight: 1 },
    locked: { port: a!.port, weight: 1, user: 'u' },
    good: { port: b!.port, weight: 1 },
  });
  const { code, stdout, stderr } = await desk.run([...SEND, '--quiet'], {
    MAILBLAST_PASSWORD_LOCKED: 'wrong',
  });
  assert.equal(code, 0, stderr);
  assert.equal(stdout, '');
  assert.match(stderr, /ECONNREFUSED.* The other relays go on\./);
  assert.match(
    stderr,
    /check MAILBLAST_USER_LOCKED and MAILBLAST_PASSWORD_LOCKED\. The other relays go on\./s,
  );
  assert.deepEqual([a!.journal.length, b!.journal.length], [0, 20]);
});

test('killed in mid-run, what one relay may have is not sent by the other', async (t) => {
  const wait = (): Promise<undefined> => new Promise((resolve) => setTimeout(() => resolve(undefined), 5));
  const slow = { script: { body: wait } };
  const [a, b] = await fakes(t, slow, slow);
  const both = () => ({ journal: [...a!.journal, ...b!.journal] });
  const desk = deskWith(t, 400, {
    first: { port: a!.port, weight: 1, connections: 3 },
    second: { port: b!.port, weight: 1, connections: 3 },
  });
  let before = 0;
  for (let kill = 1; kill <= 4; kill++) {
    const goal = both().journal.length + 40;
    const running = desk.start(SEND);
    await until(`${goal} transactions (${running.stderr()})`, () => both().journal.length >= goal);
    running.process.kill('SIGKILL');
    await running.finished;
    const { counts } = await desk.status();
    const doubtful = counts.in_doubt! + counts.transmitting!;
    assert.ok(doubtful - before <= 6, `${doubtful - before} in doubt after kill ${kill}`);
    before = doubtful;
  }
  const last = await desk.run(SEND);
  assert.equal(last.code, before > 0 ? 75 : 0, last.stderr);
  await assertNobodyTwiceNobodyLeftOut(desk, both(), 400);
  // Whom a relay took without a word is in doubt with that relay, and not accepted by the other.
  const accepted = new Set((await byState(desk)).get('accepted'));
  const times = [acceptedTimes(a!), acceptedTimes(b!)];
  for (const address of accepted) assert.equal(times.filter((each) => each.has(address)).length, 1);
});

test('check --relay looks at each of them, or at the one that is named', async (t) => {
  const [a, b] = await fakes(t, {}, {});
  const desk = deskWith(t, 1, { one: { port: a!.port }, two: { port: b!.port } });
  const env = { MAILBLAST_FROM: '' };
  const all = await desk.run(['check', '--json'], env);
  const names = eventsOf(all.stdout).map(({ relay }) => (relay as { name: string }).name);
  assert.deepEqual(
    names,
    [a, b].map((relay) => `smtp://127.0.0.1:${relay!.port}`),
  );
  const named = await desk.run(['check', '--relay', 'two', '--json'], env);
  assert.equal(eventsOf(named.stdout).length, 1);
  assert.match(named.stdout, new RegExp(`127\\.0\\.0\\.1:${b!.port}`));
});

test('--test sends one message through each, and resume goes on with all of them', async (t) => {
  const [a, b] = await fakes(t, {}, {});
  const desk = deskWith(t, 20, { one: { port: a!.port, weight: 1 }, two: { port: b!.port, weight: 1 } });
  const tested = await desk.run([...SEND, '--test', 'me@example.com']);
  assert.equal(tested.code, 0, tested.stderr);
  assert.deepEqual([a!.journal.length, b!.journal.length], [1, 1]);
  assert.equal((await desk.run([...SEND, '--limit', '6'])).code, 75);
  const resumed = await desk.run(['resume', '--limit', '0']);
  assert.equal(resumed.code, 0, resumed.stderr);
  assert.equal(a!.journal.length + b!.journal.length, 22);
  assert.ok(Math.abs(a!.journal.length - 11) <= 4);
});
