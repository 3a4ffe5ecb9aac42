// `--max-per-day`: never more than the cap in any 24 hours through one relay, whatever campaign they are of.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { Cap } from '../../src/engine/cap.js';
import type { RunEvent } from '../../src/engine/events.js';
import { person, TestCampaign } from './campaigns.js';
import { type Act, ScriptedRelay } from './scripted-relay.js';

const HOUR = 3_600_000;
const OTHER = { name: 'other', id: 'f'.repeat(32) };

let house: TestCampaign;
beforeEach(() => {
  house = new TestCampaign();
});
afterEach(() => house.close());

const paused = () => house.events.filter((event) => event.event === 'paused');
const done = () => house.events.findLast((event) => event.event === 'done') as RunEvent & { event: 'done' };

/** The most attempts that lie within any 24 hours. */
function mostInADay(relay: ScriptedRelay): number {
  const moments = relay.attempts.map(({ at }) => at);
  return Math.max(
    ...moments.map((from) => moments.filter((at) => at >= from && at < from + 24 * HOUR).length),
  );
}

test('no message is begun beyond the cap, and the run says when it can go on', async () => {
  await house.import(50);
  const relay = new ScriptedRelay(house.clock, {}, () => house.clock.sleep(300));
  const begun = house.clock.now();
  const { counts } = await house.finish(house.run(relay, { maxPerDay: 20, connections: 7 }));
  assert.deepEqual([counts.accepted, counts.pending], [20, 30]);
  assert.equal(relay.attempts.length, 20);
  const [pause] = paused();
  assert.equal(pause?.reason, 'cap');
  const wait = pause!.until! - begun;
  assert.ok(wait >= 24 * HOUR && wait <= 24 * HOUR + 61_000, `${wait}`);
  assert.equal(done().state, 'paused');
});

test('another run within the day begins nothing, and one a day later begins as many again', async () => {
  await house.import(50);
  await house.finish(house.run(new ScriptedRelay(house.clock), { maxPerDay: 20 }));
  await house.clock.pass(23 * HOUR);
  const early = new ScriptedRelay(house.clock);
  await house.finish(house.run(early, { maxPerDay: 20 }));
  assert.equal(early.attempts.length, 0);
  assert.equal(early.opened, 0);
  await house.clock.pass(HOUR + 61_000);
  const late = new ScriptedRelay(house.clock);
  const { counts } = await house.finish(house.run(late, { maxPerDay: 20 }));
  assert.deepEqual([late.attempts.length, counts.accepted], [20, 40]);
});

test('--wait stays until the cap lets it go on, and never exceeds it in any 24 hours', async () => {
  await house.import(50);
  const relay = new ScriptedRelay(house.clock);
  const run = house.run(relay, { maxPerDay: 20, wait: true, rate: 1 / 60 });
  await house.clock.pass(80 * HOUR);
  const { counts } = await run;
  assert.equal(counts.accepted, 50);
  assert.equal(mostInADay(relay), 20);
  assert.equal(done().state, 'complete');
});

test('a cap that opens again within five minutes is waited for', async () => {
  await house.import(30);
  await house.finish(house.run(new ScriptedRelay(house.clock), { maxPerDay: 10 }));
  await house.clock.pass(24 * HOUR - 2 * 60_000);
  const relay = new ScriptedRelay(house.clock);
  const { counts } = await house.finish(house.run(relay, { maxPerDay: 10 }));
  assert.equal(counts.accepted, 20);
});

test('what the relay refused does not count, and what is in doubt does', async () => {
  await house.import(30);
  const refused: Act[] = [{ code: 550 }];
  const relay = new ScriptedRelay(house.clock, {
    [person(1)]: refused,
    [person(2)]: [{ code: 550, stage: 'rcpt' }],
    [person(3)]: ['lose-after'],
    [person(4)]: ['lose'],
    [person(5)]: Array(9).fill({ code: 451 }),
  });
  const { counts } = await house.finish(house.run(relay, { maxPerDay: 10 }));
  assert.equal(counts.rejected, 2);
  assert.equal(counts.in_doubt, 1);
  assert.equal(counts.accepted, 9);
});

test('a cap that refusals leave room under is not the end of the run', async () => {
  await house.import(10);
  const refused = Object.fromEntries([1, 2, 3, 4].map((n) => [person(n), [{ code: 550 }]]));
  const relay = new ScriptedRelay(house.clock, refused);
  const { counts } = await house.finish(house.run(relay, { maxPerDay: 3 }));
  assert.deepEqual([counts.rejected, counts.accepted, counts.pending], [4, 3, 3]);
});

test('a message that was begun and is not marked yet counts, however often the ledger is asked', async () => {
  let asked = 0;
  const ledger = {
    handedOver: () => {
      asked++;
      return [];
    },
    firstUse: () => undefined,
  };
  const cap = new Cap(
    ledger,
    'scripted',
    { maxPerDay: 3, maxPerHour: Number.POSITIVE_INFINITY, warmUp: [] },
    house.clock,
  );
  for (let begun = 0; begun < 3; begun++) {
    assert.equal(cap.open, true);
    cap.begin();
    await house.clock.pass(1_000);
  }
  assert.equal(cap.open, false);
  assert.equal(asked, 4);
  cap.known();
  await house.clock.pass(1_000);
  assert.equal(cap.open, true);
});

