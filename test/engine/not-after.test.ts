// `--not-after`: no message is begun after a moment, however the run came to be late.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { person, TestCampaign } from './campaigns.js';
import { ScriptedRelay } from './scripted-relay.js';

let house: TestCampaign;
beforeEach(() => {
  house = new TestCampaign();
});
afterEach(() => house.close());

const pauses = () => house.events.flatMap((event) => (event.event === 'paused' ? [event.reason] : []));

test('what is left when the moment comes is left, and what had begun is finished', async () => {
  await house.import(50);
  const relay = new ScriptedRelay(house.clock, {}, () => house.clock.sleep(700));
  const notAfter = house.clock.now() + 10_000;
  const { counts } = await house.finish(house.run(relay, { rate: 2, notAfter }));
  assert.ok(counts.accepted >= 20 && counts.accepted <= 21, `${counts.accepted}`);
  assert.equal(counts.pending, 50 - counts.accepted);
  assert.equal(counts.transmitting + counts.in_doubt, 0);
  assert.deepEqual(pauses(), ['not_after']);
  assert.ok(house.clock.monotonic() < 13_000);
});

test('a run that begins too late opens no connection', async () => {
  await house.import(5);
  const relay = new ScriptedRelay(house.clock);
  const { counts } = await house.finish(house.run(relay, { notAfter: house.clock.now() - 1 }));
  assert.deepEqual([counts.pending, relay.opened], [5, 0]);
  assert.deepEqual(pauses(), ['not_after']);
});

test('nobody waits for what would come too late: neither a retry, nor a slow rate', async () => {
  await house.import(3);
  const relay = new ScriptedRelay(house.clock, { [person(1)]: [{ code: 451 }] });
  const notAfter = house.clock.now() + 30_000;
  const { counts } = await house.finish(house.run(relay, { notAfter, wait: true }), 20_000);
  assert.deepEqual([counts.accepted, counts.deferred], [2, 1]);
  await house.import(5, undefined, { name: 'slow', id: 'e'.repeat(32) });
  const slow = house.run(new ScriptedRelay(house.clock), { notAfter, rate: 1 / 3600 });
  assert.equal((await house.finish(slow, 60_000)).counts.accepted, 1);
});

test('a campaign that is through in time ends as ever', async () => {
  await house.import(3);
  await house.finish(house.run(new ScriptedRelay(house.clock), { notAfter: house.clock.now() + 30_000 }));
  assert.deepEqual(pauses(), []);
});
