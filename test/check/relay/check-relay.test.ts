// The pre-flight as a whole: a fake relay and a name server on loopback, and what is thought of them.

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';

import {
  checkRelay,
  type RelayCheck,
  type RelayReport,
  troubleOf,
} from '../../../src/check/relay/check-relay.js';
import type { CheckedSender } from '../../../src/check/relay/look-up.js';
import { NameServer } from '../../../src/dns/name-server.js';
import { parseRelayUrl, type SmtpTarget } from '../../../src/relay/relay-url.js';
import { openingOf, type SmtpRelayOptions } from '../../../src/relay/smtp-relay.js';
import { makeCertificates, readKeyPair } from '../../servers/certificates.js';
import { startDnsServer, type Zone } from '../../servers/dns-server.js';
import { type FakeRelayOptions, startFakeRelay } from '../../servers/fake-relay.js';
import { freePort } from '../../servers/free-port.js';

const spki = (bits = 2048) =>
  generateKeyPairSync('rsa', { modulusLength: bits })
    .publicKey.export({ type: 'spki', format: 'der' })
    .toString('base64');
const KEY = spki();

const SENDER: CheckedSender = {
  fromDomain: 'example.com',
  returnPathDomain: 'bounce.example.com',
  dkim: { domain: 'example.com', selector: 's', publicKey: KEY },
  unsubscribeUrl: 'https://example.com/u?t={{token}}',
  unsubscribeMailto: '',
  triggered: false,
};

const GOOD: Zone = {
  'TXT bounce.example.com': ['v=spf1 ip4:192.0.2.25 -all'],
  'MX bounce.example.com': ['10 mail.example.com'],
  'MX example.com': ['10 mail.example.com'],
  'TXT s._domainkey.example.com': [`v=DKIM1; k=rsa; p=${KEY}`],
  'TXT _dmarc.example.com': ['v=DMARC1; p=none'],
  'A mail.example.com': ['192.0.2.25'],
  'PTR 25.2.0.192.in-addr.arpa': ['mail.example.com'],
};

interface Setting {
  readonly zone?: Zone;
  readonly relay?: FakeRelayOptions;
  readonly options?: SmtpRelayOptions;
  readonly url?: (port: number) => string;
  readonly check?: Partial<RelayCheck>;
  readonly sender?: Partial<CheckedSender>;
}

async function checked(t: TestContext, setting: Setting = {}) {
  const {
    zone = GOOD,
    relay: relayOptions = {},
    options = {},
    url = (port) => `smtp://127.0.0.1:${port}`,
  } = setting;
  const relay = await startFakeRelay(relayOptions);
  const dns = await startDnsServer(zone);
  t.after(async () => {
    await relay.stop();
    await dns.stop();
  });
  const target = parseRelayUrl(url(relay.port), 'environment') as SmtpTarget;
  const report = await checkRelay({
    opening: openingOf(target, options),
    wanted: { rate: 10, connections: 5, now: Date.now() },
    sender: { ...SENDER, ...setting.sender },
    sendingIps: ['192.0.2.25'],
    nameServer: new NameServer([dns.address]),
    monotonic: () => performance.now(),
    ...setting.check,
  });
  return { report, relay, dns, results: resultsOf(report), trouble: troubleOf(report) };
}

function resultsOf({ findings }: RelayReport): Record<string, string> {
  return Object.fromEntries(findings.map(({ id, result }) => [id, result]));
}

const ruleOf = ({ rules }: RelayReport, provider: string, id: string) =>
  rules.find((rule) => rule.provider === provider && rule.id === id)!.result;

