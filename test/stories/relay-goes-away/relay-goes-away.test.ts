// The relay breaks connections, closes, and comes back: the run goes on, or says what to do.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startFakeRelay } from '../../servers/fake-relay.js';
import { freePort } from '../../servers/free-port.js';
import { assertNobodyTwiceNobodyLeftOut } from '../journal.js';
import { Desk, until } from '../mailblast.js';

const PEOPLE = 400;

test('connections that are reset in mid-run cost nobody anything but the few that are named in doubt', async (t) => {
  const desk = new Desk();
  const relay = await startFakeRelay();
  t.after(async () => {
    desk.close();
    await relay.stop();
  });
  desk.campaign(PEOPLE);
  const running = desk.start(
    ['send', 'list.csv', '--template', 'news.mjml', '--rate', '200/s', '--connections', '3'],
    { MAILBLAST_RELAY: `smtp://127.0.0.1:${relay.port}` },
  );
  for (const goal of [50, 120, 200]) {
    await until(`${goal} transactions`, () => relay.journal.length >= goal);
    relay.drop('reset');
  }
  const { code, stderr } = await running.finished;
  const { counts } = await desk.status();
  assert.ok(counts.in_doubt! <= 3 * 3, `${counts.in_doubt} in doubt`);
  assert.equal(code, counts.in_doubt === 0 ? 0 : 75, stderr);
  await assertNobodyTwiceNobodyLeftOut(desk, relay, PEOPLE);
});

test('a relay that is not there ends the run with 69 and nothing lost', async (t) => {
  const desk = new Desk();
  t.after(() => desk.close());
  desk.campaign(3);
  const port = await freePort();
  const { code, stderr } = await desk.run(['send', 'list.csv', '--template', 'news.mjml'], {
    MAILBLAST_RELAY: `smtp://127.0.0.1:${port}`,
  });
  assert.equal(code, 69);
  assert.match(stderr, new RegExp(`mailblast: smtp://127.0.0.1:${port}: .*refused`, 'i'));
  assert.doesNotMatch(stderr, /\n\s+at /, 'a stack was shown');
  const { counts } = await desk.status();
  assert.equal(counts.pending, 3);
});
