// Who is on the suppression list is not mailed, whenever they came onto it.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { MailblastError } from '../../src/domain/errors.js';
import { person, TestCampaign } from './campaigns.js';
import { ScriptedRelay } from './scripted-relay.js';

let house: TestCampaign;
beforeEach(() => {
  house = new TestCampaign();
});
afterEach(() => house.close());

const suppress = (...entries: string[]) =>
  house.ledger.suppressions.add(
    entries.map((entry) => ({ entry, reason: 'unsubscribed', source: 'test' })),
    house.clock.now(),
  );

test('who is suppressed is not mailed, and counted with the reason', async () => {
  await house.import(10);
  await suppress(person(3), person(7));
  const relay = new ScriptedRelay(house.clock);
  const { counts } = await house.finish(house.run(relay));
  assert.deepEqual([counts.accepted, counts.suppressed, counts.pending], [8, 2, 0]);
  assert.ok(!relay.attempts.some(({ address }) => address === person(3) || address === person(7)));
  const [record] = [...house.ledger.recipients(house.campaign, ['suppressed'])];
  assert.deepEqual(
    [record?.address, record?.reason, record?.relay, record?.attempts],
    [person(3), 'the address is suppressed (unsubscribed)', '', 0],
  );
  const told = house.events.flatMap((event) => (event.event === 'suppressed' ? [event.address] : []));
  assert.deepEqual(told, [person(3), person(7)]);
  assert.equal(house.events.find((event) => event.event === 'done')?.state, 'complete');
});

test('a suppressed domain covers all of its addresses', async () => {
  await house.import(1_300);
  await suppress('@example.org');
  const relay = new ScriptedRelay(house.clock);
  const { counts } = await house.finish(house.run(relay));
  assert.equal(counts.suppressed, 1_300);
  assert.equal(relay.attempts.length, 0);
});

test('who unsubscribes during the run is not mailed any more', async () => {
  await house.import(20);
  const relay = new ScriptedRelay(house.clock);
  const run = house.run(relay, { rate: 1 });
  await house.clock.pass(5_500);
  await suppress(person(15));
  const { counts } = await house.finish(run);
  assert.deepEqual([counts.accepted, counts.suppressed], [19, 1]);
  assert.ok(!relay.accepted.includes(person(15)));
});

test('who unsubscribes while the signed message waits for its moment is not mailed', async () => {
  house.sign = async () => 'DKIM-Signature: test\r\n';
  await house.import(4);
  const relay = new ScriptedRelay(house.clock);
  const run = house.run(relay, { rate: 1 / 60 });
  await house.clock.pass(70_000);
  // The second was sent after a minute, and the third has been signed since.
  await suppress(person(3));
  const { counts } = await house.finish(run);
  assert.deepEqual([counts.accepted, counts.suppressed], [3, 1]);
  assert.ok(!relay.accepted.includes(person(3)));
});

test('a deferred delivery is looked up again when it falls due', async () => {
  await house.import(2);
  const relay = new ScriptedRelay(house.clock, { [person(1)]: [{ code: 451 }] });
  const run = house.run(relay);
  await house.clock.pass(10_000);
  await suppress(person(1));
  const { counts } = await house.finish(run);
  assert.deepEqual([counts.accepted, counts.suppressed, counts.deferred], [1, 1, 0]);
  assert.equal(relay.attempts.filter(({ address }) => address === person(1)).length, 1);
});

test('the suppressed do not use up --limit', async () => {
  await house.import(10);
  await suppress(person(1), person(2), person(3));
  const { counts } = await house.finish(house.run(new ScriptedRelay(house.clock), { limit: 4 }));
  assert.deepEqual([counts.accepted, counts.suppressed, counts.pending], [4, 3, 3]);
});

test('who is taken off the list again is mailed by the next run, and nobody else is', async () => {
  await house.import(5);
  await suppress(person(2), person(4));
  await house.finish(house.run(new ScriptedRelay(house.clock)));
  await house.ledger.suppressions.remove(person(4));
  const again = new ScriptedRelay(house.clock);
  const { counts } = await house.finish(house.run(again));
  assert.deepEqual(again.accepted, [person(4)]);
  assert.deepEqual([counts.accepted, counts.suppressed], [4, 1]);
  assert.deepEqual(
    house.events.filter((event) => event.event === 'start').map(({ unsuppressed }) => unsuppressed),
    [0, 1],
  );
});

test('a list that cannot be read stops the run, and nobody is mailed unasked', async () => {
  await house.import(5);
  const broken = new MailblastError('cannot_write', 'The disk could not be read.');
  Object.defineProperty(house.ledger.suppressions, 'of', {
    value: () => {
      throw broken;
    },
  });
  const relay = new ScriptedRelay(house.clock);
  await assert.rejects(house.finish(house.run(relay)), (error) => error === broken);
  assert.equal(relay.attempts.length, 0);
  assert.equal(house.ledger.overview(house.campaign).counts.pending, 5);
});
