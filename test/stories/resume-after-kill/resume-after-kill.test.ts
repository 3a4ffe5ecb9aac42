// kill -9 at random moments, over and over; the oracle is the relay's own journal.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomFrom } from '../../random.js';
import { startFakeRelay } from '../../servers/fake-relay.js';
import { assertNobodyTwiceNobodyLeftOut, byState } from '../journal.js';
import { Desk, until } from '../mailblast.js';

const PEOPLE = 5_000;
const KILLS = 22;
const CONNECTIONS = 4;

test('killed 22 times in mid-campaign, nobody is mailed twice and nobody is left out', async (t) => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
  t.diagnostic(`SEED=${seed}`);
  const random = randomFrom(seed);
  const desk = new Desk();
  const relay = await startFakeRelay();
  t.after(async () => {
    desk.close();
    await relay.stop();
  });
  desk.campaign(PEOPLE);
  const command = [
    'send',
    'list.csv',
    '--template',
    'news.mjml',
    '--relay',
    `smtp://127.0.0.1:${relay.port}`,
    '--rate',
    'unlimited',
    '--connections',
    String(CONNECTIONS),
  ];
  let inDoubtBefore = 0;
  for (let kill = 1; kill <= KILLS; kill++) {
    const goal = relay.journal.length + 1 + Math.floor(random() * 200);
    const running =
      kill % 2 ? desk.start(command) : desk.start(['resume', '--connections', String(CONNECTIONS)]);
    await until(`${goal} transactions (${running.stderr()})`, () => relay.journal.length >= goal);
    await new Promise((resolve) => setTimeout(resolve, random() * 15));
    running.process.kill('SIGKILL');
    const { code } = await running.finished;
    assert.equal(code, 'SIGKILL');
    const { state, counts } = await desk.status();
    assert.equal(state, 'interrupted');
    const doubtful = counts.in_doubt! + counts.transmitting!;
    assert.ok(
      doubtful - inDoubtBefore <= CONNECTIONS,
      `${doubtful - inDoubtBefore} in doubt after kill ${kill}`,
    );
    inDoubtBefore = doubtful;
  }
  const last = await desk.run(command);
  assert.equal(last.code, inDoubtBefore > 0 ? 75 : 0, last.stderr);
  await assertNobodyTwiceNobodyLeftOut(desk, relay, PEOPLE);
  const doubtful = (await byState(desk)).get('in_doubt')?.length ?? 0;
  t.diagnostic(`${KILLS} kills, ${PEOPLE} people, ${doubtful} in doubt`);

  const decided = await desk.run([...command, '--in-doubt', 'assume-accepted']);
  assert.equal(decided.code, 0, decided.stderr);
  assert.equal((await desk.status()).counts.accepted, PEOPLE);
});
