// The author changes the newsletter after it has begun: refused, unless it is meant for those who are left.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startFakeRelay } from '../../servers/fake-relay.js';
import { assertNobodyTwiceNobodyLeftOut } from '../journal.js';
import { Desk, person, TEMPLATE } from '../mailblast.js';

const SEND = ['send', 'list.csv', '--template', 'news.mjml', '--rate', 'unlimited', '--connections', '1'];

async function house(t: { after(done: () => Promise<void>): void }) {
  const desk = new Desk();
  const relay = await startFakeRelay({});
  t.after(async () => {
    desk.close();
    await relay.stop();
  });
  desk.campaign(6);
  const env = { MAILBLAST_RELAY: `smtp://127.0.0.1:${relay.port}` };
  assert.equal((await desk.run([...SEND, '--limit', '2'], env)).code, 75);
  return { desk, relay, env };
}

const CHANGED = TEMPLATE.replace('News for', 'Corrected news for');

test('a changed content is refused with the three ways on, and nothing is sent', async (t) => {
  const { desk, relay, env } = await house(t);
  desk.write('news.mjml', CHANGED);
  const { code, stderr } = await desk.run(SEND, env);
  assert.equal(code, 65);
  for (const way of ['mailblast resume list-news', '--update-content', '--campaign <name>']) {
    assert.ok(stderr.includes(way), stderr);
  }
  assert.equal(relay.journal.length, 2);
});

test('--update-content sends it to those who are left, with the list unchanged, and the next run goes on with it', async (t) => {
  const { desk, relay, env } = await house(t);
  desk.write('news.mjml', CHANGED);
  const updated = await desk.run([...SEND, '--update-content', '--limit', '2'], env);
  assert.equal(updated.code, 75, updated.stderr);
  assert.match(updated.stdout, /The content is updated for those who are left: 4\./);
  const { code, stdout, stderr } = await desk.run(SEND, env);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /The list has not changed/);
  const corrected = relay.journal.filter(({ octets }) =>
    octets.toString('latin1').includes('Subject: Corrected news for'),
  );
  assert.deepEqual(
    corrected.flatMap(({ to }) => to),
    [3, 4, 5, 6].map(person),
  );
  await assertNobodyTwiceNobodyLeftOut(desk, relay, 6);
});

test('a changed sender is refused, --update-content or not', async (t) => {
  const { desk, relay, env } = await house(t);
  const cases: readonly (readonly string[])[] = [
    ['--from', 'Other <other@example.com>'],
    ['--reply-to', 'other@example.com'],
    ['--return-path', 'other@example.com'],
  ];
  for (const change of cases) {
    for (const args of [change, [...change, '--update-content']]) {
      const { code, stderr } = await desk.run([...SEND, ...args], env);
      assert.equal(code, 65, args.join(' '));
      assert.match(stderr, /sender/);
    }
  }
  assert.equal(relay.journal.length, 2);
});

test('a broken template changes nothing, and a template unchanged needs no word', async (t) => {
  const { desk, env } = await house(t);
  desk.write('news.mjml', TEMPLATE.replace('{{name}}', '{{nmae}}'));
  assert.equal((await desk.run([...SEND, '--update-content'], env)).code, 65);
  desk.write('news.mjml', TEMPLATE);
  const { code, stdout } = await desk.run([...SEND, '--update-content'], env);
  assert.equal(code, 0);
  assert.ok(!stdout.includes('updated'));
});
