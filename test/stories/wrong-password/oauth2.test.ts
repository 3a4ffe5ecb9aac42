// Login by OAuth2 as its user meets it: the words, the exit codes, and that no secret is shown or kept.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startFakeRelay } from '../../servers/fake-relay.js';
import { startProxy } from '../../servers/proxy.js';
import { startTokenEndpoint } from '../../servers/token-endpoint.js';
import { Desk } from '../mailblast.js';

const SECRETS = ['client-secret-4711', 'refresh-token-4711', 'access-1', 'proxy-password-4711'];
const COMMAND = ['send', 'list.csv', '--template', 'news.mjml', '--rate', 'unlimited'];

async function setUp(t: TestContext, known = 'refresh-token-4711') {
  const desk = new Desk();
  const endpoint = await startTokenEndpoint({
    refreshToken: known,
    clientId: 'client-1',
    clientSecret: 'client-secret-4711',
  });
  const relay = await startFakeRelay({
    oauth2: { user: 'ada@example.com', good: (token) => endpoint.good(token), challenge: true },
  });
  t.after(async () => {
    desk.close();
    await relay.stop();
    await endpoint.stop();
  });
  desk.campaign(5);
  const env = {
    MAILBLAST_RELAY: `smtp://127.0.0.1:${relay.port}`,
    MAILBLAST_USER: 'ada@example.com',
    MAILBLAST_OAUTH2_CLIENT_ID: 'client-1',
    MAILBLAST_OAUTH2_CLIENT_SECRET: 'client-secret-4711',
    MAILBLAST_OAUTH2_REFRESH_TOKEN_FILE: desk.write('refresh-token', 'refresh-token-4711\n'),
  };
  return { desk, endpoint, relay, env, oauth2: ['--oauth2', endpoint.url] };
}

function assertSecret(text: string): void {
  for (const secret of SECRETS) assert.ok(!text.includes(secret), `${secret} is shown`);
}

test('a campaign goes out with one token; resume logs in the same way; nothing secret is kept', async (t) => {
  const { desk, endpoint, relay, env, oauth2 } = await setUp(t);
  const first = await desk.run([...COMMAND, ...oauth2, '--limit', '2'], env);
  assert.equal(first.code, 75, first.stderr);
  const second = await desk.run(['resume', '--debug'], env);
  assert.equal(second.code, 0, second.stderr);
  assert.equal(endpoint.grants, 2);
  assert.equal(relay.journal.filter(({ accepted }) => accepted).length, 5);
  assertSecret(readFileSync(join(desk.folder, 'mailblast.db')).toString('latin1'));
  assertSecret([first, second].map(({ stdout, stderr }) => stdout + stderr).join());
  const { stdout } = await desk.run(['config', ...oauth2], env);
  assert.match(stdout, /^oauth2RefreshToken +set +environment MAILBLAST_OAUTH2_REFRESH_TOKEN_FILE$/m);
  assertSecret(stdout);
});

test('a refused refresh token ends with 77, one sentence, and everybody still pending', async (t) => {
  const { desk, relay, env, oauth2 } = await setUp(t, 'another');
  const { code, stdout, stderr } = await desk.run([...COMMAND, ...oauth2], env);
  assert.equal(code, 77);
  assert.match(stderr, /refused the refresh token: get a new one, it was withdrawn or has run out/);
  assertSecret(stdout + stderr);
  assert.equal(relay.journal.length, 0);
  assert.equal((await desk.status()).counts.pending, 5);
});

test('secrets of OAuth2 have no place in the settings file, and the names of their files do', async (t) => {
  const { desk } = await setUp(t);
  desk.write('mailblast.config.json', '{"oauth2RefreshToken": "refresh-token-4711"}');
  const refused = await desk.run(['config']);
  assert.equal(refused.code, 78);
  assertSecret(refused.stderr);
  desk.write(
    'mailblast.config.json',
    '{"oauth2": "google", "oauth2ClientId": "x", "oauth2RefreshTokenFile": "refresh-token"}',
  );
  assert.match((await desk.run(['config'])).stdout, /^oauth2RefreshToken +set +mailblast\.config\.json:1$/m);
});

test("a proxy's password is taken from the environment alone, and is neither shown nor kept", async (t) => {
  const desk = new Desk();
  const proxy = await startProxy({ login: { user: 'ada', password: 'proxy-password-4711' } });
  const relay = await startFakeRelay();
  t.after(async () => {
    desk.close();
    await proxy.stop();
    await relay.stop();
  });
  desk.campaign(4);
  const url = `socks5://ada:proxy-password-4711@127.0.0.1:${proxy.port}`;
  const typed = await desk.run([...COMMAND, '--proxy', url, '--relay', 'smtp://relay.test']);
  assert.equal(typed.code, 64);
  assertSecret(typed.stderr);
  const env = { MAILBLAST_RELAY: `smtp+plain://relay.test:${relay.port}`, MAILBLAST_PROXY: url };
  const first = await desk.run([...COMMAND, '--limit', '2'], env);
  assert.equal(first.code, 75, first.stderr);
  const second = await desk.run(['resume'], env);
  assert.equal(second.code, 0, second.stderr);
  assert.equal(proxy.asked.length, relay.connections);
  assertSecret(readFileSync(join(desk.folder, 'mailblast.db')).toString('latin1'));
  assertSecret((await desk.run(['config'], env)).stdout);
});
