// Login by OAuth2: tokens from a token endpoint on loopback, shown to a relay that speaks AUTH XOAUTH2.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';

import { MailblastError } from '../../src/domain/errors.js';
import { judgeConnection } from '../../src/domain/policy.js';
import { RelayNotOpened } from '../../src/relay/relay.js';
import { type SmtpRelayOptions, smtpRelay } from '../../src/relay/smtp-relay.js';
import { makeCertificates, readKeyPair } from '../servers/certificates.js';
import { type FakeRelayOptions, startFakeRelay } from '../servers/fake-relay.js';
import { freePort } from '../servers/free-port.js';
import { startTokenEndpoint, type TokenEndpointOptions } from '../servers/token-endpoint.js';
import { smtp } from './fake-openings.js';
import { inWords, letter, sendAll } from './list-source.js';

const CLIENT = { clientId: 'client-1', clientSecret: 'secret-hush', refreshToken: 'refresh-hush' };

async function setUp(
  t: TestContext,
  more: { challenge?: boolean; endpoint?: Partial<TokenEndpointOptions>; relay?: FakeRelayOptions } = {},
) {
  const endpoint = await startTokenEndpoint({ ...CLIENT, ...more.endpoint });
  const good = (token: string) => endpoint.good(token);
  const relay = await startFakeRelay({
    oauth2: { user: 'ada@example.com', good, challenge: more.challenge ?? true },
    ...more.relay,
  });
  t.after(async () => {
    await relay.stop();
    await endpoint.stop();
  });
  const options = {
    user: 'ada@example.com',
    oauth2: { provider: endpoint.url, ...CLIENT },
  } satisfies SmtpRelayOptions;
  return { endpoint, relay, options, target: smtp(`smtp://127.0.0.1:${relay.port}`) };
}

/** Why it did not open, and what the policy makes of that. */
async function failure(opening: Promise<unknown>): Promise<{ why: string; verdict: string }> {
  const error = await opening.then(
    () => assert.fail('it opened'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof RelayNotOpened, String(error));
  assert.doesNotMatch(`${error.message} ${error.stack} ${error.cause}`, /hush|access-\d/);
  const verdict = judgeConnection(error.failure);
  return {
    why: error.failure.why,
    verdict: verdict.action === 'stop' ? verdict.trouble : verdict.action,
  };
}

test('one token is fetched and serves all connections', async (t) => {
  const { endpoint, relay, options, target } = await setUp(t);
  const made = smtpRelay(target, options);
  const sessions = await Promise.all([made.open(), made.open(), made.open()]);
  for (const session of sessions) {
    assert.deepEqual((await sendAll(session, [letter()])).map(inWords), ['replied body 250']);
  }
  assert.equal(endpoint.grants, 1);
  assert.equal(relay.journal.length, 3);
});

for (const challenge of [true, false]) {
  test(`a token that was withdrawn is renewed once${challenge ? ', after the challenge' : ''}`, async (t) => {
    const { endpoint, options, target } = await setUp(t, { challenge });
    const made = smtpRelay(target, options);
    (await made.open()).destroy();
    endpoint.withdraw();
    (await made.open()).destroy();
    assert.equal(endpoint.grants, 2);
  });
}

test('a token that has run out is renewed before it is shown', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2026, 10, 25) });
  const { endpoint, relay, options, target } = await setUp(t);
  const made = smtpRelay(target, options);
  (await made.open()).destroy();
  t.mock.timers.tick(3_600_000);
  (await made.open()).destroy();
  assert.equal(endpoint.grants, 2);
  assert.equal(relay.commands.filter((line) => line.startsWith('AUTH')).length, 2);
});

