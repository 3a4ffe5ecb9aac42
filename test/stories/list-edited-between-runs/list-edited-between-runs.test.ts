// The list is sorted anew, people leave and join between two runs: everybody is found by address.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startFakeRelay } from '../../servers/fake-relay.js';
import { acceptedTimes } from '../journal.js';
import { Desk, listOf, person } from '../mailblast.js';

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

async function begun(t: { after(done: () => Promise<void>): void }, limit: number) {
  const desk = new Desk();
  const relay = await startFakeRelay();
  t.after(async () => {
    desk.close();
    await relay.stop();
  });
  desk.campaign(50);
  const command = [
    'send',
    'list.csv',
    '--template',
    'news.mjml',
    '--rate',
    'unlimited',
    '--connections',
    '1',
  ];
  const env = { MAILBLAST_RELAY: `smtp://127.0.0.1:${relay.port}` };
  const first = await desk.run([...command, '--limit', String(limit)], env);
  assert.equal(first.code, 75, first.stderr);
  return { desk, relay, command, env };
}

test('a list sorted anew, with two gone and three new, goes to everybody on it once', async (t) => {
  const { desk, relay, command, env } = await begun(t, 20);
  const people = [...range(1, 50).filter((number) => number !== 49 && number !== 50), 51, 52, 53].reverse();
  desk.write('list.csv', listOf(people));
  const second = await desk.run(command, env);
  assert.equal(second.code, 0, second.stderr);
  assert.match(second.stdout, /3 recipients added/);
  assert.match(second.stdout, /2 recipients withdrawn/);
  const times = acceptedTimes(relay);
  assert.deepEqual([...times.keys()].sort(), people.map(person).sort());
  assert.ok([...times.values()].every((count) => count === 1));
  const { counts } = await desk.status();
  assert.equal(counts.withdrawn, 2);
});

test('who left and came back is sent', async (t) => {
  const { desk, relay, command, env } = await begun(t, 20);
  desk.write('list.csv', listOf(range(1, 48)));
  assert.equal((await desk.run([...command, '--limit', '1'], env)).code, 75);
  desk.write('list.csv', listOf(range(1, 50)));
  const third = await desk.run(command, env);
  assert.equal(third.code, 0, third.stderr);
  assert.match(third.stdout, /2 recipients came back/);
  assert.equal(acceptedTimes(relay).size, 50);
});

test('a list that lost more than a tenth of those left stops with 65 and changes nothing, unless it is allowed', async (t) => {
  const { desk, relay, command, env } = await begun(t, 20);
  desk.write('list.csv', listOf(range(1, 40)));
  const refused = await desk.run(command, env);
  assert.equal(refused.code, 65);
  assert.match(refused.stderr, /10 of the 30 people who are left .*--allow-withdraw/);
  assert.equal((await desk.status()).counts.pending, 30);
  const allowed = await desk.run([...command, '--allow-withdraw'], env);
  assert.equal(allowed.code, 0, allowed.stderr);
  assert.equal(acceptedTimes(relay).size, 40);
});

test('a changed template on a campaign that has begun is refused with the ways on, and resume needs no template', async (t) => {
  const { desk, relay, command, env } = await begun(t, 20);
  desk.write('news.mjml', '<mjml><mj-body></mj-body></mjml>');
  const refused = await desk.run(command, env);
  assert.equal(refused.code, 65);
  assert.match(refused.stderr, /mailblast resume list-news/);
  assert.match(refused.stderr, /--campaign/);
  const resumed = await desk.run(['resume'], env);
  assert.equal(resumed.code, 0, resumed.stderr);
  assert.equal(acceptedTimes(relay).size, 50);
  assert.ok(relay.journal.every(({ octets }) => octets.includes('this is the news')));
});

test('a campaign of which nothing was tried takes a mended template', async (t) => {
  const desk = new Desk();
  const relay = await startFakeRelay();
  t.after(async () => {
    desk.close();
    await relay.stop();
  });
  desk.campaign(3);
  const command = ['send', 'list.csv', '--template', 'news.mjml', '--rate', 'unlimited'];
  assert.equal((await desk.run(command, { MAILBLAST_RELAY: 'smtp://127.0.0.1:1' })).code, 69);
  desk.write(
    'news.mjml',
    '<mjml><mj-head><mj-title>Mended</mj-title></mj-head><mj-body><mj-section><mj-column><mj-text>Mended for {{name}}.</mj-text></mj-column></mj-section></mj-body></mjml>',
  );
  const sent = await desk.run(command, { MAILBLAST_RELAY: `smtp://127.0.0.1:${relay.port}` });
  assert.equal(sent.code, 0, sent.stderr);
  assert.ok(relay.journal.every(({ octets }) => octets.includes('Mended')));
});
