// Several relays in one run: shares, spilling over, staying with one relay for retries, and what is in doubt.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { Stop } from '../../src/engine/stop.js';
import { person, type Sketched, TestCampaign } from './campaigns.js';
import { type Act, ScriptedRelay } from './scripted-relay.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOT_REACHED = { stage: 'connect', reply: undefined, why: 'connection refused' } as const;

let house: TestCampaign;
beforeEach(() => {
  house = new TestCampaign();
});
afterEach(() => house.close());

function relayNamed(
  name: string,
  scripts: Record<string, Act[]> = {},
  takes = () => house.clock.sleep(50),
): ScriptedRelay {
  return Object.assign(new ScriptedRelay(house.clock, scripts, takes), { name });
}

const notices = () => house.events.flatMap((event) => (event.event === 'notice' ? [event.text] : []));
const paused = () => house.events.filter((event) => event.event === 'paused');

/** Everybody was accepted once, by one relay or the other. */
function everybodyOnce(people: number, ...relays: readonly ScriptedRelay[]): void {
  const all = relays.flatMap(({ accepted }) => accepted);
  assert.equal(all.length, people);
  assert.equal(new Set(all).size, people);
}

/** A script in which everybody is answered so, at first. */
function everybody(people: number, acts: () => Act[]): Record<string, Act[]> {
  return Object.fromEntries(Array.from({ length: people }, (_, i) => [person(i + 1), acts()]));
}

test('relays are used by their weights', async () => {
  await house.import(400);
  const [a, b] = [relayNamed('a'), relayNamed('b')];
  const { counts } = await house.finish(
    house.run([
      { relay: a, weight: 3 },
      { relay: b, weight: 1 },
    ]),
  );
  assert.equal(counts.accepted, 400);
  everybodyOnce(400, a, b);
  assert.ok(Math.abs(a.accepted.length - 300) <= 8, `${a.accepted.length}`);
});

test('weights hold when one relay is ten times as far away, and at rates', async () => {
  await house.import(200);
  const far = relayNamed('far', {}, () => house.clock.sleep(500));
  const near = relayNamed('near');
  await house.finish(
    house.run([
      { relay: far, weight: 1, rate: 20 },
      { relay: near, weight: 1, rate: 100 },
    ]),
  );
  everybodyOnce(200, far, near);
  assert.ok(Math.abs(far.accepted.length - 100) <= 8, `${far.accepted.length}`);
});

test('without weights each takes what its rate allows', async () => {
  await house.import(330);
  const [slow, fast] = [relayNamed('slow'), relayNamed('fast')];
  const begun = house.clock.monotonic();
  await house.finish(
    house.run([
      { relay: slow, rate: 1 },
      { relay: fast, rate: 10 },
    ]),
  );
  everybodyOnce(330, slow, fast);
  assert.ok(Math.abs(slow.accepted.length - 30) <= 4, `${slow.accepted.length}`);
  assert.ok(house.clock.monotonic() - begun < 34_000);
});

test('what a resting relay was asked for goes by the other, and nobody is charged for it', async () => {
  await house.import(60);
  const full = '454 Throttling failure: Daily message quota exceeded';
  const ses = relayNamed(
    'smtps://email-smtp.eu-west-1.amazonaws.com:465',
    everybody(60, () => [{ code: 454, text: full.slice(4) }]),
  );
  const own = relayNamed('own');
  const { counts } = await house.finish(
    house.run([
      { relay: ses, weight: 1 },
      { relay: own, weight: 1 },
    ]),
  );
  assert.equal(counts.accepted, 60);
  everybodyOnce(60, own);
  assert.ok(ses.attempts.length <= 3, `${ses.attempts.length}`);
  const charged = [...house.ledger.recipients(house.campaign)].filter(({ attempts }) => attempts > 1);
  assert.deepEqual(charged, []);
  assert.ok(notices().some((text) => text.startsWith(ses.name) && text.endsWith('The others go on.')));
});

