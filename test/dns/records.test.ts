// What stands in the DNS, read from a name server of the tests' own: SPF, DKIM, DMARC, MX, PTR.

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { type TestContext, test } from 'node:test';

import { readDkimRecord } from '../../src/dns/dkim-record.js';
import { aligned, organisationOf, readDmarc } from '../../src/dns/dmarc.js';
import { NameServer, reverseName } from '../../src/dns/name-server.js';
import { readSpf } from '../../src/dns/spf.js';
import { startDnsServer, type Zone } from '../servers/dns-server.js';

async function serving(t: TestContext, zone: Zone): Promise<NameServer> {
  const dns = await startDnsServer(zone);
  t.after(() => dns.stop());
  return new NameServer([dns.address]);
}

const publicKey = (bits: number) =>
  generateKeyPairSync('rsa', { modulusLength: bits })
    .publicKey.export({ type: 'spki', format: 'der' })
    .toString('base64');

for (const [what, zone, state] of [
  ['no domain', {}, 'none'],
  ['no TXT record', { 'MX example.com': ['10 mx.example.com'] }, 'none'],
  ['another TXT record', { 'TXT example.com': ['v=spf10 all', 'site-verification=x'] }, 'none'],
  ['two records', { 'TXT example.com': ['v=spf1 -all', 'v=spf1 ~all'] }, 'several'],
  ['a word that SPF does not know', { 'TXT example.com': ['v=spf1 ipv4:192.0.2.1 -all'] }, 'broken'],
  ['an include of nothing', { 'TXT example.com': ['v=spf1 include:none.example -all'] }, 'broken'],
  ['a name server that fails', { 'TXT example.com': 'SERVFAIL' }, 'unknown'],
  [
    'an include that fails',
    { 'TXT example.com': ['v=spf1 include:x.example -all'], 'TXT x.example': 'SERVFAIL' },
    'unknown',
  ],
  ['a good record', { 'TXT example.com': ['v=spf1 ip4:198.51.100.0/24 -all'] }, 'valid'],
] as const) {
  test(`SPF: ${what} is ${state}`, async (t) => {
    const spf = await readSpf('example.com', ['198.51.100.7'], await serving(t, zone));
    assert.equal(spf.state, state, JSON.stringify(spf));
  });
}

test('SPF: what it says of each address, what it includes and what it costs is told', async (t) => {
  const server = await serving(t, {
    'TXT example.com': ['v=spf1 a:mail.example.com include:_spf.relay.example ~all'],
    'TXT _spf.relay.example': ['v=spf1 ip4:203.0.113.0/24 ip6:2001:db8::/32 -all'],
    'A mail.example.com': ['198.51.100.7'],
  });
  const spf = await readSpf(
    'example.com',
    ['198.51.100.7', '203.0.113.9', '2001:db8::1', '192.0.2.8'],
    server,
  );
  assert.ok(spf.state === 'valid');
  assert.deepEqual([...spf.says.values()], ['pass', 'pass', 'pass', 'softfail']);
  assert.deepEqual(spf.includes, ['_spf.relay.example']);
  assert.equal(spf.lookups, 2);
  assert.equal(spf.letsAnybody, false);
});

test('SPF: more than ten look-ups break it, also through includes, and +all lets everybody send', async (t) => {
  const names = Array.from({ length: 6 }, (_, index) => `s${index}.example`);
  const zone: Record<string, string[]> = {
    'TXT example.com': ['v=spf1 include:one.example include:two.example -all'],
    'TXT one.example': [`v=spf1 ${names.map((name) => `a:${name}`).join(' ')} -all`],
    'TXT two.example': [`v=spf1 ${names.map((name) => `a:t${name}`).join(' ')} -all`],
    'TXT open.example': ['v=spf1 +all'],
  };
  for (const name of names)
    Object.assign(zone, { [`A ${name}`]: ['203.0.113.1'], [`A t${name}`]: ['203.0.113.1'] });
  const server = await serving(t, zone);
  const spf = await readSpf('example.com', [], server);
  assert.ok(spf.state === 'broken', JSON.stringify(spf));
  assert.match(spf.why, /[Tt]oo many DNS requests/);
  const open = await readSpf('open.example', [], server);
  assert.ok(open.state === 'valid' && open.letsAnybody);
});

test('DKIM: a key is read whole, however its record is written', async (t) => {
  const key = publicKey(2048);
  const server = await serving(t, {
    'TXT a._domainkey.example.com': [`v=DKIM1; k=rsa; p=${key}`],
    'TXT b._domainkey.example.com': [`p=${key.slice(0, 200)} ${key.slice(200)}; t=y:s`],
  });
  for (const [selector, testing] of [
    ['a', false],
    ['b', true],
  ] as const) {
    assert.deepEqual(await readDkimRecord('example.com', selector, server), {
      state: 'valid',
      publicKey: key,
      bits: 2048,
      testing,
    });
  }
});

