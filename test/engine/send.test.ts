import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { MailblastError } from '../../src/domain/errors.js';
import { Stop } from '../../src/engine/stop.js';
import { settle } from '../held-clock.js';
import { person, TestCampaign } from './campaigns.js';
import { ScriptedRelay } from './scripted-relay.js';

let house: TestCampaign;
beforeEach(() => {
  house = new TestCampaign();
});
afterEach(() => house.close());

test('everybody is sent once and the campaign is complete', async () => {
  await house.import(1_234);
  const relay = new ScriptedRelay(house.clock);
  const { counts } = await house.finish(house.run(relay));
  assert.equal(counts.accepted, 1_234);
  assert.equal(new Set(relay.accepted).size, 1_234);
  assert.equal(relay.accepted.length, 1_234);
  assert.ok(relay.most <= 3);
});

test('a complete campaign sends nothing when run again', async () => {
  await house.import(5);
  await house.finish(house.run(new ScriptedRelay(house.clock)));
  const again = new ScriptedRelay(house.clock);
  const { counts } = await house.finish(house.run(again));
  assert.equal(counts.accepted, 5);
  assert.equal(again.opened, 0);
});

test('the rate holds from the first message, without a burst', async () => {
  await house.import(40);
  const relay = new ScriptedRelay(house.clock);
  await house.finish(house.run(relay, { rate: 20 }));
  const moments = relay.attempts.map(({ at }) => at);
  for (const start of moments) {
    const window = moments.filter((at) => at >= start && at < start + 1_000).length;
    assert.ok(window <= 21, `${window} messages in one second`);
  }
  assert.equal(moments.at(-1)! - moments[0]!, 39 * 50);
});

test('at a rate that one session can hold, no second one is opened', async () => {
  await house.import(20);
  const relay = new ScriptedRelay(house.clock);
  await house.finish(house.run(relay, { rate: 10 }));
  assert.equal(relay.most, 1);
});

test('a slow relay gets as many sessions as the rate needs', async () => {
  await house.import(60);
  const relay = new ScriptedRelay(house.clock, {}, () => house.clock.sleep(250));
  await house.finish(house.run(relay, { rate: 10, connections: 5 }));
  assert.equal(relay.most, 3);
  const moments = relay.attempts.map(({ at }) => at);
  assert.ok(moments.at(-1)! - moments[0]! <= 60 * 100 + 500);
});

test('a relay that let the first session in has the others opened at the same time', async () => {
  await house.import(60);
  const relay = new ScriptedRelay(house.clock, {}, () => house.clock.sleep(250));
  const begun: number[] = [];
  relay.opening = async () => {
    begun.push(house.clock.monotonic());
    await house.clock.sleep(400);
  };
  await house.finish(house.run(relay, { rate: Number.POSITIVE_INFINITY, connections: 5 }));
  assert.deepEqual(
    begun.map((at) => at - begun[0]!),
    [0, 400, 400, 400, 400],
  );
});

test('no more sessions are opened at the same time than messages may leave at once', async () => {
  await house.import(60);
  const relay = new ScriptedRelay(house.clock, {}, () => house.clock.sleep(250));
  relay.opening = () => house.clock.sleep(400);
  await house.finish(house.run(relay, { rate: 10, connections: 5 }));
  assert.equal(relay.mostOpening, 1);
});

test('no more sessions are opened than messages wait', async () => {
  await house.import(4);
  const relay = new ScriptedRelay(house.clock, {}, () => house.clock.sleep(250));
  relay.opening = () => house.clock.sleep(400);
  await house.finish(house.run(relay, { rate: Number.POSITIVE_INFINITY, connections: 10 }));
  assert.equal(relay.accepted.length, 4);
  assert.ok(relay.opened <= 4, `${relay.opened} sessions for 4 messages`);
});

