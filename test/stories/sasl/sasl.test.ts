// Logins and certificates on Debian's Postfix with Dovecot's SASL: whole campaigns, and the words when it says no.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { makeCertificates } from '../../servers/certificates.js';
import { startDovecotSasl } from '../../servers/dovecot-sasl.js';
import { missing } from '../../servers/free-port.js';
import { startPostfix } from '../../servers/postfix.js';
import { Desk } from '../mailblast.js';

const COMMAND = ['send', 'list.csv', '--template', 'news.mjml', '--rate', 'unlimited'];
const ADA = { user: 'ada', password: 'correct horse 4711' };

const skip = missing('postfix') || missing('dovecot', 'dovecot-core');

async function setUp(t: TestContext, settings: readonly string[], people = 40) {
  const postfix = await startPostfix({ settings });
  const desk = new Desk();
  desk.campaign(people);
  t.after(async () => {
    desk.close();
    await postfix.stop();
  });
  const env = { MAILBLAST_RELAY: `smtp://localhost:${postfix.port}`, MAILBLAST_TLS_CA: postfix.caFile };
  return { postfix, desk, env };
}

async function withLogin(t: TestContext, mechanisms: string) {
  const dovecot = await startDovecotSasl({ ...ADA, mechanisms });
  t.after(() => dovecot.stop());
  return setUp(t, dovecot.settings);
}

for (const mechanisms of ['PLAIN', 'LOGIN', 'CRAM-MD5', 'PLAIN LOGIN']) {
  test(`Postfix with SASL ${mechanisms} takes a whole campaign, logged in on every connection`, {
    skip,
  }, async (t) => {
    const { postfix, desk, env } = await withLogin(t, mechanisms);
    const login = { MAILBLAST_USER: 'ada', MAILBLAST_PASSWORD: ADA.password };
    const { code, stderr } = await desk.run(COMMAND, { ...env, ...login });
    assert.equal(code, 0, stderr);
    await postfix.idle();
    assert.equal(new Set((await postfix.journal()).map(({ to }) => to)).size, 40);
    const log = await postfix.log();
    const sessions = log.match(/disconnect from .* mail=\d+.*/g) ?? [];
    assert.ok(sessions.length > 0);
    for (const session of sessions) assert.match(session, /starttls=1 auth=1 /);
    assert.match(log, new RegExp(`sasl_method=${mechanisms.split(' ')[0]}, sasl_username=ada`));
  });
}

test('Postfix refuses a wrong password once: 77, nobody mailed', { skip }, async (t) => {
  const { postfix, desk, env } = await withLogin(t, 'PLAIN LOGIN');
  const login = { MAILBLAST_USER: 'ada', MAILBLAST_PASSWORD: 'wrong-4711' };
  const { code, stderr } = await desk.run(COMMAND, { ...env, ...login });
  assert.equal(code, 77);
  assert.match(stderr, /refused user name and password \(535 5\.7\.8/);
  assert.ok(!stderr.includes('wrong-4711'));
  assert.equal((await postfix.log()).match(/authentication failed/g)?.length, 1);
  assert.equal((await desk.status()).counts.pending, 40);
});

test('without a login Postfix will not relay: the run stops before the list is burnt', {
  skip,
}, async (t) => {
  const { postfix, desk, env } = await withLogin(t, 'PLAIN LOGIN');
  const { code } = await desk.run([...COMMAND, '--connections', '1'], env);
  assert.equal(code, 77);
  assert.equal((await desk.status()).counts.pending, 40);
  assert.equal((await postfix.journal()).length, 0);
});

test('check logs in to Postfix, sees what it offers, and sends nothing', { skip }, async (t) => {
  const { postfix, desk, env } = await withLogin(t, 'PLAIN LOGIN');
  const login = { MAILBLAST_USER: 'ada', MAILBLAST_PASSWORD: ADA.password, MAILBLAST_FROM: undefined };
  const good = await desk.run(['check', '--json'], { ...env, ...login });
  assert.equal(good.code, 0, good.stdout);
  const { relay, findings, failed } = JSON.parse(good.stdout) as {
    relay: Record<string, unknown>;
    findings: { id: string; result: string }[];
    failed: number;
  };
  assert.equal(failed, 0);
  assert.equal(relay.login, 'accepted');
  assert.deepEqual(relay.auth, ['PLAIN', 'LOGIN']);
  assert.equal(relay.size, 10_240_000);
  assert.deepEqual([relay.pipelining, relay.chunking, relay.smtputf8], [true, true, true]);
  assert.ok(Number(relay.round_trip_ms) > 0 && Number(relay.messages_per_second) > 0);
  assert.ok(findings.every(({ result }) => result === 'pass'));
  const bad = await desk.run(['check'], { ...env, ...login, MAILBLAST_PASSWORD: 'wrong-4711' });
  assert.equal(bad.code, 77);
  assert.match(bad.stdout, /^fail +login .*535 5\.7\.8/m);
  assert.match(bad.stdout, /^offers: .*PIPELINING/m);
  assert.ok(!bad.stdout.includes('wrong-4711'));
  assert.doesNotMatch(await postfix.log(), /mail=\d/);
});

test('Postfix that asks for a client certificate gets it, and takes nothing without', { skip }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'mailblast-client-'));
  t.after(() => rm(folder, { recursive: true }));
  const ours = await makeCertificates(folder, { names: 'DNS:client.test' });
  execFileSync('chmod', ['755', folder]);
  const { postfix, desk, env } = await setUp(t, [
    'smtpd_tls_security_level = encrypt',
    'smtpd_tls_req_ccert = yes',
    'smtpd_tls_loglevel = 1',
    `smtpd_tls_CAfile = ${ours.caFile}`,
  ]);
  const without = await desk.run(COMMAND, env);
  assert.equal(without.code, 69, without.stderr);
  assert.equal((await desk.status()).counts.pending, 40);
  const certificate = ['--tls-cert', ours.certFile, '--tls-key', ours.keyFile];
  const { code, stderr } = await desk.run([...COMMAND, ...certificate], env);
  assert.equal(code, 0, stderr);
  await postfix.idle();
  assert.equal(new Set((await postfix.journal()).map(({ to }) => to)).size, 40);
  assert.match(await postfix.log(), /Trusted TLS connection established from/);
});