test('what is over the cap of one goes by the other', async () => {
  await house.import(50);
  const [a, b] = [relayNamed('a'), relayNamed('b')];
  const { counts } = await house.finish(
    house.run([
      { relay: a, weight: 1, maxPerDay: 10 },
      { relay: b, weight: 1 },
    ]),
  );
  assert.equal(counts.accepted, 50);
  everybodyOnce(50, a, b);
  assert.equal(a.accepted.length, 10);
  assert.deepEqual(paused(), []);
});

test('what was signed ahead for a relay that is closed leaves by the other', async () => {
  house.sign = async () => 'X-Signed: yes\r\n';
  await house.import(50);
  const [a, b] = [relayNamed('a'), relayNamed('b')];
  const routes = [
    { relay: a, weight: 1, maxPerDay: 5 },
    { relay: b, weight: 1 },
  ];
  const { counts } = await house.finish(house.run(routes));
  assert.equal(counts.accepted, 50);
  everybodyOnce(50, a, b);
  assert.equal(a.accepted.length, 5);
});

test('both capped, the run ends with the earlier time, and the next one goes on then', async () => {
  await house.import(50);
  const [a, b] = [relayNamed('a'), relayNamed('b')];
  const routes: Sketched[] = [
    { relay: a, maxPerDay: 10 },
    { relay: b, maxPerHour: 15 },
  ];
  const begun = house.clock.now();
  const { counts } = await house.finish(house.run(routes));
  assert.deepEqual([counts.accepted, counts.pending], [25, 25]);
  const [pause] = paused();
  assert.deepEqual([pause?.reason, pause?.cap, pause?.relay], ['cap', 'hour', 'b']);
  const wait = pause!.until! - begun;
  assert.ok(wait >= HOUR && wait <= HOUR + 2 * MINUTE, `${wait}`);
  await house.clock.pass(HOUR + 2 * MINUTE);
  await house.finish(house.run(routes));
  everybodyOnce(40, a, b);
  assert.deepEqual([a.accepted.length, b.accepted.length], [10, 30]);
});

test('a relay that is not reached leaves everything to the other, which is said', async () => {
  await house.import(40);
  const [a, b] = [relayNamed('a'), relayNamed('b')];
  a.refusals.push(...Array(99).fill(NOT_REACHED));
  const { counts } = await house.finish(
    house.run([
      { relay: a, weight: 1 },
      { relay: b, weight: 1 },
    ]),
  );
  assert.equal(counts.accepted, 40);
  everybodyOnce(40, b);
  const down = house.events.filter((event) => event.event === 'relay_down');
  assert.deepEqual(
    down.map(({ relay }) => relay),
    ['a'],
  );
});

test('a relay that was down at the start and is back gets its share of the rest', async () => {
  await house.import(2_000);
  const [a, b] = [relayNamed('a'), relayNamed('b')];
  a.refusals.push(NOT_REACHED);
  const { counts } = await house.finish(
    house.run([
      { relay: a, weight: 1, rate: 10 },
      { relay: b, weight: 1, rate: 10 },
    ]),
  );
  assert.equal(counts.accepted, 2_000);
  everybodyOnce(2_000, a, b);
  // Ten a second for the first minute, and then both alike.
  assert.ok(Math.abs(a.accepted.length - 700) <= 60, `${a.accepted.length}`);
  assert.ok(notices().includes('a is there again.'));
});

test('two of three down, the third takes all, signed ahead or not', async () => {
  for (const sign of [undefined, async () => 'X-Signed: yes\r\n']) {
    house.sign = sign;
    const name = `campaign ${String(sign !== undefined)}`;
    await house.import(30, undefined, { name, id: (sign ? 'e' : 'f').repeat(32) });
    const [a, b, c] = [relayNamed('a'), relayNamed('b'), relayNamed('c')];
    for (const relay of [a, b]) relay.refusals.push(...Array(99).fill(NOT_REACHED));
    const all = [a, b, c].map((relay) => ({ relay, weight: 1 }));
    assert.equal((await house.finish(house.run(all))).counts.accepted, 30);
    everybodyOnce(30, c);
  }
});