test('where all is well nothing fails, and nothing is sent', async (t) => {
  const { report, relay, results, trouble } = await checked(t);
  assert.equal(trouble, undefined, JSON.stringify(report.findings));
  assert.deepEqual(new Set(Object.values(results)), new Set(['pass']));
  assert.equal(Object.keys(results).length, 11);
  assert.ok(!relay.commands.some((line) => /^(?:MAIL|RCPT|DATA|AUTH)/.test(line)));
  assert.equal(relay.commands.filter((line) => line === 'NOOP').length, 7);
  assert.equal(relay.commands.at(-1), 'QUIT');
  for (const { source } of report.rules)
    assert.match(source, /^https:\/\/(?:support\.google|senders\.yahooinc|techcommunity\.microsoft)\.com\//);
});

const without = (...keys: string[]): Zone =>
  Object.fromEntries(Object.entries(GOOD).filter(([key]) => !keys.includes(key)));

for (const [what, setting, ids, rules] of [
  [
    'no SPF record',
    { zone: without('TXT bounce.example.com') },
    ['spf'],
    ['Gmail spf_and_dkim', 'Outlook spf'],
  ],
  [
    'an SPF record that leaves the relay out',
    { check: { sendingIps: ['192.0.2.26'] } },
    ['spf', 'ptr'],
    ['Gmail ptr'],
  ],
  [
    'no DKIM key',
    { zone: without('TXT s._domainkey.example.com') },
    ['dkim'],
    ['Yahoo spf_and_dkim', 'Outlook dkim'],
  ],
  [
    'another DKIM key',
    { zone: { ...GOOD, 'TXT s._domainkey.example.com': [`p=${spki()}`] } },
    ['dkim'],
    ['Outlook dkim'],
  ],
  [
    'no DMARC record',
    { zone: without('TXT _dmarc.example.com') },
    ['dmarc'],
    ['Gmail dmarc', 'Outlook dmarc'],
  ],
  [
    'a return path that takes no mail',
    { zone: { ...GOOD, 'MX bounce.example.com': ['0 .'] } },
    ['return_path_mx'],
    [],
  ],
  ['a From that takes no mail', { zone: without('MX example.com') }, ['from_mx'], ['Outlook reply_address']],
  ['no PTR', { zone: without('PTR 25.2.0.192.in-addr.arpa') }, ['ptr'], ['Yahoo ptr']],
  [
    'a PTR that leads elsewhere',
    { zone: { ...GOOD, 'A mail.example.com': ['192.0.2.99'] } },
    ['ptr'],
    ['Gmail ptr'],
  ],
  [
    'strict alignment that a subdomain does not meet',
    {
      zone: {
        ...GOOD,
        'TXT _dmarc.example.com': ['v=DMARC1; p=reject; aspf=s; adkim=s'],
        'TXT s._domainkey.news.example.com': [`p=${KEY}`],
      },
      sender: { dkim: { domain: 'news.example.com', selector: 's', publicKey: KEY } },
    },
    ['alignment'],
    ['Gmail alignment', 'Outlook dmarc'],
  ],
  [
    'no one-click unsubscribe',
    { sender: { unsubscribeUrl: '', unsubscribeMailto: 'leave@example.com' } },
    [],
    ['Gmail one_click', 'Yahoo one_click'],
  ],
  [
    'a rate beyond the connections',
    { check: { wanted: { rate: 1e9, connections: 1, now: 0 } } },
    ['rate'],
    [],
  ],
] as const) {
  test(`${what} fails`, async (t) => {
    const { report, results, trouble } = await checked(t, setting as Setting);
    const failed = Object.entries(results).filter(([, result]) => result === 'fail');
    assert.deepEqual(
      failed.map(([id]) => id),
      ids,
      JSON.stringify(report.findings),
    );
    for (const rule of rules) {
      const [provider = '', id = ''] = rule.split(' ');
      assert.equal(ruleOf(report, provider, id), 'fail', rule);
    }
    assert.equal(trouble, 'settings');
    for (const { id, result, advice } of report.findings) assert.ok(result !== 'fail' || advice !== '', id);
  });
}

test('a name server that fails makes everything unknown and nothing fail', async (t) => {
  const broken = Object.fromEntries(Object.keys(GOOD).map((key) => [key, 'SERVFAIL' as const]));
  const { report, results, trouble } = await checked(t, { zone: { ...broken, 'AAAA x': 'SERVFAIL' } });
  for (const id of ['spf', 'dkim', 'dmarc', 'alignment', 'return_path_mx', 'from_mx', 'ptr']) {
    assert.equal(results[id], 'unknown', id);
  }
  assert.equal(ruleOf(report, 'Gmail', 'spf_and_dkim'), 'unknown');
  assert.equal(trouble, undefined);
});

test('without a signature of our own, and with a relay that nobody knows, DKIM, alignment and PTR are unknown', async (t) => {
  const { results, report, trouble } = await checked(t, {
    sender: { dkim: undefined, returnPathDomain: 'relay.example' },
    zone: { ...GOOD, 'TXT relay.example': ['v=spf1 -all'], 'MX relay.example': ['10 x.relay.example'] },
    check: { sendingIps: [] },
  });
  const { spf, dkim, alignment, ptr } = results;
  assert.deepEqual([spf, dkim, alignment, ptr], Array(4).fill('unknown'));
  assert.equal(ruleOf(report, 'Gmail', 'alignment'), 'unknown');
  assert.equal(trouble, undefined);
});

test('a relay that is not reached, or not safely, is unreachable', async (t) => {
  const gone = await freePort();
  const { report, results, trouble } = await checked(t, { url: () => `smtp://127.0.0.1:${gone}` });
  assert.equal(results.reached, 'fail');
  assert.equal(trouble, 'unreachable');
  assert.equal(report.inspection.seen, undefined);
  assert.equal(results.spf, 'pass');
});

for (const [days, result] of [
  [30, 'pass'],
  [6, 'fail'],
] as const) {
  test(`a certificate with ${days} of its 30 days left: ${result}`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'mailblast-check-'));
    t.after(() => rm(folder, { recursive: true }));
    const files = await makeCertificates(folder, { days: 30 });
    const now = Date.now() + (30 - days) * 86_400_000;
    const { results, report, trouble } = await checked(t, {
      relay: { tls: await readKeyPair(files) },
      url: (port) => `smtp://localhost:${port}`,
      options: { caFile: files.caFile },
      check: { wanted: { rate: 10, connections: 5, now } },
    });
    assert.equal(results.certificate, result, JSON.stringify(report.findings));
    assert.equal(trouble, result === 'fail' ? 'unreachable' : undefined);
    assert.match(report.inspection.seen!.secured!.version, /^TLSv1\.[23]$/);
    assert.equal(report.inspection.seen!.secured!.certificate.issuer, 'throw-away authority');
  });
}

