// Cron starts the same command while the last run is still at work.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startFakeRelay } from '../../servers/fake-relay.js';
import { assertNobodyTwiceNobodyLeftOut } from '../journal.js';
import { Desk, until } from '../mailblast.js';

test('the second run of a campaign says so and exits 75; another campaign and status go on meanwhile', async (t) => {
  const desk = new Desk();
  // The first run is at work for as long as its second message has no answer, however slow this machine is.
  let answer!: (asUsual: undefined) => void;
  const answered = new Promise<undefined>((resolve) => {
    answer = resolve;
  });
  const relay = await startFakeRelay({
    script: { body: ({ count }) => (count === 2 ? answered : undefined) },
  });
  t.after(async () => {
    desk.close();
    await relay.stop();
  });
  desk.campaign(120);
  const env = { MAILBLAST_RELAY: `smtp://127.0.0.1:${relay.port}` };
  const command = ['send', 'list.csv', '--template', 'news.mjml', '--rate', '60/s'];
  const first = desk.start(command, env);
  await until('the first message', () => relay.journal.length > 0);

  const second = await desk.run(command, env);
  assert.equal(second.code, 75);
  assert.match(second.stderr, /Another run is at work on campaign list-news/);
  assert.equal((await desk.status()).state, 'running');

  desk.write('few.csv', 'email,name\na@example.net,Ada\n');
  const other = await desk.run(['send', 'few.csv', '--template', 'news.mjml'], env);
  assert.equal(other.code, 0, other.stderr);

  answer(undefined);
  assert.equal((await first.finished).code, 0);
  assert.equal((await desk.status()).state, 'complete');
  const journal = relay.journal.filter(({ to }) => to[0] !== 'a@example.net');
  await assertNobodyTwiceNobodyLeftOut(desk, { journal }, 120);
});
