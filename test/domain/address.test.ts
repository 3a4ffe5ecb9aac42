// Addresses: which can be mailed, how they go out, by which key people are found again, and the reasons for the rest.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { domainOf, isAddress, parseAddress, parseMailbox } from '../../src/domain/address.js';

const GOOD: readonly [written: string, address: string, key: string][] = [
  ['ada@example.com', 'ada@example.com', 'ada@example.com'],
  [' \u00a0Ada.L+News@Example.COM\t', 'Ada.L+News@example.com', 'ada.l+news@example.com'],
  [
    "o'brien!#$%&*/=?^_`{|}~-@a.b-c.example",
    "o'brien!#$%&*/=?^_`{|}~-@a.b-c.example",
    "o'brien!#$%&*/=?^_`{|}~-@a.b-c.example",
  ],
  ['x@bücher.example', 'x@xn--bcher-kva.example', 'x@xn--bcher-kva.example'],
  ['x@BÜCHER.Example', 'x@xn--bcher-kva.example', 'x@xn--bcher-kva.example'],
  ['x@xn--bcher-kva.example', 'x@xn--bcher-kva.example', 'x@xn--bcher-kva.example'],
  ['x@例え.テスト', 'x@xn--r8jz45g.xn--zckzah', 'x@xn--r8jz45g.xn--zckzah'],
  ['x@straße.example', 'x@xn--strae-oqa.example', 'x@xn--strae-oqa.example'],
  ['José@Example.com', 'José@example.com', 'josé@example.com'],
  ['Jose\u0301@example.com', 'Jose\u0301@example.com', 'josé@example.com'],
  ['用户@例え.example.com', '用户@xn--r8jz45g.example.com', '用户@xn--r8jz45g.example.com'],
  ['x@1and1.example', 'x@1and1.example', 'x@1and1.example'],
  [`${'l'.repeat(64)}@example.com`, `${'l'.repeat(64)}@example.com`, `${'l'.repeat(64)}@example.com`],
];
for (const [written, address, key] of GOOD) {
  test(`${JSON.stringify(written)} can be mailed`, () =>
    assert.deepEqual(parseAddress(written), { address, key }));
}

const BAD: readonly [written: string, reason: RegExp][] = [
  ['', /^the address is missing$/],
  [' \u00a0 ', /missing/],
  ['ada', /no @/],
  ['@example.com', /nothing stands before the @/],
  ['jo sé@example.com', /not a valid local part/],
  ['é..a@example.com', /not a valid local part/],
  ['"é"@example.com', /not a valid local part/],
  [`${'é'.repeat(33)}@example.com`, /longer than 64/],
  [`${'l'.repeat(65)}@example.com`, /longer than 64/],
  [`a@${'d.'.repeat(130)}com`, /longer than 254/],
  [
    `a@${'ü'.repeat(60)}.${'ü'.repeat(60)}.${'d'.repeat(63)}.${'d'.repeat(60)}.com`,
    /longer than 254|not a valid domain/,
  ],
  ['=?x?q?ada=40other.example?=foo@example.com', /encoded word/],
  ['.ada@example.com', /not a valid local part/],
  ['a..b@example.com', /not a valid local part/],
  ['a b@example.com', /not a valid local part/],
  ['"a b"@example.com', /not a valid local part/],
  ['mailto:ada@example.com', /not a valid local part/],
  ['ada@', /not a valid domain/],
  ['ada@localhost', /not a valid domain/],
  ['ada@example.com.', /not a valid domain/],
  ['ada@example..com', /not a valid domain/],
  ['ada@-example.com', /not a valid domain/],
  ['ada@exa_mple.com', /not a valid domain/],
  ['ada@exa mple.com', /not a valid domain/],
  ['ada@127.0.0.1', /not a valid domain/],
  ['ada@[127.0.0.1]', /not a valid domain/],
  ['ada@１２７.0.0.1', /not a valid domain/],
  [`ada@${'d'.repeat(64)}.com`, /not a valid domain/],
  ['ada@bü/x.example', /not a valid domain/],
  ['ada@bü／x.example', /not a valid domain/],
  ['ada@bü%41.example', /not a valid domain/],
  ['ada@example.com, bob@example.com', /more than one address/],
  ['ada@example.com;bob@example.com', /more than one address/],
  ['Ada <ada@example.com>', /between < and >/],
  ['ada@exam\u200bple.com', /invisible character \(U\+200B\)/],
  ['\u202aada@example.com\u202c', /invisible character \(U\+202A\)/],
  ['ada@example.com\r\nBcc: x@example.com', /invisible character \(U\+000D\)/],
  ['ada\0@example.com', /invisible character \(U\+0000\)/],
];
for (const [written, reason] of BAD) {
  test(`${JSON.stringify(written.slice(0, 60))} cannot, and the reason says why`, () => {
    const parsed = parseAddress(written);
    assert.ok(!isAddress(parsed));
    assert.match(parsed.reason, reason);
  });
}

test('a hostile cell is judged at once', () => {
  const began = process.hrtime.bigint();
  for (const written of [
    `@${',;'.repeat(500_000)}`,
    `${'a.'.repeat(500_000)}@x`,
    `a@${'-'.repeat(1_000_000)}`,
  ])
    parseAddress(written);
  assert.ok(process.hrtime.bigint() - began < 500_000_000n);
});

test('the domain is what stands behind the @', () => {
  const parsed = parseAddress('Ada@Example.COM');
  assert.ok(isAddress(parsed));
  assert.equal(domainOf(parsed), 'example.com');
});

const MAILBOXES: readonly [written: string, name: string, address: string][] = [
  ['ada@example.com', '', 'ada@example.com'],
  ['<ada@example.com>', '', 'ada@example.com'],
  ['Ada Lovelace <ada@example.com>', 'Ada Lovelace', 'ada@example.com'],
  ['  "Lovelace, \\"Ada\\""   < ada@example.com >', 'Lovelace, "Ada"', 'ada@example.com'],
  ['Zoë 🎉 <zoe@bücher.example>', 'Zoë 🎉', 'zoe@xn--bcher-kva.example'],
  ['"a <b>" <ada@example.com>', 'a <b>', 'ada@example.com'],
];
for (const [written, name, address] of MAILBOXES) {
  test(`${written} is a mailbox`, () => {
    const parsed = parseMailbox(written);
    assert.ok('address' in parsed);
    assert.deepEqual([parsed.name, parsed.address.address], [name, address]);
  });
}

for (const written of [
  '',
  'Ada',
  'Ada <ada>',
  'A <a@example.com> <b@example.com>',
  'Ada\r\nBcc: x <ada@example.com>',
  'A\x85 <a@example.com>',
]) {
  test(`${JSON.stringify(written)} is no mailbox`, () => assert.ok('reason' in parseMailbox(written)));
}
