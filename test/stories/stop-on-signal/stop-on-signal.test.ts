// Ctrl-C and its siblings: what is in flight is finished, nothing is in doubt, and the next run goes on.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startFakeRelay } from '../../servers/fake-relay.js';
import { assertNobodyTwiceNobodyLeftOut } from '../journal.js';
import { Desk, until } from '../mailblast.js';

const PEOPLE = 60;

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  test(`${signal} once finishes what is in flight, says how to go on and exits ${code}`, async (t) => {
    const desk = new Desk();
    const slowly = async () => {
      await new Promise((resolve) => setTimeout(resolve, 60));
      return undefined;
    };
    const relay = await startFakeRelay({ script: { body: slowly } });
    t.after(async () => {
      desk.close();
      await relay.stop();
    });
    desk.campaign(PEOPLE);
    const command = ['send', 'list.csv', '--template', 'news.mjml', '--rate', 'unlimited'];
    const env = { MAILBLAST_RELAY: `smtp://127.0.0.1:${relay.port}` };
    const running = desk.start(command, env);
    await until('some messages', () => relay.journal.length >= 12);
    running.process.kill(signal);
    const stopped = await running.finished;
    assert.equal(stopped.code, code, stopped.stderr);
    assert.match(stopped.stdout, /mailblast resume list-news/);
    const { state, counts } = await desk.status();
    assert.equal(state, 'interrupted');
    assert.equal(counts.in_doubt! + counts.transmitting!, 0);
    assert.ok(counts.pending! > 0);
    const resumed = await desk.run(['resume'], env);
    assert.equal(resumed.code, 0, resumed.stderr);
    await assertNobodyTwiceNobodyLeftOut(desk, relay, PEOPLE);
  });
}

test('a second signal stops at once, and what had no reply is in doubt', async (t) => {
  const desk = new Desk();
  const relay = await startFakeRelay({ script: { body: { after: 'silence' } } });
  t.after(async () => {
    desk.close();
    await relay.stop();
  });
  desk.campaign(PEOPLE);
  const env = { MAILBLAST_RELAY: `smtp://127.0.0.1:${relay.port}` };
  const running = desk.start(
    ['send', 'list.csv', '--template', 'news.mjml', '--rate', 'unlimited', '--connections', '2'],
    env,
  );
  await until('two bodies', () => relay.journal.filter(({ ended }) => ended).length === 2);
  running.process.kill('SIGINT');
  await until('its word', () => /Once more/.test(running.stdout()));
  const asked = Date.now();
  running.process.kill('SIGINT');
  const { code } = await running.finished;
  assert.equal(code, 130);
  assert.ok(Date.now() - asked < 5_000);
  const { counts } = await desk.status();
  assert.equal(counts.in_doubt, 2, JSON.stringify(counts));
  assert.equal(counts.pending, PEOPLE - 2);
});
