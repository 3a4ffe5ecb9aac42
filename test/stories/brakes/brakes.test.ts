// A canary and a brake, as a user meets them: 50 first, then the rest; the relay begins to refuse everybody; the run
// stops, the same command refuses to go on, and resume lifts the pause.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startFakeRelay } from '../../servers/fake-relay.js';
import { Desk } from '../mailblast.js';

const SEND = ['send', 'list.csv', '--template', 'news.mjml', '--rate', 'unlimited'];

test('a list is not burnt: the canary goes well, the rest is stopped, and only resume goes on', async (t) => {
  const desk = new Desk();
  let blocked = false;
  const relay = await startFakeRelay({
    script: {
      rcpt: ({ line }) =>
        blocked
          ? `550 5.7.1 ${/<(.*)>/.exec(line)![1]} refused: your network is on our block list`
          : undefined,
    },
  });
  t.after(async () => {
    desk.close();
    await relay.stop();
  });
  desk.campaign(0);
  const people = Array.from({ length: 200 }, (_, n) => `p${n}@d${n}.example,Person ${n}\n`);
  desk.write('list.csv', `email,name\n${people.join('')}`);
  const env = { MAILBLAST_RELAY: `smtp://127.0.0.1:${relay.port}` };

  const canary = await desk.run([...SEND, '--limit', '50'], env);
  assert.equal(canary.code, 75, canary.stderr);
  assert.match(canary.stdout, /150 recipients are left; --limit was reached/);

  blocked = true;
  const stopped = await desk.run([...SEND, '--quiet'], env);
  assert.equal(stopped.code, 75);
  assert.match(stopped.stderr, /The same refusal came from 20 domains in a row, .*block list"\./);
  assert.match(stopped.stderr, /mailblast resume list-news lifts/);
  const status = await desk.status();
  assert.equal(status.state, 'paused');
  assert.ok(status.counts.pending! >= 120, `${status.counts.pending}`);
  assert.match(
    (await desk.run(['status', 'list-news'])).stdout,
    /^Paused .*: The same refusal came from 20/m,
  );

  const who = ['recipients', 'list-news', '--attempts'];
  const lines = (await desk.run(who)).stdout.trim().split('\n');
  const refusal =
    /^line \d+: p\d+@d\d+\.example: .* at rcpt after \d+ ms: 550 5\.7\.1 .*block list; rejected$/;
  assert.ok(lines.filter((line) => refusal.test(line)).length >= 20, lines[0]);
  const json = JSON.parse((await desk.run([...who, '--json'])).stdout.split('\n')[0]!) as { stage: string };
  assert.equal(json.stage, 'rcpt');
  const csv = (await desk.run([...who, '--csv'])).stdout;
  assert.match(csv, /^address,line,at,took_ms,relay,stage,reply,reason,state\r\n/);

  blocked = false;
  const before = relay.journal.length;
  const again = await desk.run(SEND, env);
  assert.equal(again.code, 75);
  assert.match(
    again.stderr,
    /Campaign list-news is paused: The same refusal .*mailblast resume list-news lifts/,
  );
  assert.equal(relay.journal.length, before);

  const resumed = await desk.run(['resume', 'list-news'], env);
  assert.equal(resumed.code, 0, resumed.stderr);
  assert.match(resumed.stdout, /The pause is lifted/);
  const end = await desk.status();
  assert.deepEqual([end.state, end.counts.pending], ['complete', 0]);
});
