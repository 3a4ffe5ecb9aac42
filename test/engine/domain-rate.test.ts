// `--domain-rate`: recipient domains with a rate of their own, which hold nobody else up.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { parseDomainRates } from '../../src/domain/domain-rates.js';
import { TestCampaign } from './campaigns.js';
import { ScriptedRelay } from './scripted-relay.js';

let house: TestCampaign;
beforeEach(() => {
  house = new TestCampaign();
});
afterEach(() => house.close());

const groups = (...texts: string[]) => {
  const parsed = parseDomainRates(texts);
  assert.ok('groups' in parsed);
  return parsed.groups;
};
const many = (count: number, domain: string) => Array.from({ length: count }, (_, i) => `u${i}@${domain}`);
const times = (relay: ScriptedRelay, ...domains: string[]) =>
  relay.attempts.filter(({ address }) => domains.includes(address.split('@')[1]!)).map(({ at }) => at);

test('a group at the head of the list goes at its rate, and the others do not wait for it', async () => {
  // More than are claimed at once, so that the others are found behind them.
  await house.import([
    ...many(600, 'slow.example'),
    ...many(20, 'also.example'),
    ...many(700, 'quick.example'),
  ]);
  const relay = new ScriptedRelay(house.clock);
  const domainRates = groups('slow.example,also.example=20/s');
  const { counts } = await house.finish(house.run(relay, { domainRates, rate: 1000 }));
  assert.equal(counts.accepted, 1320);
  assert.equal(new Set(relay.accepted).size, 1320);
  const slow = times(relay, 'slow.example', 'also.example');
  for (const [i, at] of slow.entries()) assert.ok(at >= i * 50 - 1, `message ${i} at ${at} ms`);
  assert.ok(slow.at(-1)! <= 619 * 50 + 100, `the last at ${slow.at(-1)} ms`);
  assert.ok(times(relay, 'quick.example').at(-1)! < 1_000);
});

test('two groups keep their own rates, and a campaign ends when its last group has', async () => {
  await house.import([...many(5, 'a.example'), ...many(5, 'b.example'), 'one@c.example']);
  const relay = new ScriptedRelay(house.clock);
  await house.finish(house.run(relay, { domainRates: groups('a.example=1/s', 'b.example=30/m') }));
  assert.deepEqual(times(relay, 'a.example'), [0, 1000, 2000, 3000, 4000]);
  assert.deepEqual(times(relay, 'b.example'), [0, 2000, 4000, 6000, 8000]);
  assert.ok(house.clock.monotonic() < 10_000, `over at ${house.clock.monotonic()} ms`);
});

test('who is suppressed costs the group nothing of its rate', async () => {
  await house.import(many(30, 'a.example'));
  await house.ledger.suppressions.add(
    many(29, 'a.example').map((entry) => ({ entry, reason: '', source: 'test' })),
    0,
  );
  const relay = new ScriptedRelay(house.clock);
  await house.finish(house.run(relay, { domainRates: groups('a.example=1/m') }));
  assert.deepEqual(times(relay, 'a.example'), [0]);
});

test('what the relay puts off or throttles in a group is sent in the end, once, at the group’s rate', async () => {
  await house.import(many(6, 'a.example'));
  const relay = new ScriptedRelay(house.clock, {
    'u1@a.example': [{ code: 454, text: 'Throttling failure: Maximum sending rate exceeded' }],
    'u2@a.example': [{ code: 451 }],
    'u3@a.example': ['lose'],
  });
  const { counts } = await house.finish(house.run(relay, { domainRates: groups('a.example=1/s') }));
  assert.equal(counts.accepted, 6);
  const moments = times(relay, 'a.example');
  for (const [i, at] of moments.entries()) {
    if (i > 0) assert.ok(at - moments[i - 1]! >= 999, `${moments}`);
  }
});

test('signed messages keep a group’s rate too', async () => {
  house.sign = async () => 'X-Signed: yes\r\n';
  await house.import([...many(10, 'a.example'), ...many(10, 'b.example')]);
  const relay = new ScriptedRelay(house.clock);
  const { counts } = await house.finish(house.run(relay, { domainRates: groups('a.example=2/s') }));
  assert.equal(counts.accepted, 20);
  const moments = times(relay, 'a.example');
  assert.ok(moments.at(-1)! - moments[0]! >= 4_000, `${moments}`);
});