test('sessions that fail together are one failure, and the next one is tried alone', async () => {
  await house.import(60);
  const relay = new ScriptedRelay(house.clock, {}, () => house.clock.sleep(250));
  relay.opening = () => house.clock.sleep(400);
  const gone = { stage: 'connect', reply: undefined, why: 'no route' } as const;
  relay.refusals.push(undefined, gone, gone, gone, gone);
  const begun: number[] = [];
  const { open } = relay;
  relay.open = () => {
    begun.push(house.clock.monotonic());
    return open.call(relay);
  };
  const { counts } = await house.finish(house.run(relay, { rate: Number.POSITIVE_INFINITY, connections: 5 }));
  assert.equal(counts.accepted, 60);
  // The first failure, at 800, counts for those that were under way. A second later one is tried at a time, until one answers.
  assert.deepEqual(
    begun.slice(5).map((at) => at - begun[0]!),
    [1800, 2200, 2450, 2450],
  );
});

test('a refused recipient is rejected with the relay’s words, and the session goes on', async () => {
  await house.import(10);
  const relay = new ScriptedRelay(house.clock, { [person(3)]: [{ code: 550, stage: 'rcpt' }] });
  const { counts } = await house.finish(house.run(relay, { connections: 1 }));
  assert.equal(counts.rejected, 1);
  assert.equal(counts.accepted, 9);
  assert.equal(relay.opened, 1);
  const [record] = [...house.ledger.recipients(house.campaign, ['rejected'])];
  assert.equal(record?.address, person(3));
  assert.equal(record?.reply?.code, 550);
});

test('a deferred delivery is tried again after a minute, with the same octets', async () => {
  await house.import(2);
  const relay = new ScriptedRelay(house.clock, { [person(1)]: [{ code: 451 }] });
  const { counts } = await house.finish(house.run(relay));
  assert.equal(counts.accepted, 2);
  const [first, second] = relay.attempts.filter(({ address }) => address === person(1));
  assert.ok(second!.at - first!.at >= 60_000 && second!.at - first!.at < 68_000);
  const [before, after] = relay.octets.get(person(1))!;
  assert.equal(before, after);
});

test('what falls due in more than five minutes is left to the next run, unless --wait', async () => {
  await house.import(1);
  const acts = () => new ScriptedRelay(house.clock, { [person(1)]: Array(3).fill({ code: 451 }) });
  const overview = await house.finish(house.run(acts()));
  assert.equal(overview.counts.deferred, 1);
  assert.ok(overview.nextDue! - house.clock.now() > 5 * 60_000);
  const waited = await house.finish(house.run(acts(), { wait: true }));
  assert.equal(waited.counts.accepted, 1);
});

test('a delivery that is put off for longer than --retry-for expires', async () => {
  await house.import(1);
  const relay = new ScriptedRelay(house.clock, { [person(1)]: Array(9).fill({ code: 451 }) });
  const { counts } = await house.finish(house.run(relay, { retryFor: 10 * 60_000, wait: true }));
  assert.equal(counts.expired, 1);
  // At 0, 1 and 6 minutes; the next would be at 21.
  assert.equal(relay.attempts.length, 3);
});

test('a connection lost before the last octet costs nobody anything', async () => {
  await house.import(3);
  const relay = new ScriptedRelay(house.clock, { [person(2)]: ['lose'] });
  const { counts } = await house.finish(house.run(relay, { connections: 1 }));
  assert.equal(counts.accepted, 3);
  assert.deepEqual([...new Set(relay.accepted)].length, 3);
});

test('a connection lost after the last octet leaves the delivery in doubt, and it is not sent again', async () => {
  await house.import(3);
  const relay = new ScriptedRelay(house.clock, { [person(2)]: ['lose-after'] });
  const { counts } = await house.finish(house.run(relay, { connections: 1 }));
  assert.equal(counts.in_doubt, 1);
  assert.equal(counts.accepted, 2);
  const again = new ScriptedRelay(house.clock);
  await house.finish(house.run(again));
  assert.equal(again.attempts.length, 0);
});

