// Opening an SMTP relay in tests: the way it succeeds, and the way it is refused.

import assert from 'node:assert/strict';

import { RelayNotOpened } from '../../src/relay/relay.js';
import { parseRelayUrl, type SmtpTarget } from '../../src/relay/relay-url.js';
import { type SmtpRelayOptions, smtpRelay } from '../../src/relay/smtp-relay.js';
import { type FakeRelay, type FakeRelayOptions, startFakeRelay } from '../servers/fake-relay.js';
import { inWords, letter, sendAll } from './list-source.js';

export const smtp = (text: string) => parseRelayUrl(text, 'environment') as SmtpTarget;
export const LOGIN = { user: 'ada', password: 'hush' };

export async function withFake(
  options: FakeRelayOptions,
  use: (relay: FakeRelay) => Promise<void>,
): Promise<void> {
  const relay = await startFakeRelay(options);
  try {
    await use(relay);
  } finally {
    await relay.stop();
  }
}

/** Opens and sends one message; the words of its attempt. */
export async function sendOne(url: string, options: SmtpRelayOptions = {}): Promise<string> {
  const session = await smtpRelay(smtp(url), options).open();
  return inWords((await sendAll(session, [letter()]))[0]);
}

/** The failure that opening comes to: stage, code of the reply if any, and words. */
export async function refusal(
  url: string,
  options: SmtpRelayOptions = {},
): Promise<[string, number | undefined, string]> {
  const error = await smtpRelay(smtp(url), options)
    .open()
    .then(
      () => assert.fail('it opened'),
      (reason: unknown) => reason,
    );
  assert.ok(error instanceof RelayNotOpened, String(error));
  assert.doesNotMatch(`${error.message} ${error.cause}`, /hush/);
  const { stage, reply, why } = error.failure;
  return [stage, reply?.code, why];
}