test('other campaigns on the same relay count, and other relays do not', async () => {
  await house.import(10);
  await house.finish(house.run(new ScriptedRelay(house.clock), { maxPerDay: 8 }));
  await house.import(10, undefined, OTHER);
  const same = new ScriptedRelay(house.clock);
  await house.finish(house.run(same, { maxPerDay: 9 }));
  assert.equal(same.attempts.length, 1);
  const elsewhere = Object.assign(new ScriptedRelay(house.clock), { name: 'elsewhere' });
  await house.finish(house.run(elsewhere, { maxPerDay: 9 }));
  assert.equal(elsewhere.attempts.length, 9);
});

test('two runs on one relay at once never exceed its cap together, and both get a share', async () => {
  await house.import(100);
  const relays = [new ScriptedRelay(house.clock), new ScriptedRelay(house.clock)];
  const settings = { maxPerDay: 60, rate: 20, connections: 1 };
  const { campaign } = house;
  await house.import(100, undefined, OTHER);
  const second = house.run(relays[1]!, settings);
  house.campaign = campaign;
  const first = house.run(relays[0]!, settings);
  const ends = await house.finish(Promise.all([first, second]));
  assert.equal(relays[0]!.accepted.length + relays[1]!.accepted.length, 60);
  assert.ok(relays.every((relay) => relay.accepted.length > 0));
  // What a mark was refused to is left as it was, in neither state nor attempts.
  assert.equal(ends[0]!.counts.pending + ends[1]!.counts.pending, 140);
});

test('--max-per-hour lets the run go on an hour later, and the longer cap holds meanwhile', async () => {
  await house.import(50);
  const relay = new ScriptedRelay(house.clock);
  const run = house.run(relay, { maxPerHour: 10, maxPerDay: 25, wait: true });
  await house.clock.pass(10_000);
  assert.equal(relay.accepted.length, 10);
  const pause = paused().at(-1);
  assert.deepEqual([pause?.reason, pause?.cap], ['cap', 'hour']);
  await house.clock.pass(62 * 60_000);
  assert.equal(relay.accepted.length, 20);
  await house.clock.pass(62 * 60_000);
  assert.equal(relay.accepted.length, 25);
  assert.equal(paused().at(-1)?.cap, 'day');
  await house.clock.pass(30 * HOUR);
  assert.equal((await run).counts.accepted, 50);
});

test('a cap that is not reached changes nothing, and --limit within it ends the run as ever', async () => {
  await house.import(10);
  const { counts } = await house.finish(
    house.run(new ScriptedRelay(house.clock), { maxPerDay: 10, limit: 4 }),
  );
  assert.equal(counts.accepted, 4);
  assert.equal(paused().at(-1)?.reason, 'limit');
  await house.finish(house.run(new ScriptedRelay(house.clock), { maxPerDay: 10 }));
  assert.equal(done().state, 'complete');
});

test('deferred deliveries that fall due while the cap is closed wait for it', async () => {
  await house.import(6);
  const relay = new ScriptedRelay(house.clock, { [person(1)]: [{ code: 451 }] });
  const { counts } = await house.finish(house.run(relay, { maxPerDay: 5 }));
  assert.deepEqual([counts.accepted, counts.deferred], [5, 1]);
  assert.equal(paused().at(-1)?.reason, 'cap');
  await house.clock.pass(25 * HOUR);
  const again = await house.finish(house.run(new ScriptedRelay(house.clock), { maxPerDay: 5 }));
  assert.equal(again.counts.accepted, 6);
});

test('--warm-up allows more each day since the first use of the relay, whatever campaign it was, and then everything', async () => {
  await house.import(100);
  const relay = new ScriptedRelay(house.clock);
  const run = house.run(relay, { warmUp: [5, 10, 20], maxPerDay: 40, wait: true });
  await house.clock.pass(23 * HOUR);
  assert.equal(relay.accepted.length, 5);
  assert.deepEqual(paused().at(-1), { ...paused().at(-1), reason: 'cap', cap: 'warm_up', messages: 5 });
  await house.clock.pass(24 * HOUR);
  assert.equal(relay.accepted.length, 15);
  await house.clock.pass(24 * HOUR + 61_000);
  assert.equal(relay.accepted.length, 35);
  await house.clock.pass(24 * HOUR + 61_000);
  assert.equal(relay.accepted.length, 75);
  assert.equal(paused().at(-1)?.cap, 'day');
  await house.clock.pass(26 * HOUR);
  assert.equal((await run).counts.accepted, 100);
  const start = house.events.find((event) => event.event === 'start');
  assert.deepEqual(
    start?.event === 'start' && start.plan.map(({ messages }) => messages),
    [5, 10, 20, 40, 25],
  );
  // A second campaign finds the relay warm.
  await house.clock.pass(48 * HOUR);
  await house.import(30, undefined, OTHER);
  await house.finish(house.run(new ScriptedRelay(house.clock), { warmUp: [5, 10, 20] }));
  assert.equal(done().state, 'complete');
});
