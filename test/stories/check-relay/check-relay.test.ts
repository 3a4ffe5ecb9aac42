// `mailblast check --relay` as people and cron meet it: words, JSON, exit codes, and that nothing is sent or kept.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startDnsServer, type Zone } from '../../servers/dns-server.js';
import { type FakeRelayOptions, startFakeRelay } from '../../servers/fake-relay.js';
import { freePort } from '../../servers/free-port.js';
import { Desk } from '../mailblast.js';

const GOOD: Zone = {
  'TXT example.com': ['v=spf1 ip4:192.0.2.25 -all'],
  'MX example.com': ['10 mail.example.com'],
  'TXT _dmarc.example.com': ['v=DMARC1; p=none'],
  'A mail.example.com': ['192.0.2.25'],
  'PTR 25.2.0.192.in-addr.arpa': ['mail.example.com'],
};

async function setUp(t: TestContext, zone: Zone = GOOD, options: FakeRelayOptions = {}) {
  const desk = new Desk();
  const relay = await startFakeRelay(options);
  const dns = await startDnsServer(zone);
  t.after(async () => {
    desk.close();
    await relay.stop();
    await dns.stop();
  });
  const url = `smtp://127.0.0.1:${relay.port}`;
  const words = ['--sending-ip', '192.0.2.25', '--dns-server', dns.address];
  const unsubscribe = ['--unsubscribe-url', 'https://example.com/u?t={{token}}'];
  return { desk, relay, url, words: ['check', '--relay', url, ...words, ...unsubscribe] };
}

test('where nothing fails it says so, exits 0, sends nothing and leaves nothing behind', async (t) => {
  const { desk, relay, words } = await setUp(t);
  const { code, stdout, stderr } = await desk.run(words);
  assert.equal(code, 0, stdout);
  assert.equal(stderr, '');
  assert.match(stdout, /^offers: .*PIPELINING · SIZE 10485760/m);
  assert.match(stdout, /^round trip: [\d.]+ ms; up to [\d,]+ messages a second on 5 connections$/m);
  assert.match(stdout, /^pass +spf +example\.com lets 192\.0\.2\.25 send/m);
  assert.match(stdout, /^unknown +dkim .*\n +→ Give --dkim-domain/m);
  assert.match(stdout, /^What Gmail asks of bulk senders \(https:\/\/support\.google\.com/m);
  assert.match(stdout, /^0 failed, \d+ unknown, \d+ passed\. Nothing was sent\.$/m);
  assert.equal(relay.journal.length, 0);
  assert.deepEqual(await readdir(desk.folder), []);
  assert.ok(!existsSync(join(desk.folder, 'mailblast.db')));
});

test('for cron: --quiet says nothing when nothing fails, and only what fails otherwise, with 78', async (t) => {
  const { desk, words } = await setUp(t);
  const quiet = await desk.run([...words, '--quiet']);
  assert.deepEqual([quiet.code, quiet.stdout, quiet.stderr], [0, '', '']);
  const wrong = await desk.run([...words, '--quiet'], { MAILBLAST_FROM: 'News <news@example.org>' });
  assert.equal(wrong.code, 78);
  assert.match(wrong.stdout, /^fail +dmarc +example\.org has no DMARC record\.$/m);
  assert.match(wrong.stdout, /^fail +dmarc +Outlook asks for a DMARC policy/m);
  assert.doesNotMatch(wrong.stdout, /^pass|^unknown/m);
});

test('for scripts: --json is one object with the promised names', async (t) => {
  const { desk, words, url } = await setUp(t);
  const { stdout } = await desk.run([...words, '--json']);
  const report = JSON.parse(stdout) as Record<string, never> & {
    relay: object;
    findings: object[];
    rules: object[];
  };
  assert.deepEqual(Object.keys(report), ['relay', 'findings', 'rules', 'failed']);
  assert.equal((report.relay as { name: string }).name, url);
  assert.deepEqual(Object.keys(report.relay), [
    'name',
    'reached',
    'failure',
    'tls',
    'extensions',
    'auth',
    'size',
    'pipelining',
    'chunking',
    'smtputf8',
    'login',
    'round_trip_ms',
    'messages_per_second',
  ]);
  for (const finding of report.findings)
    assert.deepEqual(Object.keys(finding), ['id', 'result', 'says', 'advice']);
  for (const rule of report.rules) {
    assert.deepEqual(Object.keys(rule), ['provider', 'id', 'asks', 'result', 'advice', 'source']);
  }
});

test('a relay that is not reached is 69, one that refuses the login 77, a rehearsal and a wrong word 78 and 64', async (t) => {
  const { desk, words, url } = await setUp(t, GOOD, { login: { user: 'ada', password: 'right' } });
  const relay = async (to: string, more: readonly string[] = [], env: Record<string, string> = {}) =>
    (await desk.run([...words, '--relay', to, ...more], env)).code;
  assert.equal(await relay(`smtp://127.0.0.1:${await freePort()}`), 69);
  assert.equal(await relay(url, [], { MAILBLAST_USER: 'ada', MAILBLAST_PASSWORD: 'wrong' }), 77);
  assert.equal(await relay(url, [], { MAILBLAST_USER: 'ada', MAILBLAST_PASSWORD: 'right' }), 0);
  assert.equal(await relay('sandbox'), 78);
  assert.equal(await relay(url, ['--sending-ip', 'mail.example.com']), 64);
  assert.equal(await relay(url, ['--dns-server', 'nowhere']), 64);
  assert.equal(await relay(url, ['--dkim-domain', 'example.com']), 78);
});

test('a name server that is not there makes unknowns, soon, and no failure', async (t) => {
  const { desk, words } = await setUp(t);
  const dead = ['--dns-server', `127.0.0.1:${await freePort()}`];
  const without = words
    .filter((_, index) => words[index - 1] !== '--dns-server')
    .filter((word) => word !== '--dns-server');
  const { code, stdout } = await desk.run([...without, ...dead]);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /^unknown +dmarc /m);
});

test('what a relay or a record says cannot speak to the terminal', async (t) => {
  const evil = '\u001b]0;owned\u0007';
  const zone = { ...GOOD, 'TXT example.com': [`v=spf1 ip4:198.51.100.1 ${evil} -all`] };
  const { desk, words } = await setUp(t, zone, { extensions: [`SIZE ${evil}`] });
  const { stdout } = await desk.run(words);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose.
  assert.doesNotMatch(stdout, /[\x00-\x09\x0b-\x1f\x7f]/);
});