for (const [what, records, state, why] of [
  ['no record', undefined, 'none', ''],
  ['a withdrawn key', ['v=DKIM1; p='], 'withdrawn', ''],
  ['two records', ['v=DKIM1; p=x', 'v=DKIM1; p=y'], 'several', ''],
  ['another version', [`v=DKIM2; p=${publicKey(1024)}`], 'broken', /not DKIM1/],
  ['a short key', [`v=DKIM1; p=${publicKey(512)}`], 'broken', /fewer than 1024 bits/],
  ['no base64', ['v=DKIM1; p=?'], 'broken', /base64/],
  ['no key', ['v=DKIM1; p=aGFsbG8='], 'broken', /neither RSA nor Ed25519/],
  ['a name server that fails', 'SERVFAIL', 'unknown', /SERVFAIL/],
] as const) {
  test(`DKIM: ${what} is ${state}`, async (t) => {
    const zone: Zone = records === undefined ? {} : { 'TXT s._domainkey.example.com': records };
    const found = await readDkimRecord('example.com', 's', await serving(t, zone));
    assert.equal(found.state, state);
    if (why !== '') assert.ok('why' in found && why.test(found.why), JSON.stringify(found));
  });
}

test("DMARC: the domain's own policy goes before its organisation's, whose sp= is for subdomains", async (t) => {
  const server = await serving(t, {
    'TXT _dmarc.example.co.uk': ['v=DMARC1; p=reject; sp=quarantine; adkim=s'],
    'TXT _dmarc.own.example.co.uk': ['v=DMARC1; p=none; aspf=s'],
  });
  const read = async (domain: string) => {
    const dmarc = await readDmarc(domain, server);
    return dmarc.state === 'valid' ? [dmarc.policy, dmarc.strict.spf, dmarc.strict.dkim] : dmarc.state;
  };
  assert.deepEqual(await read('example.co.uk'), ['reject', false, true]);
  assert.deepEqual(await read('news.example.co.uk'), ['quarantine', false, true]);
  assert.deepEqual(await read('own.example.co.uk'), ['none', true, false]);
  assert.equal(await read('example.com'), 'none');
});

for (const [records, state] of [
  [['v=DMARC1; p=none', 'v=DMARC1; p=reject'], 'broken'],
  [['v=DMARC1; p=perhaps'], 'broken'],
  [['v=DMARC1'], 'broken'],
  ['SERVFAIL', 'unknown'],
  [['v=spf1 -all'], 'none'],
] as const) {
  test(`DMARC: ${records} is ${state}`, async (t) => {
    const server = await serving(t, { 'TXT _dmarc.example.com': records });
    assert.equal((await readDmarc('example.com', server)).state, state);
  });
}

test('alignment: the same organisation when relaxed, the very same domain when strict', () => {
  assert.equal(organisationOf('a.b.example.co.uk'), 'example.co.uk');
  assert.equal(organisationOf('news.blogspot.com'), 'news.blogspot.com');
  assert.equal(aligned('bounce.example.com', 'example.com', false), true);
  assert.equal(aligned('bounce.example.com', 'example.com', true), false);
  assert.equal(aligned('example.com', 'example.com', true), true);
  assert.equal(aligned('one.co.uk', 'two.co.uk', false), false);
  assert.equal(aligned('badexample.com', 'example.com', false), false);
});

test('a name server that never answers makes an unknown, in time', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const server = await serving(t, { 'TXT example.com': 'silence' });
  const asking = server.txt('example.com');
  t.mock.timers.tick(6_000);
  assert.deepEqual(await asking, { state: 'unknown', why: 'the name server did not answer in time' });
});

test('the names of addresses are asked for as RFC 1035 and RFC 3596 say', () => {
  assert.equal(reverseName('198.51.100.7'), '7.100.51.198.in-addr.arpa');
  const loopback = `1.${'0.'.repeat(31)}ip6.arpa`;
  for (const address of ['::1', '0:0:0:0:0:0:0:1']) assert.equal(reverseName(address), loopback);
  assert.equal(
    reverseName('2001:DB8::567:89ab'),
    'b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa',
  );
});

test('MX hosts come in order of preference, addresses of both kinds together, and names by PTR', async (t) => {
  const server = await serving(t, {
    'MX example.com': ['20 b.example.com', '10 a.example.com'],
    'A a.example.com': ['198.51.100.7'],
    'AAAA a.example.com': ['2001:db8::1'],
    'PTR 7.100.51.198.in-addr.arpa': ['a.example.com'],
  });
  assert.deepEqual(await server.mx('example.com'), {
    state: 'found',
    records: ['a.example.com', 'b.example.com'],
  });
  assert.deepEqual(await server.addresses('a.example.com'), {
    state: 'found',
    records: ['198.51.100.7', '2001:db8::1'],
  });
  assert.deepEqual(await server.names('198.51.100.7'), { state: 'found', records: ['a.example.com'] });
  assert.deepEqual(await server.names('198.51.100.8'), { state: 'none' });
});
