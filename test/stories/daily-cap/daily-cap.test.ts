// A relay that takes so many messages a day and no more: --max-per-day ends the run in time, and says when to go on.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startFakeRelay } from '../../servers/fake-relay.js';
import { Desk } from '../mailblast.js';

const SEND = ['send', 'list.csv', '--template', 'news.mjml', '--rate', 'unlimited'];

test('the cap counts over all campaigns of the ledger, is remembered for resume, and the run exits 75', async (t) => {
  const desk = new Desk();
  const relay = await startFakeRelay({});
  t.after(async () => {
    desk.close();
    await relay.stop();
  });
  desk.campaign(10);
  const env = { MAILBLAST_RELAY: `smtp://127.0.0.1:${relay.port}` };
  const first = await desk.run([...SEND, '--max-per-day', '4'], env);
  assert.equal(first.code, 75, first.stderr);
  assert.match(
    first.stdout,
    /4 messages in the last 24 hours, which is --max-per-day\. The next message may go tomorrow/,
  );
  assert.match(
    first.stdout,
    /^10 recipients at 4 a day: 4 today until \d\d:\d\d, 4 tomorrow at \d\d:\d\d, the rest \S+ at \d\d:\d\d\.$/m,
  );
  const status = await desk.status();
  assert.deepEqual([status.state, status.counts.accepted], ['paused', 4]);
  assert.match(
    (await desk.run(['status', 'list-news'])).stdout,
    /--max-per-day of the last run is reached; it can go on /,
  );

  const resumed = await desk.run(['resume', 'list-news', '--json'], env);
  assert.equal(resumed.code, 75);
  const events = resumed.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const plan = events[0]!.plan as { messages: number; from: number; until: number }[];
  assert.deepEqual(
    plan.map(({ messages }) => messages),
    [4, 2],
  );
  assert.ok(plan[0]!.from > Date.now() + 23 * 3_600_000);
  const paused = events.find(({ event }) => event === 'paused');
  assert.equal(paused?.reason, 'cap');
  const wait = (paused?.until as number) - Date.now();
  assert.ok(wait > 23.9 * 3_600_000 && wait <= 24 * 3_600_000 + 60_000, `${wait}`);
  assert.equal(events.at(-1)?.state, 'paused');

  const other = await desk.run([...SEND, '--campaign', 'other'], { ...env, MAILBLAST_MAX_PER_DAY: '6' });
  assert.equal(other.code, 75);
  assert.equal((await desk.status('other')).counts.accepted, 2);
  assert.equal(relay.journal.length, 6);
  const rest = await desk.run(['resume', 'list-news', '--max-per-day', '0'], env);
  assert.equal(rest.code, 0, rest.stderr);
});

test('--not-after ends a run that is late with 75 and nothing sent, is remembered, and is lifted by never', async (t) => {
  const desk = new Desk();
  const relay = await startFakeRelay({});
  t.after(async () => {
    desk.close();
    await relay.stop();
  });
  desk.campaign(3);
  const env = { MAILBLAST_RELAY: `smtp://127.0.0.1:${relay.port}` };
  const late = /^Nothing is begun after 2020-12-01T12:00\+01:00, by --not-after/m;
  const first = await desk.run([...SEND, '--not-after', '2020-12-01T12:00+01:00'], env);
  assert.equal(first.code, 75, first.stderr);
  assert.match(first.stdout, late);
  assert.match((await desk.run(['status', 'list-news'])).stdout, late);
  assert.equal((await desk.run(['resume', 'list-news'], env)).code, 75);
  assert.equal(relay.commands.length, 0);
  const wrong = await desk.run([...SEND, '--not-after', '2020-12-01T12:00'], env);
  assert.deepEqual([wrong.code, /with its offset/.test(wrong.stderr)], [64, true]);
  assert.equal((await desk.run(['resume', 'list-news', '--not-after', 'never'], env)).code, 0);
  assert.equal(relay.journal.length, 3);
});
