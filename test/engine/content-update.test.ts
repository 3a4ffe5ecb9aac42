// A content that was updated is for those who were never tried; a second copy is the first one, to the last octet.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { CONTENT, person, TestCampaign } from './campaigns.js';
import { ScriptedRelay } from './scripted-relay.js';

let house: TestCampaign;
beforeEach(() => {
  house = new TestCampaign();
});
afterEach(() => house.close());

const update = (people: number, subject: string) =>
  house.import(people, undefined, {
    replaceContent: true,
    contentHash: subject,
    content: { ...CONTENT, subject },
  });

const subjects = (relay: ScriptedRelay, number: number) =>
  (relay.octets.get(person(number)) ?? []).map((octets) => /^Subject: (.*)\r$/m.exec(octets)?.[1]);

test('what was deferred or in doubt is sent again with its first octets, and the others get the new content', async () => {
  await house.import(6);
  const first = new ScriptedRelay(house.clock, {
    [person(2)]: Array(9).fill({ code: 451 }),
    [person(3)]: ['lose-after'],
  });
  await house.finish(house.run(first, { limit: 4, connections: 1 }));
  await house.clock.pass(3_600_000);
  await update(6, 'Second {{name}}');
  const second = new ScriptedRelay(house.clock);
  const { counts } = await house.finish(house.run(second, { inDoubt: 'resend', connections: 1 }));
  assert.equal(counts.accepted, 6);
  for (const number of [2, 3]) {
    assert.deepEqual(second.octets.get(person(number)), first.octets.get(person(number))!.slice(0, 1));
  }
  assert.deepEqual(subjects(first, 1), ['Hello P1']);
  assert.deepEqual(subjects(second, 5), ['Second P5']);
  assert.deepEqual(subjects(second, 6), ['Second P6']);
});

test('every content that was ever sent is kept, and the newest is for those who were never tried', async () => {
  await house.import(4);
  const late = Object.fromEntries([1, 2, 3].map((n) => [person(n), Array(9).fill({ code: 451 })]));
  const relays: ScriptedRelay[] = [];
  for (const subject of ['Hello {{name}}', 'Second {{name}}', 'Third {{name}}']) {
    if (relays.length > 0) await update(4, subject);
    relays.push(new ScriptedRelay(house.clock, late));
    // What is deferred falls due after those that were never tried.
    await house.finish(house.run(relays.at(-1)!, { limit: 1, connections: 1 }));
  }
  await house.clock.pass(3_600_000);
  const last = new ScriptedRelay(house.clock);
  await house.finish(house.run(last));
  assert.deepEqual(
    [1, 2, 3, 4].map((number) => subjects(last, number)[0]),
    ['Hello P1', 'Second P2', 'Third P3', 'Third P4'],
  );
  relays.forEach((relay, i) => {
    assert.deepEqual(last.octets.get(person(i + 1)), relay.octets.get(person(i + 1)));
  });
});

test('what was refused before its last octet left was never marked, and gets the new content', async () => {
  await house.import(1);
  const refusing = new ScriptedRelay(house.clock, {
    [person(1)]: Array(9).fill({ code: 451, stage: 'rcpt' }),
  });
  await house.finish(house.run(refusing));
  await house.clock.pass(3_600_000);
  await update(1, 'Second {{name}}');
  const second = new ScriptedRelay(house.clock);
  await house.finish(house.run(second));
  assert.deepEqual(subjects(second, 1), ['Second P1']);
});
