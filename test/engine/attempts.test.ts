// Every attempt that was not accepted at its first try is kept, with its stage, words and what became of the delivery.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { person, TestCampaign } from './campaigns.js';
import { ScriptedRelay } from './scripted-relay.js';

let house: TestCampaign;
beforeEach(() => {
  house = new TestCampaign();
});
afterEach(() => house.close());

test('refusals, retries and what was lost are kept; what went through at once is not', async () => {
  await house.import(5);
  const relay = new ScriptedRelay(house.clock, {
    [person(1)]: [{ code: 451, stage: 'rcpt', text: 'later' }],
    [person(2)]: [{ code: 550, text: 'no' }],
    [person(3)]: ['lose'],
    [person(4)]: ['lose-after'],
  });
  await house.finish(house.run(relay, { connections: 1 }));
  const kept = [...house.ledger.attempts(house.campaign)];
  assert.deepEqual(
    kept.map(({ address, stage, state, reply, reason }) => [address, stage, state, reply?.code ?? reason]),
    [
      [person(1), 'rcpt', 'deferred', 451],
      [person(1), 'body', 'accepted', 250],
      [person(2), 'body', 'rejected', 550],
      [person(3), 'rcpt', 'pending', 'the connection was reset'],
      [person(4), 'body', 'in_doubt', 'the connection was reset'],
    ],
  );
  assert.ok(kept.every(({ relay: name, tookMs }) => name === 'scripted' && tookMs >= 0));
  const rejected = [...house.ledger.attempts(house.campaign, ['rejected'])];
  assert.deepEqual(
    rejected.map(({ address }) => address),
    [person(2)],
  );
});
