import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attempt } from '../../src/domain/attempt.js';
import { parseRelayUrl } from '../../src/relay/relay-url.js';
import { smtpRelay } from '../../src/relay/smtp-relay.js';
import { startFakeRelay } from '../servers/fake-relay.js';
import { inWords, letter } from './list-source.js';

async function sendTwo(extensions: readonly string[], t: { after(done: () => Promise<void>): void }) {
  const server = await startFakeRelay({ extensions });
  t.after(() => server.stop());
  const target = parseRelayUrl(`smtp://127.0.0.1:${server.port}`, 'environment');
  assert.ok(target.kind === 'smtp');
  const session = await smtpRelay(target).open();
  const plain = letter(1);
  const beyond = {
    ...letter(2),
    envelope: { returnPath: 'news@example.com', recipient: 'jörg@example.org' },
  };
  const waiting = [beyond, plain];
  const attempts: Attempt[] = [];
  await session.run({
    next: async () => waiting.shift(),
    nextNow: () => waiting.shift(),
    mark: async () => {},
    ended: (_, attempt) => attempts.push(attempt),
    notice: () => {},
  });
  return { server, attempts: attempts.map(inWords) };
}

test('a local part beyond ASCII goes to a relay that offers SMTPUTF8, and says so in MAIL', async (t) => {
  const { server, attempts } = await sendTwo(['SIZE 1000000', '8BITMIME', 'SMTPUTF8'], t);
  assert.deepEqual(attempts, ['replied body 250', 'replied body 250']);
  const [mail] = server.commands.filter((line) => line.startsWith('MAIL'));
  assert.match(mail!, /^MAIL FROM:<news@example\.com> SIZE=\d+ BODY=8BITMIME SMTPUTF8$/);
  const others = server.commands.filter((line) => line.startsWith('MAIL')).slice(1);
  assert.ok(others.every((line) => !line.includes('SMTPUTF8')));
});

test('a relay without SMTPUTF8 is not asked, and the session goes on with the next message', async (t) => {
  const { server, attempts } = await sendTwo(['SIZE 1000000', '8BITMIME'], t);
  assert.match(attempts[0]!, /^unable: the relay does not offer SMTPUTF8/);
  assert.equal(attempts[1], 'replied body 250');
  assert.ok(server.commands.every((line) => !line.includes('rg@example.org')));
});
