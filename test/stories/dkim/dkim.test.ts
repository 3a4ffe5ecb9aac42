// A signed campaign by the real command, verified by mailauth with the key that mailblast says to publish.

import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { verifyWithMailauth } from '../../message/verifiers.js';
import { startFakeRelay } from '../../servers/fake-relay.js';
import { Desk } from '../mailblast.js';

const SEND = ['send', 'list.csv', '--template', 'news.mjml', '--rate', 'unlimited'];
const SIGN = ['--dkim-domain', 'example.com', '--dkim-selector', 'news', '--dkim-key', 'key.pem'];
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
const RECORD = {
  name: 'news._domainkey.example.com',
  value: `v=DKIM1; k=rsa; p=${createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64')}`,
};

/** The names in `h=`, in lower case. */
function signedNames(octets: Buffer): string[] {
  const header = octets.toString('latin1').replace(/\r\n\s+/g, '');
  return (/h=([^;]+);/.exec(header)?.[1] ?? '').toLowerCase().split(':');
}

test('every message of a signed campaign verifies, also those of a resume, and the key’s text is not in the ledger', async (t) => {
  const desk = new Desk();
  const relay = await startFakeRelay();
  t.after(async () => {
    desk.close();
    await relay.stop();
  });
  desk.campaign(8);
  desk.write('key.pem', PEM);
  const env = { MAILBLAST_RELAY: `smtp://127.0.0.1:${relay.port}` };
  const unsubscribe = ['--unsubscribe-url', 'https://example.com/u?t={{token}}'];
  const first = await desk.run([...SEND, ...SIGN, ...unsubscribe, '--limit', '3'], env);
  assert.equal(first.code, 75, first.stderr);
  const resumed = await desk.run(['resume'], env);
  assert.equal(resumed.code, 0, resumed.stderr);
  assert.equal(relay.journal.length, 8);
  for (const { octets } of relay.journal) {
    assert.equal(await verifyWithMailauth(octets, RECORD), 'pass');
    const signed = signedNames(octets);
    for (const name of [
      'List-Unsubscribe',
      'List-Unsubscribe-Post',
      'List-Id',
      'Date',
      'Message-ID',
      'To',
      'Subject',
    ]) {
      assert.ok(signed.includes(name.toLowerCase()), `${name} is not signed`);
    }
  }
});

for (const [what, args, code, says] of [
  ['half the options', SIGN.slice(0, 4), 78, /--dkim-key/],
  ['a key that is not there', [...SIGN.slice(0, 5), 'none.pem'], 66, /none\.pem/],
  ['a file that is no key', [...SIGN.slice(0, 5), 'list.csv'], 78, /key/],
] as const) {
  test(`${what}: ${code}, and nothing is sent`, async (t) => {
    const desk = new Desk();
    t.after(() => desk.close());
    desk.campaign(2);
    const finished = await desk.run([...SEND, ...args, '--relay', 'sandbox']);
    assert.equal(finished.code, code, finished.stderr);
    assert.match(finished.stderr, says);
    assert.doesNotMatch(finished.stdout, /Sending/);
  });
}