test('a login is tried; a refused one is told, and the rest is seen all the same', async (t) => {
  const login = { user: 'ada', password: 'hush' };
  const good = await checked(t, { relay: { login }, options: login });
  assert.equal(good.results.login, 'pass');
  const wrong = await checked(t, { relay: { login }, options: { ...login, password: 'wrong-4711' } });
  assert.equal(wrong.results.login, 'fail');
  assert.equal(wrong.trouble, 'refused');
  assert.deepEqual(wrong.report.inspection.seen!.extensions.get('AUTH'), 'PLAIN LOGIN');
  assert.doesNotMatch(JSON.stringify(wrong.report.findings), /4711/);
  const none = await checked(t, { relay: { login } });
  assert.equal(none.results.login, 'unknown');
});

test('a token endpoint that is away is told as the login that could not be tried, and the rest is seen', async (t) => {
  const oauth2 = {
    provider: `http://127.0.0.1:${await freePort()}/token`,
    clientId: 'c',
    clientSecret: 's',
    refreshToken: 'r',
  };
  const { results, trouble, report } = await checked(t, {
    relay: { oauth2: { user: 'ada', good: () => true, challenge: true } },
    options: { user: 'ada', oauth2 },
  });
  assert.equal(results.reached, 'pass');
  assert.equal(results.login, 'fail');
  assert.equal(trouble, 'unreachable');
  assert.equal(report.inspection.seen!.extensions.get('AUTH'), 'XOAUTH2');
});

test("a relay within From's organisation is taken for one's own, by its name", async (t) => {
  const proxied = await import('../../servers/proxy.js').then(({ startProxy }) => startProxy());
  t.after(() => proxied.stop());
  const { results, dns } = await checked(t, {
    url: (port) => `smtp+plain://mail.example.com:${port}`,
    options: { proxy: `http://127.0.0.1:${proxied.port}` },
    check: { sendingIps: [] },
  });
  assert.equal(results.ptr, 'pass');
  assert.equal(results.spf, 'pass');
  assert.equal(results.tls, 'unknown');
  assert.ok(dns.asked.includes('PTR 25.2.0.192.in-addr.arpa'));
});

test('a relay that many use is known by what the SPF record includes', async (t) => {
  const proxied = await import('../../servers/proxy.js').then(({ startProxy }) => startProxy());
  t.after(() => proxied.stop());
  const through = (record: string) =>
    checked(t, {
      url: (port) => `smtp+plain://email-smtp.eu-west-1.amazonaws.com:${port}`,
      options: { proxy: `http://127.0.0.1:${proxied.port}` },
      check: { sendingIps: [] },
      zone: {
        ...GOOD,
        'TXT bounce.example.com': [record],
        'TXT amazonses.com': ['v=spf1 ip4:203.0.113.0/24 -all'],
      },
    });
  assert.equal((await through('v=spf1 include:amazonses.com -all')).results.spf, 'pass');
  const { report, results } = await through('v=spf1 ip4:198.51.100.1 -all');
  assert.equal(results.spf, 'unknown');
  assert.match(
    report.findings.find(({ id }) => id === 'spf')!.advice,
    /include:amazonses\.com.*https:\/\/docs\.aws/,
  );
});
