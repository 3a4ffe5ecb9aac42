import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { TestCampaign } from './campaigns.js';
import { ScriptedRelay } from './scripted-relay.js';

let house: TestCampaign;
beforeEach(() => {
  house = new TestCampaign();
});
afterEach(() => house.close());

async function signed(): Promise<string> {
  await new Promise((resolve) => setImmediate(resolve));
  return 'DKIM-Signature: test\r\n';
}

test('every message leaves with its signature, and everybody is sent once', async () => {
  house.sign = signed;
  await house.import(700);
  const relay = new ScriptedRelay(house.clock);
  const { counts } = await house.finish(house.run(relay));
  assert.equal(counts.accepted, 700);
  assert.equal(new Set(relay.accepted).size, 700);
  for (const [copy] of relay.octets.values()) assert.match(copy!, /^DKIM-Signature: test\r\n/);
});

test('a signed campaign keeps its rate and its limit', async () => {
  house.sign = signed;
  await house.import(40);
  const relay = new ScriptedRelay(house.clock);
  const { counts } = await house.finish(house.run(relay, { rate: 10, limit: 25 }));
  assert.equal(counts.accepted, 25);
  assert.equal(counts.pending, 15);
  const moments = relay.attempts.map(({ at }) => at);
  assert.ok(moments.at(-1)! - moments[0]! >= 24 * 100);
});

test('when signing fails nothing leaves unsigned and the run stops', async () => {
  let asked = 0;
  house.sign = async () => {
    if (++asked > 3) throw new Error('the key is gone');
    return signed();
  };
  await house.import(50);
  const relay = new ScriptedRelay(house.clock);
  await assert.rejects(house.finish(house.run(relay)), /the key is gone/);
  for (const [copy] of relay.octets.values()) assert.match(copy!, /^DKIM-Signature: test\r\n/);
  const { counts } = house.ledger.overview(house.campaign);
  assert.equal(counts.accepted, relay.accepted.length);
  assert.equal(counts.accepted + counts.pending, 50);
});