test('none of them reached, the run ends as with one', async () => {
  await house.import(5);
  const [a, b] = [relayNamed('a'), relayNamed('b')];
  for (const relay of [a, b]) relay.refusals.push(...Array(9).fill(NOT_REACHED));
  await assert.rejects(house.finish(house.run([{ relay: a }, { relay: b }])), { trouble: 'unreachable' });
  assert.equal(house.ledger.overview(house.campaign).counts.pending, 5);
});

test('a relay that refuses the sender is not used any more, and the others go on', async () => {
  await house.import(30);
  const refused = everybody(30, () => [{ code: 530, stage: 'mail', enhanced: '5.7.0' }]);
  const [a, b] = [relayNamed('a', refused), relayNamed('b')];
  const { counts } = await house.finish(
    house.run([
      { relay: a, weight: 1, connections: 1 },
      { relay: b, weight: 1 },
    ]),
  );
  assert.equal(counts.accepted, 30);
  everybodyOnce(30, b);
  assert.equal(a.attempts.length, 1);
});

test('a retry goes by the relay that had it before', async () => {
  await house.import(60);
  const once = () => everybody(60, () => [{ code: 451, stage: 'rcpt', enhanced: '4.7.1' } as const]);
  const [a, b] = [relayNamed('a', once()), relayNamed('b', once())];
  const { counts } = await house.finish(
    house.run(
      [
        { relay: a, weight: 1 },
        { relay: b, weight: 1 },
      ],
      { wait: true },
    ),
  );
  assert.equal(counts.accepted, 60);
  everybodyOnce(60, a, b);
  for (const relay of [a, b]) {
    const tried = relay.attempts.map(({ address }) => address);
    assert.ok(tried.length > 0);
    assert.deepEqual(new Set(tried), new Set(relay.accepted));
    assert.equal(tried.length, 2 * relay.accepted.length);
  }
});

/** A run in which two relays put everybody off, and the time until they are due. */
async function putOff(people: number): Promise<{ readonly hadA: Set<string>; readonly hadB: Set<string> }> {
  await house.import(people);
  const once = () => everybody(people, () => [{ code: 451 } as const]);
  const [a, b] = [relayNamed('a', once()), relayNamed('b', once())];
  const stop = new Stop();
  const run = house.run(byHalves(a, b), {}, stop);
  await house.clock.pass(30_000);
  stop.ask();
  const { counts } = await house.finish(run);
  assert.equal(counts.deferred, people);
  await house.clock.pass(HOUR);
  const had = (relay: ScriptedRelay) => new Set(relay.attempts.map(({ address }) => address));
  return { hadA: had(a), hadB: had(b) };
}

function byHalves(a: ScriptedRelay, b: ScriptedRelay): Sketched[] {
  return [
    { relay: a, weight: 1 },
    { relay: b, weight: 1 },
  ];
}

test('a retry in a later run goes by the relay that had it before', async () => {
  const { hadA, hadB } = await putOff(40);
  const [a, b] = [relayNamed('a'), relayNamed('b')];
  await house.finish(house.run(byHalves(a, b)));
  everybodyOnce(40, a, b);
  assert.deepEqual([new Set(a.accepted), new Set(b.accepted)], [hadA, hadB]);
});

test('a retry goes by another relay when the one that had it before is down', async () => {
  const { hadA } = await putOff(40);
  const [a, b] = [relayNamed('a'), relayNamed('b')];
  a.refusals.push(...Array(99).fill(NOT_REACHED));
  const { counts } = await house.finish(house.run(byHalves(a, b)));
  assert.equal(counts.accepted, 40);
  everybodyOnce(40, b);
  assert.ok(hadA.size > 10);
});