test('in doubt is sent again with the same octets on the user’s word', async () => {
  await house.import(3);
  const relay = new ScriptedRelay(house.clock, { [person(2)]: ['lose-after'] });
  await house.finish(house.run(relay, { connections: 1 }));
  await house.clock.pass(3_600_000);
  const again = new ScriptedRelay(house.clock);
  const { counts } = await house.finish(house.run(again, { inDoubt: 'resend' }));
  assert.equal(counts.accepted, 3);
  assert.deepEqual(again.accepted, [person(2)]);
  assert.equal(again.octets.get(person(2))![0], relay.octets.get(person(2))![0]);
});

test('in doubt counts as accepted on the user’s word', async () => {
  await house.import(3);
  await house.finish(house.run(new ScriptedRelay(house.clock, { [person(2)]: ['lose-after'] })));
  const again = new ScriptedRelay(house.clock);
  const { counts } = await house.finish(house.run(again, { inDoubt: 'assume-accepted' }));
  assert.equal(counts.accepted, 3);
  assert.equal(again.attempts.length, 0);
});

test('a refused sender stops the run at once and nobody is charged', async () => {
  await house.import(100);
  const scripts = Object.fromEntries(
    Array.from({ length: 100 }, (_, i) => [person(i + 1), [{ code: 553, stage: 'mail' as const }]]),
  );
  const relay = new ScriptedRelay(house.clock, scripts);
  await assert.rejects(
    house.finish(house.run(relay)),
    (error) => error instanceof MailblastError && error.trouble === 'refused',
  );
  assert.ok(relay.attempts.length <= 3, `${relay.attempts.length} attempts`);
  assert.equal(house.ledger.overview(house.campaign).counts.pending, 100);
});

test('a relay that was never reached ends the run as unreachable', async () => {
  await house.import(3);
  const relay = new ScriptedRelay(house.clock);
  relay.refusals.push({ stage: 'connect', reply: undefined, why: 'nobody answers' });
  await assert.rejects(
    house.finish(house.run(relay)),
    (error) =>
      error instanceof MailblastError &&
      error.trouble === 'unreachable' &&
      /nobody answers/.test(error.message),
  );
});

test('a relay lost in mid-run is tried again, and the run goes on when it is back', async () => {
  await house.import(6);
  const relay = new ScriptedRelay(house.clock, { [person(3)]: ['lose'] });
  const gone = { stage: 'connect', reply: undefined, why: 'refused' } as const;
  relay.refusals.push(undefined, gone, gone, gone);
  const { counts } = await house.finish(house.run(relay, { connections: 1 }));
  assert.equal(counts.accepted, 6);
  assert.ok(house.events.some((event) => event.event === 'notice' && /lost/.test(event.text)));
  assert.ok(house.events.some((event) => event.event === 'notice' && /back/.test(event.text)));
});

test('a relay that stays lost for five minutes ends the run as unfinished', async () => {
  await house.import(6);
  const relay = new ScriptedRelay(house.clock, { [person(3)]: ['lose'] });
  const gone = { stage: 'connect', reply: undefined, why: 'refused' } as const;
  relay.refusals.push(undefined, ...Array(100).fill(gone));
  const before = house.clock.now();
  await assert.rejects(
    house.finish(house.run(relay, { connections: 1 })),
    (error) => error instanceof MailblastError && error.trouble === 'unfinished',
  );
  const minutes = (house.clock.now() - before) / 60_000;
  assert.ok(minutes >= 5 && minutes < 6.5, `${minutes} minutes`);
});

test('asked to stop, a run begins nothing new and finishes what is in flight', async () => {
  await house.import(50);
  const relay = new ScriptedRelay(house.clock, {}, () => house.clock.sleep(1_000));
  const stop = new Stop();
  const run = house.run(relay, { connections: 3 }, stop);
  await house.clock.pass(2_500);
  const begun = relay.attempts.length;
  stop.ask();
  const { counts } = await house.finish(run);
  assert.equal(relay.attempts.length, begun);
  assert.equal(counts.accepted, begun);
  assert.equal(counts.in_doubt, 0);
});

