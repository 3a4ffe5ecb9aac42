// The oracle of the stories: what the relay's own journal says, compared with what the ledger says.

import assert from 'node:assert/strict';
import type { FakeRelay } from '../servers/fake-relay.js';
import type { Desk } from './mailblast.js';
import { person } from './mailblast.js';

/** How often the relay took responsibility for each address. */
export function acceptedTimes(relay: Pick<FakeRelay, 'journal'>): Map<string, number> {
  const times = new Map<string, number>();
  for (const { accepted, to } of relay.journal) {
    if (accepted) for (const address of to) times.set(address, (times.get(address) ?? 0) + 1);
  }
  return times;
}

/** Addresses by state, as `recipients --json` prints them. */
export async function byState(desk: Desk, campaign = 'list-news'): Promise<Map<string, string[]>> {
  const { stdout } = await desk.run(['recipients', campaign, '--json']);
  const states = new Map<string, string[]>();
  for (const line of stdout.trim().split('\n')) {
    const { address, state } = JSON.parse(line) as { address: string; state: string };
    states.set(state, [...(states.get(state) ?? []), address]);
  }
  return states;
}

/**
 * Nobody twice, nobody left out: each of `people` was accepted once and the ledger knows it, or is named as in doubt;
 * and the ledger claims no acceptance that the relay does not know of.
 */
export async function assertNobodyTwiceNobodyLeftOut(
  desk: Desk,
  relay: Pick<FakeRelay, 'journal'>,
  people: number,
): Promise<void> {
  const times = acceptedTimes(relay);
  const twice = [...times].filter(([, count]) => count > 1);
  assert.deepEqual(twice, [], 'somebody was mailed twice');
  const states = await byState(desk);
  const accepted = new Set(states.get('accepted') ?? []);
  const inDoubt = new Set(states.get('in_doubt') ?? []);
  for (const address of accepted)
    assert.ok(times.has(address), `${address} is accepted without the relay knowing it`);
  for (const address of times.keys()) {
    assert.ok(
      accepted.has(address) || inDoubt.has(address),
      `${address} was accepted and the ledger does not know it`,
    );
  }
  const known = new Set([...accepted, ...inDoubt]);
  const everybody = Array.from({ length: people }, (_, index) => person(index + 1));
  assert.deepEqual(
    everybody.filter((address) => !known.has(address)),
    [],
    'somebody was left out',
  );
}