test('what one relay may have is not sent by the other, in this run or the next', async () => {
  await house.import(30);
  const hangs = everybody(30, () => ['hang']);
  const [a, b] = [relayNamed('a', hangs), relayNamed('b')];
  const routes: Sketched[] = [
    { relay: a, weight: 1, connections: 4 },
    { relay: b, weight: 1 },
  ];
  const stop = new Stop();
  const run = house.run(routes, {}, stop);
  await house.clock.pass(MINUTE);
  // What is in A's hands, as after a kill: its marks are durable, and no answer came.
  const inDoubt = a.attempts.map(({ address }) => address);
  assert.equal(inDoubt.length, 4);
  stop.ask();
  stop.ask();
  await house.finish(run);
  assert.equal(house.ledger.overview(house.campaign).counts.in_doubt, 4);
  const second = relayNamed('a');
  const { counts } = await house.finish(house.run([{ relay: second, weight: 1 }, routes[1]!]));
  assert.deepEqual([counts.in_doubt, counts.accepted], [4, 26]);
  const sent = [...b.accepted, ...second.accepted];
  assert.ok(inDoubt.every((address) => !sent.includes(address)));
});

test('a relay that hangs does not hold up the one that waits for its share', async () => {
  await house.import(40);
  const [a, b] = [
    relayNamed(
      'a',
      everybody(40, () => ['hang']),
    ),
    relayNamed('b'),
  ];
  const stop = new Stop();
  const run = house.run(
    [
      { relay: a, weight: 1, connections: 2 },
      { relay: b, weight: 1 },
    ],
    {},
    stop,
  );
  await house.clock.pass(15_000);
  assert.equal(b.accepted.length, 38);
  stop.ask();
  stop.ask();
  await house.finish(run);
});

test('every relay has its own sender, and a message the same id by each of them', async () => {
  await house.import(2);
  const sender = { from: 'Other <other@example.net>', replyTo: '', returnPath: 'back@example.net' };
  const refused: Record<string, Act[]> = {
    [person(1)]: [{ code: 454, text: 'Throttling failure: Daily message quota exceeded' }],
  };
  const ses = relayNamed('smtp://email-smtp.eu-west-1.amazonaws.com:587', refused);
  const own = relayNamed('own');
  await house.finish(
    house.run([
      { relay: ses, connections: 1 },
      { relay: own, sender, rate: 0.1 },
    ]),
  );
  const [first] = ses.octets.get(person(1)) ?? [];
  const [second] = own.octets.get(person(1)) ?? [];
  assert.match(first ?? '', /^From: News <news@example\.com>/m);
  assert.match(second ?? '', /^From: Other <other@example\.net>/m);
  for (const header of ['Message-ID', 'Date', 'X-Mailblast-ID']) {
    const value = (text = '') => new RegExp(`^${header}: (.*)`, 'mi').exec(text)?.[1];
    assert.ok(value(first));
    assert.equal(value(first), value(second), header);
  }
});

test('--limit counts over all relays, and the bound of what may be in doubt is their sum', async () => {
  await house.import(40);
  const [a, b] = [relayNamed('a'), relayNamed('b')];
  await house.finish(
    house.run(
      [
        { relay: a, connections: 2, depth: 3 },
        { relay: b, connections: 4 },
      ],
      { limit: 15 },
    ),
  );
  everybodyOnce(15, a, b);
  const start = house.events.find((event) => event.event === 'start');
  assert.equal(start?.in_doubt_at_most, 10);
  assert.deepEqual(
    start?.relays.map(({ relay, connections }) => [relay, connections]),
    [
      ['a', 2],
      ['b', 4],
    ],
  );
});

test('each event names the relay', async () => {
  await house.import(10);
  const [a, b] = [relayNamed('a'), relayNamed('b')];
  await house.finish(
    house.run([
      { relay: a, weight: 1 },
      { relay: b, weight: 1 },
    ]),
  );
  for (const event of house.events) {
    if (event.event !== 'accepted') continue;
    assert.ok((event.relay === 'a' ? a : b).accepted.includes(event.address));
  }
});
