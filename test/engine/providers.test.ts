// Whole campaigns through simulated providers, over real sockets on a clock that runs fast: nobody lost, nobody twice, and
// calm once the first minute has taught the pace. How fast they are is measured by `npm run bench -- providers`.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { FastClock } from '../fast-clock.js';
import { type Provider, type ProviderLimits, startProvider } from '../servers/provider-relay.js';
import { ThroughProvider } from './through-provider.js';

const PEOPLE = 2000;

async function begin(
  t: TestContext,
  provider: Provider,
  limits: Partial<ProviderLimits>,
  { scale, ...settings }: { readonly scale: number; readonly connections: number; readonly rate: number },
): Promise<{ campaign: ThroughProvider; clock: FastClock }> {
  const clock = new FastClock(scale);
  const relay = await startProvider(provider, clock, limits);
  const campaign = await ThroughProvider.begin({ provider: relay, clock, people: PEOPLE, ...settings });
  t.after(async () => {
    campaign.close();
    await relay.stop();
  });
  return { campaign, clock };
}

/** Everybody was taken, once, by the relay's own journal and by the ledger's. */
function everybodyOnce(campaign: ThroughProvider): void {
  assert.equal(campaign.counts.accepted, PEOPLE);
  assert.deepEqual([campaign.taken.length, new Set(campaign.taken).size], [PEOPLE, PEOPLE]);
  // Nobody is charged for what was throttled.
  assert.ok(campaign.charged.every((attempts) => attempts === 1));
}

const CAMPAIGNS: readonly (readonly [Provider, scale: number, connections: number, perSecond: number])[] = [
  ['amazon', 10, 8, 14],
  ['microsoft', 200, 8, 0.5],
  ['google', 10, 12, 20],
];

for (const [provider, scale, connections, perSecond] of CAMPAIGNS) {
  test(`2,000 get through the ${provider}-like one, calm after the first minute`, async (t) => {
    const { campaign } = await begin(t, provider, { perDay: 1e6 }, { scale, connections, rate: 100 });
    await campaign.run();
    everybodyOnce(campaign);
    const { attempts, throttled } = campaign.after(60_000);
    const ratio = (campaign.tookMs * perSecond) / PEOPLE / 1000;
    t.diagnostic(`${ratio.toFixed(3)} of the fastest, ${throttled} of ${attempts} throttled`);
    assert.ok(throttled <= 0.02 * attempts, `${throttled} of ${attempts} throttled after the first minute`);
  });
}

test('2,000 through the SES-like one at 200 a day: a run a day, each ended by the quota', async (t) => {
  const { campaign, clock } = await begin(t, 'amazon', {}, { scale: 10, connections: 4, rate: 14 });
  let days = 0;
  for (; campaign.counts.pending > 0; days++) {
    assert.ok(days < 11, `${campaign.counts.pending} left after ${days} days`);
    const before = campaign.counts.accepted;
    await campaign.run();
    assert.ok(campaign.counts.accepted - before <= 200);
    assert.equal(campaign.pausedBy, campaign.counts.pending > 0 ? 'rest' : undefined);
    clock.skip(24 * 3_600_000);
  }
  assert.equal(days, 10);
  everybodyOnce(campaign);
});