test('what has no reply 20 s after the wish to stop is in doubt', async () => {
  await house.import(5);
  const relay = new ScriptedRelay(house.clock, { [person(1)]: ['hang'] });
  const stop = new Stop();
  const run = house.run(relay, { connections: 1 }, stop);
  await house.clock.pass(1_000);
  stop.ask();
  await house.clock.pass(19_000);
  assert.equal(house.ledger.overview(house.campaign).counts.transmitting, 1);
  const { counts } = await house.finish(run);
  assert.equal(counts.in_doubt, 1);
  assert.equal(counts.pending, 4);
});

test('asked twice, a run stops at once', async () => {
  await house.import(5);
  const relay = new ScriptedRelay(house.clock, { [person(1)]: ['hang'] });
  const stop = new Stop();
  const run = house.run(relay, { connections: 1 }, stop);
  await house.clock.pass(1_000);
  stop.ask();
  stop.ask();
  await settle();
  const { counts } = await run;
  assert.equal(counts.in_doubt, 1);
});

test('--limit bounds the messages of one run', async () => {
  await house.import(20);
  const relay = new ScriptedRelay(house.clock);
  const { counts } = await house.finish(house.run(relay, { limit: 7 }));
  assert.equal(counts.accepted, 7);
  assert.equal(counts.pending, 13);
});

test('a row that cannot be merged ends as invalid with its field named, and the run goes on', async () => {
  await house.import(
    5,
    (number): Record<string, string> => (number === 2 ? { link: 'javascript:alert(1)' } : {}),
  );
  const { counts } = await house.finish(house.run(new ScriptedRelay(house.clock)));
  assert.equal(counts.invalid, 1);
  assert.equal(counts.accepted, 4);
  const [record] = [...house.ledger.recipients(house.campaign, ['invalid'])];
  assert.match(record!.reason, /link/);
});

test('an idle session says QUIT after 15 s and another is opened when it is needed', async () => {
  await house.import(2);
  const relay = new ScriptedRelay(house.clock);
  const run = house.run(relay, { rate: 1 / 60, connections: 1 });
  await house.clock.pass(14_000);
  assert.equal(relay.open_, 1);
  await house.clock.pass(2_000);
  assert.equal(relay.open_, 0);
  const { counts } = await house.finish(run);
  assert.equal(counts.accepted, 2);
  assert.equal(relay.opened, 2);
});

test('a ledger that cannot be written stops the run before the last octets leave', async () => {
  await house.import(10);
  const record = house.ledger.record.bind(house.ledger);
  let groups = 0;
  house.ledger.record = async (group) => {
    if (++groups > 2) throw new MailblastError('cannot_write', 'The disk is full.');
    return record(group);
  };
  const relay = new ScriptedRelay(house.clock);
  await assert.rejects(
    house.finish(house.run(relay, { connections: 1 })),
    (error) => error instanceof MailblastError && error.trouble === 'cannot_write',
  );
  house.ledger.record = record;
  const { counts } = house.ledger.overview(house.campaign);
  assert.equal(relay.accepted.length, counts.accepted + counts.transmitting);
  assert.ok(counts.transmitting <= 1);
});

test('a relay that answers 421 on every new connection is not hammered', async () => {
  await house.import(5);
  const acts = Array(500).fill({ code: 421, stage: 'mail' });
  const relay = new ScriptedRelay(
    house.clock,
    Object.fromEntries([1, 2, 3, 4, 5].map((n) => [person(n), acts])),
  );
  await assert.rejects(
    house.finish(house.run(relay)),
    (error) => error instanceof MailblastError && error.trouble === 'unfinished',
  );
  // Four more than one may be on their way when the first one is refused; after that, one at a time and ever more seldom.
  assert.ok(relay.opened <= 30 + 4, `${relay.opened} connections in five minutes`);
  assert.equal(house.ledger.overview(house.campaign).counts.pending, 5);
});
