// Two processes send two campaigns through one relay at the same moment: together they never exceed its cap.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startFakeRelay } from '../../servers/fake-relay.js';
import { Desk } from '../mailblast.js';

test('a cap is kept by two processes together to the message, and both end with 75', async (t) => {
  const desk = new Desk();
  // Neither has a first message taken before the other has begun one: both have looked at an untouched cap by then.
  let bothAreHere!: (asUsual: undefined) => void;
  const together = new Promise<undefined>((resolve) => {
    bothAreHere = resolve;
  });
  const here = new Set<string>();
  const relay = await startFakeRelay({
    script: {
      rcpt: ({ line }) => {
        here.add(/@([a-z.]+)/.exec(line)![1]!);
        if (here.size === 2) bothAreHere(undefined);
        return together;
      },
    },
  });
  t.after(async () => {
    desk.close();
    await relay.stop();
  });
  desk.campaign(60);
  const people = Array.from({ length: 60 }, (_, n) => `q${n}@example.net,Q\n`);
  desk.write('others.csv', `email,name\n${people.join('')}`);
  const env = { MAILBLAST_RELAY: `smtp://127.0.0.1:${relay.port}`, MAILBLAST_RATE: 'unlimited' };
  const ends = await Promise.all(
    ['list.csv', 'others.csv'].map((list) =>
      desk.run(['send', list, '--template', 'news.mjml', '--max-per-hour', '31'], env),
    ),
  );
  for (const end of ends) {
    assert.equal(end.code, 75, end.stderr);
    assert.match(
      end.stdout,
      /31 messages in the last hour, which is --max-per-hour\. The next message may go /,
    );
  }
  const accepted = relay.journal.filter(({ accepted }) => accepted);
  assert.equal(accepted.length, 31);
  const names = ['list-news', 'others-news'];
  const statuses = await Promise.all(names.map((name) => desk.status(name)));
  assert.equal(
    statuses.reduce((sum, { counts }) => sum + counts.accepted!, 0),
    31,
  );
  assert.equal(
    statuses.reduce((sum, { counts }) => sum + counts.pending!, 0),
    89,
  );
});
