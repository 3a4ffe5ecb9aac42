// A real Postfix that counts its clients (anvil): it says 450 4.7.1 to too much mail and 421 4.7.0 to too many connections.
// The list is through all the same, nobody twice, and nobody is charged for what was asked too fast.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missing } from '../../servers/free-port.js';
import { startPostfix } from '../../servers/postfix.js';
import { Desk, person } from '../mailblast.js';

const PEOPLE = 25;
const SETTINGS = [
  // Its own networks are excepted by default, and so would loopback be.
  'smtpd_client_event_limit_exceptions =',
  'anvil_rate_time_unit = 2s',
  'smtpd_client_message_rate_limit = 10',
  'smtpd_client_connection_count_limit = 2',
];

interface Known {
  readonly address: string;
  readonly state: string;
  readonly attempts: number;
}

test('a campaign through a Postfix that limits mail and connections', {
  skip: missing('postfix'),
}, async (t) => {
  const postfix = await startPostfix({ settings: SETTINGS });
  const desk = new Desk();
  t.after(async () => {
    desk.close();
    await postfix.stop();
  });
  desk.campaign(PEOPLE);
  const env = { MAILBLAST_RELAY: `smtp://127.0.0.1:${postfix.port}` };
  const send = ['send', 'list.csv', '--template', 'news.mjml', '--rate', 'unlimited', '--connections', '6'];
  const { code, stderr } = await desk.run(send, env);
  assert.equal(code, 0, stderr);

  const attempts = (await desk.run(['recipients', 'list-news', '--attempts'])).stdout;
  assert.match(attempts, /at mail after \d+ ms: 450 4\.7\.1 .*too much mail from .*; pending$/m);
  const log = await postfix.log();
  assert.match(log, /Message delivery request rate limit exceeded: /);
  assert.match(log, /Connection concurrency limit exceeded: /);

  const { stdout: named } = await desk.run(['recipients', 'list-news', '--json']);
  const known = named
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Known);
  assert.ok(known.every(({ state, attempts: charged }) => state === 'accepted' && charged === 1));
  await postfix.idle();
  const everybody = Array.from({ length: PEOPLE }, (_, index) => person(index + 1));
  assert.deepEqual((await postfix.journal()).map(({ to }) => to).sort(), everybody.sort());
});
