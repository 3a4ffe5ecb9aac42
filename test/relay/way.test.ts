// The way to a relay: through proxies, with a certificate of our own, and with no switch that turns checks off.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';

import { parseProxyUrl } from '../../src/relay/proxy.js';
import { smtpRelay } from '../../src/relay/smtp-relay.js';
import { type Certificates, makeCertificates, readKeyPair } from '../servers/certificates.js';
import { freePort } from '../servers/free-port.js';
import { type ProxyOptions, startProxy } from '../servers/proxy.js';
import { LOGIN, refusal, sendOne, smtp, withFake } from './fake-openings.js';

let folder: string;
let files: Certificates;
let pair: { key: string; cert: string };

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailblast-way-'));
  files = await makeCertificates(folder, { names: 'DNS:relay.test,DNS:localhost,IP:127.0.0.1' });
  pair = await readKeyPair(files);
});
after(() => rm(folder, { recursive: true, force: true }));

async function proxy(t: TestContext, options: ProxyOptions = {}) {
  const started = await startProxy(options);
  t.after(() => started.stop());
  return started;
}

for (const kind of ['http', 'socks5', 'socks4']) {
  for (const scheme of ['smtp', 'smtps'] as const) {
    test(`a relay behind a proxy of the kind ${kind} is reached by name over ${scheme}, checked`, async (t) => {
      const { port, asked } = await proxy(t);
      await withFake({ tls: { ...pair, implicit: scheme === 'smtps' }, login: LOGIN }, async (relay) => {
        const options = { ...LOGIN, caFile: files.caFile, proxy: `${kind}://127.0.0.1:${port}` };
        assert.equal(await sendOne(`${scheme}://relay.test:${relay.port}`, options), 'replied body 250');
        assert.deepEqual(asked, [`relay.test:${relay.port}`]);
        const { caFile: _, ...unknown } = options;
        const [stage, , why] = await refusal(`${scheme}://relay.test:${relay.port}`, unknown);
        assert.equal(stage, 'tls');
        assert.match(why, /authority that is not known/);
      });
    });
  }
}

test('behind a proxy localhost is not this machine: no login in clear, no certificate unchecked', async (t) => {
  const { port } = await proxy(t);
  await withFake({ login: LOGIN }, async (relay) => {
    const through = { proxy: `http://127.0.0.1:${port}` };
    const [stage, code] = await refusal(`smtp://localhost:${relay.port}`, { ...LOGIN, ...through });
    assert.deepEqual([stage, code], ['tls', 502]);
    assert.throws(
      () => smtpRelay(smtp(`smtp+plain://localhost:${relay.port}`), { ...LOGIN, ...through }),
      /in clear/,
    );
    assert.ok(!relay.commands.some((line) => /AUTH/.test(line)));
  });
});

for (const kind of ['http', 'socks5']) {
  test(`a ${kind} proxy that wants a login gets it, and no error shows it`, async (t) => {
    const { port } = await proxy(t, { login: { user: 'ada', password: 'h@sh' } });
    await withFake({ tls: pair }, async (relay) => {
      const url = `smtp://relay.test:${relay.port}`;
      const with_ = (login: string) => ({
        caFile: files.caFile,
        proxy: `${kind}://${login}@127.0.0.1:${port}`,
        timeouts: { connect: 2_000 },
      });
      assert.equal(await sendOne(url, with_('ada:h%40sh')), 'replied body 250');
      const [stage, , why] = await refusal(url, with_('ada:hush'));
      assert.equal(stage, 'connect');
      assert.match(why, new RegExp(`the proxy ${kind}://127\\.0\\.0\\.1:${port} let nobody through`));
    });
  });
}

test('a proxy that is not there is told as such', async () => {
  const [stage, , why] = await refusal('smtp://relay.test', {
    proxy: `http://127.0.0.1:${await freePort()}`,
  });
  assert.equal(stage, 'connect');
  assert.match(why, /the proxy .* let nobody through .*ECONNREFUSED/);
});

test('what is no proxy is refused, and a password of one on the command line', () => {
  for (const wrong of ['proxy.example.com:3128', 'ftp://x', 'socks5://', '']) {
    assert.throws(() => parseProxyUrl(wrong, 'environment'), /The proxy is none/);
  }
  assert.throws(
    () => parseProxyUrl('socks5://ada:hush@proxy.example.com', 'command line'),
    (error: Error) => /MAILBLAST_PROXY/.test(error.message) && !/hush/.test(error.message),
  );
});

describe('with a certificate of our own', () => {
  const wants = () => ({ requestCert: true, rejectUnauthorized: true });

  for (const scheme of ['smtp', 'smtps'] as const) {
    test(`a relay that asks for a certificate gets ours over ${scheme}, and refuses who has none`, async () => {
      const ca = await import('node:fs/promises').then(({ readFile }) => readFile(files.caFile, 'utf8'));
      const tls = { ...pair, ca, ...wants(), implicit: scheme === 'smtps' };
      await withFake({ tls }, async (relay) => {
        const url = `${scheme}://localhost:${relay.port}`;
        const ours = { caFile: files.caFile, certFile: files.certFile, keyFile: files.keyFile };
        assert.equal(await sendOne(url, ours), 'replied body 250');
        const [stage, , why] = await refusal(url, { caFile: files.caFile });
        assert.equal(stage, 'tls');
        assert.match(why, /--tls-cert and --tls-key/);
      });
    });
  }

  test('half a certificate, another one’s key, or a certificate in clear is refused', async () => {
    const other = await makeCertificates(await mkdtemp(join(folder, 'other-')));
    const target = smtp('smtps://mail.example.com');
    const { certFile, keyFile } = files;
    assert.throws(() => smtpRelay(target, { certFile }), /both --tls-cert and --tls-key/);
    assert.throws(() => smtpRelay(target, { keyFile }), /both --tls-cert and --tls-key/);
    assert.throws(
      () => smtpRelay(target, { certFile, keyFile: other.keyFile }),
      /not the one of the certificate/,
    );
    assert.throws(() => smtpRelay(target, { certFile, keyFile: certFile }), /No private key/);
    assert.throws(() => smtpRelay(target, { certFile: '/none', keyFile }), /\/none: No certificate/);
    assert.throws(
      () => smtpRelay(smtp('smtp+plain://x.example'), { certFile, keyFile }),
      /plaintext by name/,
    );
  });
});

test('NODE_TLS_REJECT_UNAUTHORIZED=0 switches no check off', async (t) => {
  const { port } = await proxy(t);
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  t.after(() => delete process.env.NODE_TLS_REJECT_UNAUTHORIZED);
  for (const scheme of ['smtp', 'smtps'] as const) {
    await withFake({ tls: { ...pair, implicit: scheme === 'smtps' }, login: LOGIN }, async (relay) => {
      const strangers = await makeCertificates(await mkdtemp(join(folder, 'strangers-')));
      for (const options of [
        { ...LOGIN, caFile: strangers.caFile },
        { ...LOGIN, proxy: `http://127.0.0.1:${port}` },
      ]) {
        assert.equal((await refusal(`${scheme}://localhost:${relay.port}`, options))[0], 'tls');
      }
      assert.ok(!relay.commands.some((line) => /AUTH|MAIL/.test(line)));
    });
  }
});
