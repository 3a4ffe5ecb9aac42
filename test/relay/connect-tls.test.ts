// Connecting over TLS: what is encrypted, what is checked, and that nothing is said to a relay that failed the check.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { type Certificates, makeCertificates, readKeyPair } from '../servers/certificates.js';
import { LOGIN, refusal, sendOne, withFake } from './fake-openings.js';

describe('with certificates', () => {
  let folder: string;
  let good: Certificates;
  let pair: { key: string; cert: string };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mailblast-connect-'));
    good = await makeCertificates(folder);
    pair = await readKeyPair(good);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const another = async (options: Parameters<typeof makeCertificates>[1]) => {
    const place = await mkdtemp(join(folder, 'another-'));
    const certificates = await makeCertificates(place, options);
    return { caFile: certificates.caFile, tls: await readKeyPair(certificates) };
  };

  for (const host of ['localhost', '127.0.0.1']) {
    test(`STARTTLS with a checked certificate carries login and messages to ${host}`, async () => {
      await withFake({ tls: pair, login: LOGIN }, async (relay) => {
        const url = `smtp://${host}:${relay.port}`;
        assert.equal(await sendOne(url, { ...LOGIN, caFile: good.caFile }), 'replied body 250');
        const verbs = relay.commands.map((line) => line.split(/[ :]/, 1)[0]);
        assert.deepEqual(verbs, ['EHLO', 'STARTTLS', 'EHLO', 'AUTH', 'MAIL', 'RCPT', 'DATA', 'QUIT']);
      });
    });
  }

  test('smtps:// is TLS from the first octet', async () => {
    await withFake({ tls: { ...pair, implicit: true }, login: LOGIN }, async (relay) => {
      const url = `smtps://localhost:${relay.port}`;
      assert.equal(await sendOne(url, { ...LOGIN, caFile: good.caFile }), 'replied body 250');
    });
  });

  test("STARTTLS is used without a check where this machine's own relay offers it", async () => {
    await withFake({ tls: pair }, async (relay) => {
      assert.equal(await sendOne(`smtp://127.0.0.1:${relay.port}`), 'replied body 250');
      assert.equal(relay.commands[1], 'STARTTLS');
    });
  });

  test('smtp+plain:// never says STARTTLS', async () => {
    await withFake({ tls: pair }, async (relay) => {
      assert.equal(await sendOne(`smtp+plain://127.0.0.1:${relay.port}`), 'replied body 250');
      assert.match(relay.commands[1]!, /^MAIL/);
    });
  });

  test('a relay that does not offer a required STARTTLS gets neither login nor message', async () => {
    await withFake({ login: LOGIN }, async (relay) => {
      const options = { ...LOGIN, caFile: good.caFile };
      const [stage, code, why] = await refusal(`smtp://127.0.0.1:${relay.port}`, options);
      assert.deepEqual([stage, code], ['tls', 502]);
      assert.match(why, /does not offer STARTTLS/);
      assert.deepEqual(relay.commands.slice(1), ['STARTTLS']);
    });
  });

  test('a STARTTLS that is refused for now is told with the reply', async () => {
    await withFake({ tls: pair, script: { starttls: '454 4.7.0 not now' } }, async (relay) => {
      const [stage, code, why] = await refusal(`smtp://127.0.0.1:${relay.port}`, { caFile: good.caFile });
      assert.deepEqual([stage, code], ['tls', 454]);
      assert.match(why, /cannot do STARTTLS now/);
    });
  });

  test('a network that fails in the handshake is no fault of TLS', async () => {
    for (const act of [
      { reply: '220 go', after: 'close' },
      { reply: '220 go', after: 'silence' },
    ] as const) {
      await withFake({ tls: pair, script: { starttls: act } }, async (relay) => {
        const [stage] = await refusal(`smtp://127.0.0.1:${relay.port}`, { timeouts: { greeting: 300 } });
        assert.equal(stage, 'connect');
      });
    }
  });

  for (const scheme of ['smtp', 'smtps'] as const) {
    test(`${scheme}: a certificate of an unknown authority, of another host, or out of date is refused`, async () => {
      const stranger = await another({});
      const elsewhere = await another({ names: 'DNS:mail.example.com' });
      const old = await another({ days: -1 });
      for (const [tls, caFile, words] of [
        [stranger.tls, good.caFile, /signed by an authority that is not known.*NODE_EXTRA_CA_CERTS/],
        [elsewhere.tls, elsewhere.caFile, /for another host name than localhost/],
        [old.tls, old.caFile, /has expired/],
      ] as const) {
        await withFake({ tls: { ...tls, implicit: scheme === 'smtps' }, login: LOGIN }, async (relay) => {
          const [stage, , why] = await refusal(`${scheme}://localhost:${relay.port}`, { ...LOGIN, caFile });
          assert.equal(stage, 'tls');
          assert.match(why, words);
          assert.ok(!relay.commands.some((line) => /AUTH|MAIL/.test(line)));
        });
      }
    });
  }

  test('smtps:// to a port without TLS says so', async () => {
    await withFake({}, async (relay) => {
      const [stage, , why] = await refusal(`smtps://127.0.0.1:${relay.port}`);
      assert.equal(stage, 'tls');
      assert.match(why, /does not begin with TLS on this port/);
    });
  });

  test('smtp:// to a port with TLS ends in time', async () => {
    await withFake({ tls: { ...pair, implicit: true } }, async (relay) => {
      const [stage] = await refusal(`smtp://127.0.0.1:${relay.port}`, { timeouts: { greeting: 200 } });
      assert.equal(stage, 'greeting');
    });
  });
});
