// A relay that pushes back: nobody is charged for its limits, and a quota ends the run in a way that can be gone on from.

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

const FULL = { code: 454, text: 'Throttling failure: Daily message quota exceeded' };
const TOO_FAST = { code: 454, text: 'Throttling failure: Maximum sending rate exceeded' };

test('what a relay throttles after the body is sent again, and nobody is charged for it', async () => {
  await house.import(4);
  const relay = new ScriptedRelay(house.clock, { [person(2)]: [TOO_FAST, TOO_FAST] });
  const { counts } = await house.finish(house.run(relay, { connections: 1 }));
  assert.equal(counts.accepted, 4);
  assert.equal(relay.attempts.filter(({ address }) => address === person(2)).length, 3);
  const record = [...house.ledger.recipients(house.campaign)].find(({ address }) => address === person(2));
  assert.equal(record?.attempts, 1);
});

test('a quota that is used up ends the run as unfinished, with nobody charged, and the next run goes on', async () => {
  await house.import(4);
  const relay = new ScriptedRelay(house.clock, { [person(2)]: [FULL] });
  await house.finish(house.run(relay, { connections: 1 }));
  assert.equal(relay.attempts.length, 2);
  const paused = house.events.find((event) => event.event === 'paused');
  assert.equal(paused?.reason, 'rest');
  const left = paused!.until! - house.clock.now();
  assert.ok(left > 3_590_000 && left <= 3_600_000, `${left} ms`);
  assert.ok(house.events.some((event) => event.event === 'notice' && /24 hours/.test(event.text)));
  const record = [...house.ledger.recipients(house.campaign)].find(({ address }) => address === person(2));
  assert.deepEqual([record?.state, record?.attempts], ['pending', 0]);
  const { counts } = await house.finish(house.run(relay, { connections: 1 }));
  assert.equal(counts.accepted, 4);
});

test('a relay that names the moment rests until then and a minute, a day at the most', async () => {
  const HOUR = 3_600_000;
  for (const [named, rests] of [
    ['Tue, 24 Nov 2026 12:40:00 UTC', (40 + 1) * 60_000],
    ['Tue, 24 Nov 2026 11:40:00 UTC', 60_000],
    ['Thu, 24 Dec 2026 12:00:00 UTC', 24 * HOUR],
    ['tomorrow', HOUR / 4],
  ] as const) {
    const own = new TestCampaign();
    await own.import(2);
    const text = `Domain example.org is not allowed to send: recipient limit exceeded, try again after ${named}`;
    const relay = new ScriptedRelay(own.clock, { [person(1)]: [{ code: 421, stage: 'data', text }] });
    const begun = own.clock.now();
    await own.finish(own.run(relay, { connections: 1 }));
    const paused = own.events.findLast((event) => event.event === 'paused');
    if (rests <= 5 * 60_000) assert.equal(own.ledger.overview(own.campaign).counts.accepted, 2);
    else assert.ok(Math.abs(paused!.until! - begun - rests) < 10_000, `${named}: ${paused!.until! - begun}`);
    own.close();
  }
});

test('a connection that takes no more messages is replaced, and nobody is charged', async () => {
  await house.import(9);
  const spent = {
    code: 452,
    stage: 'mail',
    enhanced: '4.5.3',
    text: 'Too many recipients: Too many messages sent',
  } as const;
  const relay = new ScriptedRelay(house.clock, { [person(4)]: [spent], [person(7)]: [spent] });
  const { counts } = await house.finish(house.run(relay, { connections: 1 }));
  assert.equal(counts.accepted, 9);
  assert.equal(relay.opened, 3);
  assert.ok([...house.ledger.recipients(house.campaign)].every(({ attempts }) => attempts === 1));
});

test('a relay that refuses the first message of every connection so is given up as one that is lost', async () => {
  await house.import(2);
  const spent = { code: 452, stage: 'mail', text: 'Too many messages sent' } as const;
  const always = Array(200).fill(spent);
  const relay = new ScriptedRelay(house.clock, { [person(1)]: [...always], [person(2)]: [...always] });
  await assert.rejects(house.finish(house.run(relay, { connections: 1 })), { trouble: 'unfinished' });
  assert.ok(relay.opened < 40, `${relay.opened}`);
  assert.equal(house.ledger.overview(house.campaign).counts.pending, 2);
});

test('--wait waits for the relay to be asked again', async () => {
  await house.import(3);
  const relay = new ScriptedRelay(house.clock, { [person(2)]: [FULL] });
  const { counts } = await house.finish(house.run(relay, { connections: 1, wait: true }));
  assert.equal(counts.accepted, 3);
  const [before, after] = relay.attempts.filter(({ address }) => address === person(2));
  assert.ok(after!.at - before!.at >= 3_600_000 && after!.at - before!.at < 3_602_000);
});

test('a recipient domain that takes no more is left alone, the others go on, and nobody is charged', async () => {
  const text = 'Our system has detected an unusual rate of unsolicited mail';
  const flood = { code: 421, stage: 'rcpt', enhanced: '4.7.28', text } as const;
  await house.import(['a@busy.example', 'b@busy.example', 'c@other.example']);
  const relay = new ScriptedRelay(house.clock, { 'a@busy.example': [flood] });
  const { counts } = await house.finish(house.run(relay, { connections: 1 }));
  assert.equal(counts.accepted, 3);
  const at = (address: string) =>
    relay.attempts.filter((attempt) => attempt.address === address).map((a) => a.at);
  assert.equal(at('a@busy.example').length, 2);
  assert.ok(at('a@busy.example')[1]! >= 60_000);
  // Held without a word to the relay.
  assert.equal(at('b@busy.example').length, 1);
  assert.ok(at('b@busy.example')[0]! >= 60_000);
  assert.ok(at('c@other.example')[0]! < 2000);
  for (const record of house.ledger.recipients(house.campaign)) assert.equal(record.attempts, 1);
});

test('greylisting is waited out for five minutes, whatever came before', async () => {
  await house.import(1);
  const grey = { code: 450, stage: 'rcpt', text: 'Recipient address rejected: Greylisted' } as const;
  const relay = new ScriptedRelay(house.clock, { [person(1)]: [grey, grey] });
  const { counts } = await house.finish(house.run(relay, { wait: true }));
  assert.equal(counts.accepted, 1);
  const [first, second, third] = relay.attempts.map(({ at }) => at);
  for (const waited of [second! - first!, third! - second!]) {
    assert.ok(waited >= 300_000 && waited < 302_000, `${waited} ms`);
  }
});

test('a login that is refused for a quota ends the run as unfinished, not as wrong', async () => {
  await house.import(1);
  const relay = new ScriptedRelay(house.clock);
  relay.refusals.push({
    stage: 'auth',
    reply: { code: 451, enhanced: '', text: 'Authentication failed: Maximum credits exceeded' },
    why: 'the relay refused the login (451 Authentication failed: Maximum credits exceeded)',
  });
  await assert.rejects(
    house.finish(house.run(relay)),
    (error) =>
      error instanceof MailblastError && error.trouble === 'unfinished' && /credits/.test(error.message),
  );
});