test('a fresh token that the relay refuses stops the run, with what the challenge says', async (t) => {
  const refuses = { oauth2: { user: 'ada@example.com', good: () => false, challenge: true } };
  const { endpoint, options, target } = await setUp(t, { relay: refuses });
  const { why, verdict } = await failure(smtpRelay(target, options).open());
  assert.equal(verdict, 'refused');
  assert.match(
    why,
    /refused the OAuth2 token of ada@example\.com \(535 5\.7\.8 .*status 400, scope https:\/\/mail\.google/,
  );
  assert.equal(endpoint.grants, 1);
});

test('a temporary refusal of the login is tried again later', async (t) => {
  const { options, target } = await setUp(t, {
    relay: {
      oauth2: { user: 'ada@example.com', good: () => true, challenge: true },
      script: { auth: '454 4.7.0 later' },
    },
  });
  assert.equal((await failure(smtpRelay(target, options).open())).verdict, 'try_again');
});

test('a refused refresh token stops the run and says to get a new one', async (t) => {
  const { options, target, relay } = await setUp(t, { endpoint: { refreshToken: 'another' } });
  const { why, verdict } = await failure(smtpRelay(target, options).open());
  assert.equal(verdict, 'refused');
  assert.match(
    why,
    /127\.0\.0\.1:\d+ refused the refresh token: get a new one.*Token has been expired or revoked/,
  );
  assert.ok(!relay.commands.some((line) => line.startsWith('AUTH')));
});

test('a refused client stops the run and says to check it', async (t) => {
  const { options, target } = await setUp(t, { endpoint: { clientSecret: 'another' } });
  const { why, verdict } = await failure(smtpRelay(target, options).open());
  assert.equal(verdict, 'refused');
  assert.match(why, /check the client's id and secret/);
});

test('a public client sends no secret at all', async (t) => {
  const { endpoint, options, target } = await setUp(t, { endpoint: { clientSecret: '' } });
  const oauth2 = { ...options.oauth2, clientSecret: '' };
  (await smtpRelay(target, { ...options, oauth2 }).open()).destroy();
  assert.equal(endpoint.grants, 1);
});

for (const always of [
  { status: 503, body: '<html>busy</html>' },
  { status: 500, body: '{"error":"temporarily_unavailable"}' },
  { status: 200, body: '{}' },
]) {
  test(`a token endpoint that answers ${always.status} ${always.body} is tried again later`, async (t) => {
    const { options, target } = await setUp(t, { endpoint: { always } });
    const { why, verdict } = await failure(smtpRelay(target, options).open());
    assert.equal(verdict, 'try_again');
    assert.match(why, /gave no access token/);
  });
}

test('a token endpoint that cannot be reached is tried again later', async (t) => {
  const { options, target } = await setUp(t);
  const oauth2 = { ...options.oauth2, provider: `http://127.0.0.1:${await freePort()}/token` };
  const { why, verdict } = await failure(smtpRelay(target, { ...options, oauth2 }).open());
  assert.equal(verdict, 'try_again');
  assert.match(why, /ECONNREFUSED/);
});

test('a token endpoint with a certificate of nobody gets no secret, whatever the environment says', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'mailblast-token-'));
  t.after(() => rm(folder, { recursive: true }));
  const tls = await readKeyPair(await makeCertificates(folder));
  const { endpoint, options, target } = await setUp(t, { endpoint: { tls } });
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  t.after(() => delete process.env.NODE_TLS_REJECT_UNAUTHORIZED);
  const { why } = await failure(smtpRelay(target, options).open());
  assert.match(why, /gave no access token/);
  assert.equal(endpoint.requests, 0);
});

test('half a login, one with a password too, and a token endpoint in clear are refused', async (t) => {
  const { options, target } = await setUp(t);
  for (const [wrong, words] of [
    [{ user: '' }, /MAILBLAST_USER/],
    [{ password: 'hush' }, /leave one of them out/],
    [{ oauth2: { ...options.oauth2, clientId: '' } }, /MAILBLAST_OAUTH2_CLIENT_ID/],
    [{ oauth2: { ...options.oauth2, refreshToken: '' } }, /MAILBLAST_OAUTH2_REFRESH_TOKEN/],
    [{ oauth2: { ...options.oauth2, provider: 'http://tokens.example.com/' } }, /https:\/\/ URL/],
    [{ oauth2: { ...options.oauth2, provider: 'gogle' } }, /google, microsoft/],
  ] as const) {
    assert.throws(
      () => smtpRelay(target, { ...options, ...wrong }),
      (error: unknown) =>
        error instanceof MailblastError && error.trouble === 'settings' && words.test(error.message),
    );
  }
  const clear = smtp('smtp+plain://mail.example.com');
  assert.throws(() => smtpRelay(clear, options), /in clear/);
});

test('a relay that offers no XOAUTH2 gets no token', async (t) => {
  const { endpoint, options, target } = await setUp(t, {
    relay: { login: { user: 'x', password: 'y' }, oauth2: undefined as never },
  });
  const { why, verdict } = await failure(smtpRelay(target, options).open());
  assert.equal(verdict, 'refused');
  assert.match(why, /no login by OAuth2 \(XOAUTH2\), only PLAIN LOGIN/);
  assert.equal(endpoint.requests, 0);
});
