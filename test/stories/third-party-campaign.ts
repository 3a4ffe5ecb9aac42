// A whole campaign through a real relay that is not Postfix, with that relay's own mail as the oracle.

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { ThirdPartyRelay } from '../servers/exim.js';
import { Desk, person, until } from './mailblast.js';

const PEOPLE = 250;
const COMMAND = ['send', 'list.csv', '--template', 'news.mjml', '--connections', '4', '--rate', 'unlimited'];

interface Known {
  readonly address: string;
  readonly state: string;
  readonly message_id: string;
  readonly attempts: number;
}

/**
 * Sends to 250 people, over STARTTLS with a checked certificate where the relay has one; all must be accepted, and the relay must have each
 * message once, with the Message-ID that mailblast names. `more`: further options.
 */
export async function wholeCampaign(
  t: TestContext,
  relay: ThirdPartyRelay,
  more: readonly string[] = [],
): Promise<void> {
  const desk = new Desk();
  t.after(() => desk.close());
  desk.campaign(PEOPLE);
  const env = { MAILBLAST_RELAY: `smtp://localhost:${relay.port}`, MAILBLAST_TLS_CA: relay.caFile };
  const { code, stdout, stderr } = await desk.run([...COMMAND, ...more], env);
  assert.equal(code, 0, `${stdout}${stderr}`);
  await until('everything is delivered', async () => (await relay.journal()).length >= PEOPLE);
  const recipients = await desk.run(['recipients', 'list-news', '--json']);
  const named = recipients.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Known);
  assert.ok(named.every(({ state, attempts }) => state === 'accepted' && attempts === 1));
  const pairs = (all: readonly (readonly [string, string])[]) => all.map((pair) => pair.join(' ')).sort();
  assert.deepEqual(
    pairs((await relay.journal()).map(({ to, messageId }) => [to, messageId])),
    pairs(named.map(({ address, message_id }) => [address, message_id])),
  );
  assert.equal(new Set(named.map(({ address }) => address)).size, PEOPLE);
  assert.ok(named.some(({ address }) => address === person(PEOPLE)));
  assert.ok((await relay.journal()).every(({ from }) => from === 'news@example.com'));
}
