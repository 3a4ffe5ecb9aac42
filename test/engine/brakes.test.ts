// A run that is refused too often stops, keeps why, and is not begun again by the same command.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { MailblastError } from '../../src/domain/errors.js';
import { TestCampaign } from './campaigns.js';
import { type Act, ScriptedRelay } from './scripted-relay.js';

let house: TestCampaign;
beforeEach(() => {
  house = new TestCampaign();
});
afterEach(() => house.close());

test('the same refusal from many domains stops the run, with why in the ledger until it is lifted', async () => {
  const people = Array.from({ length: 100 }, (_, n) => `p@d${n}.example`);
  await house.import(people);
  const refused = Object.fromEntries(
    people.map((address): [string, Act[]] => [address, [{ code: 550, stage: 'rcpt', text: 'blocked' }]]),
  );
  const relay = new ScriptedRelay(house.clock, refused);
  await assert.rejects(
    house.finish(house.run(relay, { maxRejected: 0.5 })),
    (error) =>
      error instanceof MailblastError &&
      error.trouble === 'unfinished' &&
      /from 20 domains in a row.*mailblast resume test lifts/.test(error.message),
  );
  assert.ok(relay.attempts.length <= 23, `${relay.attempts.length}`);
  assert.ok(house.events.some((event) => event.event === 'paused' && event.reason === 'brake'));
  const done = house.events.find((event) => event.event === 'done');
  assert.equal(done?.event === 'done' && done.state, 'paused');
  const campaign = house.ledger.find('test')!;
  assert.match(campaign.braked!.reason, /^The same refusal came from 20 domains in a row/);
  assert.ok(Math.abs(campaign.braked!.at - house.clock.now()) <= 1_000);
  house.ledger.liftBrake(campaign);
  assert.equal(house.ledger.find('test')!.braked, undefined);
});

test('more refusals than --max-rejected stop the run once 50 deliveries have ended', async () => {
  await house.import(300);
  const refused = Object.fromEntries(
    Array.from({ length: 300 }, (_, n): [string, Act[]] => [
      `p${n + 1}@example.org`,
      [{ code: n % 10 === 0 ? 550 : 250 }],
    ]),
  );
  const relay = new ScriptedRelay(house.clock, refused);
  await assert.rejects(house.finish(house.run(relay, { maxRejected: 0.05 })), /--max-rejected 5%/);
  assert.ok(relay.attempts.length >= 50 && relay.attempts.length < 60, `${relay.attempts.length}`);
});
