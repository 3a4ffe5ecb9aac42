// Signed messages, verified by mailauth and by OpenDKIM.

import assert from 'node:assert/strict';
import crypto, { generateKeyPairSync } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { before, test } from 'node:test';
import fc from 'fast-check';
import { encodeAttachment } from '../../src/message/attachment.js';
import { composer } from '../../src/message/compose.js';
import { type DkimSettings, dkimSigner } from '../../src/message/dkim.js';
import { checkOctets } from '../../src/message/final-check.js';
import { QUOTED_PRINTABLE } from '../../src/message/quoted-printable.js';
import { Stencil } from '../../src/message/stencil.js';
import { missing } from '../servers/free-port.js';
import { BODY, composed, HOSTILE, LINE, letter, SEED, SENDER } from './awkward.js';
import { verifyWithMailauth, verifyWithOpenDkim } from './verifiers.js';

const SETTINGS: DkimSettings = {
  domain: 'example.com',
  selector: 'news2026',
  key: generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  }).privateKey,
  fromDomain: 'example.com',
  withoutDateAndMessageId: false,
};
const { sign, signature, record } = dkimSigner(SETTINGS);
const withoutOpenDkim = missing('opendkim-testmsg');

const FULL = composed({ ...SENDER, replyTo: SENDER.from, headers: [['Feedback-ID', 'a:b:c']] })(
  letter({ unsubscribeUrl: 'https://example.com/u?t=1', unsubscribeMailto: 'u@example.com' }),
);

const text = (octets: Uint8Array): string => Buffer.from(octets).toString('latin1');

/** Both verifiers' word, which must be the same. */
async function holds(message: string | Uint8Array): Promise<boolean> {
  const octets = typeof message === 'string' ? Buffer.from(message, 'latin1') : message;
  const passed = (await verifyWithMailauth(octets, record)) === 'pass';
  if (!withoutOpenDkim) assert.deepEqual(await verifyWithOpenDkim([octets], record), [passed]);
  return passed;
}

/** What `h=` names. */
function named(signed: Uint8Array): string[] {
  return /\r\n h=([^;]*);/.exec(text(signed))![1]!.replace(/\s/g, '').split(':');
}

const sampled = fc.sample(
  fc.record({
    subject: LINE,
    name: LINE,
    text: fc.oneof(BODY, HOSTILE),
    html: fc.oneof(BODY, HOSTILE),
    // As a body would be that is not quoted-printable: whatever stands at its lines' ends and its own.
    raw: fc
      .array(fc.constantFrom('word', ' ', '  ', '\t', '\r\n', ' \r\n', '\r\n\r\n', '\t\r\n \r\n'), {
        maxLength: 30,
      })
      .map((parts) => `${parts.join('')}\r\n`),
    isRaw: fc.boolean(),
    post: fc.boolean(),
    files: fc.array(fc.record({ name: LINE, octets: fc.uint8Array({ maxLength: 200 }) }), { maxLength: 2 }),
    withoutDateAndMessageId: fc.boolean(),
  }),
  { seed: SEED, numRuns: 400 },
);
const signed: Buffer[] = [];

before(async () => {
  console.log(`seed ${SEED}`);
  for (const one of sampled) {
    const compose = composed({
      ...SENDER,
      from: { name: one.name, address: SENDER.from.address },
      attachments: one.files.map((file) => encodeAttachment({ ...file, type: 'text/plain' })),
    });
    const octets = compose(
      letter({
        subject: one.subject,
        text: one.isRaw ? one.raw : QUOTED_PRINTABLE.literal(one.text),
        html: QUOTED_PRINTABLE.literal(one.html),
        unsubscribeUrl: one.post ? 'https://example.com/u' : '',
      }),
    );
    const { withoutDateAndMessageId } = one;
    signed.push(await dkimSigner({ ...SETTINGS, withoutDateAndMessageId }).sign(octets));
  }
});

test('mailauth verifies every generated message', async () => {
  for (const [i, octets] of signed.entries()) {
    assert.equal(checkOctets(octets), undefined);
    assert.equal(await verifyWithMailauth(octets, record), 'pass', JSON.stringify(sampled[i]));
  }
});

test('a body that is known to be relaxed is signed as it is when that is not known', async () => {
  let known = 0;
  for (const one of sampled) {
    const stencil = new Stencil();
    const attachments = one.files.map((file) => encodeAttachment({ ...file, type: 'text/plain' }));
    const html = stencil.literal(one.html) + stencil.value(one.text);
    const text = stencil.value(one.text);
    const { octets, relaxed } = composer({ ...SENDER, stencil, attachments })(letter({ text, html }));
    if (!relaxed) continue;
    known++;
    assert.equal(await signature(octets, true), await signature(octets));
  }
  assert.ok(known > 20, `${known} of ${sampled.length}`);
});

test('OpenDKIM verifies every generated message', { skip: withoutOpenDkim }, async () => {
  for (const [i, passed] of (await verifyWithOpenDkim(signed, record)).entries()) {
    assert.ok(passed, JSON.stringify(sampled[i]));
  }
});

test('what can mislead a reader is signed, once more than it stands in the message, and From first', async () => {
  const names = [
    ...['From', 'Reply-To', 'To', 'Subject', 'Date', 'Message-ID', 'MIME-Version', 'Content-Type'],
    ...['List-Id', 'List-Unsubscribe', 'List-Unsubscribe-Post', 'Feedback-ID'],
  ];
  assert.deepEqual(
    named(await sign(FULL)),
    names.flatMap((name) => [name, name]),
  );
  const plain = composed(SENDER)(letter({ text: '' }));
  assert.ok(!named(await sign(plain)).some((name) => /^(?:Reply-To|List-Uns|Feedback)/.test(name)));
  assert.ok(named(await sign(plain)).includes('Content-Transfer-Encoding'));
});

test('the signature stands in front, in lines of at most 76 octets, and the message behind it is untouched', async () => {
  const long = dkimSigner({
    ...SETTINGS,
    domain: `${'long-'.repeat(10)}x.example.com`,
    selector: 's'.repeat(60),
  });
  for (const octets of [await sign(FULL), await long.sign(FULL)]) {
    const [head, ...rest] = text(octets).split('From: Ada');
    assert.equal(`From: Ada${rest.join('From: Ada')}`, text(FULL));
    const lines = head!.split('\r\n');
    assert.match(lines[0]!, /^DKIM-Signature: v=1; a=rsa-sha256; c=relaxed\/relaxed;/);
    assert.equal(lines.pop(), '');
    for (const line of lines) assert.ok(line.length <= 76 || line.includes('d=long-'), line);
    for (const line of lines.slice(1)) assert.match(line, /^ [^ ]/);
    assert.equal(checkOctets(octets), undefined);
  }
});

test('a second signature of the same message has the same octets, from another signer too, and no time in it', async () => {
  const [first, second] = await Promise.all([sign(FULL), sign(FULL)]);
  assert.deepEqual(second, first);
  assert.deepEqual(await dkimSigner(SETTINGS).sign(new Uint8Array(FULL)), first);
  const head = text(first).split('\r\nFrom:')[0]!;
  assert.doesNotMatch(head, /[\s;][txl]=/);
});

test('a message changed in any one octet of its body or its signed headers fails', async () => {
  const original = await sign(FULL);
  assert.ok(await holds(original));
  const begin = text(original).indexOf('\r\nFrom:') + 2;
  const unsigned = /^(?:Precedence|X-Mailblast-ID):.*\r\n/gm;
  const ranges = [...text(original).matchAll(unsigned)].map((match) => [
    match.index,
    match.index + match[0].length,
  ]);
  const places = Array.from({ length: original.length - begin }, (_, i) => begin + i).filter(
    (at) =>
      !ranges.some(([from, to]) => at >= from! && at < to!) &&
      // A name's case, and a blank more or less, are nothing in the relaxed form.
      /[a-z0-9]/.test(String.fromCharCode(original[at]!)),
  );
  const spread = places.filter((_, i) => i % 7 === 0);
  assert.ok(spread.length > 60);
  const tampered = spread.map((at) => {
    const copy = Buffer.from(original);
    copy[at] = copy[at] === 0x7a ? 0x79 : copy[at]! + 1;
    return copy;
  });
  for (const [i, octets] of tampered.entries()) {
    assert.notEqual(await verifyWithMailauth(octets, record), 'pass', `octet ${spread[i]}`);
  }
  if (!withoutOpenDkim) assert.ok(!(await verifyWithOpenDkim(tampered, record)).includes(true));
});

test('what relays do to blanks does no harm', async () => {
  const original = text(await sign(FULL));
  const refolded = original.replace('Subject: News', 'SUBJECT:\r\n\t News  ').replace('Hello.', 'Hello. \t');
  assert.notEqual(refolded, original);
  assert.ok(await holds(`Received: by relay\r\n${refolded}\r\n\r\n`));
});

test('a tampered, removed or added header of unsubscription fails', async () => {
  const original = text(await sign(FULL));
  const post = 'List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n';
  assert.ok(original.includes(post));
  const changes = [
    original.replace(post, 'List-Unsubscribe-Post: List-Unsubscribe=Two-Click\r\n'),
    original.replace(post, ''),
    original.replace(post, post + post),
    original.replace('<https://example.com/u?t=1>', '<https://example.net/u?t=1>'),
    original.replace(post, `List-Unsubscribe: <https://example.net/>\r\n${post}`),
  ];
  for (const change of changes) assert.ok(!(await holds(change)), change.slice(0, 1200));
});

test('a header that its reader would see instead cannot be added in front', async () => {
  const original = text(await sign(FULL));
  for (const added of [
    'Subject: Prize',
    'To: other@example.org',
    'Content-Type: text/html',
    'Reply-To: a@evil.example',
  ]) {
    const octets = Buffer.from(`${added}\r\n${original}`, 'latin1');
    assert.notEqual(await verifyWithMailauth(octets, record), 'pass', added);
    if (!withoutOpenDkim) assert.deepEqual(await verifyWithOpenDkim([octets], record), [false], added);
  }
});

test('Date and Message-ID may be replaced when they are not signed, and only then', async () => {
  const replace = (octets: Uint8Array) =>
    text(octets)
      .replace(/\r\nDate: .*/, '\r\nDate: Mon, 03 Aug 2026 00:00:00 +0000')
      .replace(/\r\nMessage-ID: .*/, '\r\nMessage-ID: <0100@eu-west-1.amazonses.com>');
  assert.ok(
    await holds(replace(await dkimSigner({ ...SETTINGS, withoutDateAndMessageId: true }).sign(FULL))),
  );
  assert.ok(!(await holds(replace(await sign(FULL)))));
});

test('of a header that stands there twice both are signed, the last one first', async () => {
  const compose = composed({
    ...SENDER,
    headers: [
      ['Feedback-ID', 'a:b:c'],
      ['Feedback-ID', 'd:e:f'],
    ],
  });
  const octets = await sign(compose(letter()));
  assert.equal(named(octets).filter((name) => name === 'Feedback-ID').length, 3);
  assert.ok(await holds(octets));
  assert.ok(!(await holds(text(octets).replace('a:b:c', 'a:b:d'))));
});

test('a recipient beyond ASCII is signed by the octets of its UTF-8', async () => {
  const octets = await sign(
    Buffer.from(text(FULL).replace('Reader@', Buffer.from('Zoë@').toString('latin1')), 'latin1'),
  );
  assert.ok(octets.includes(Buffer.from('To: Zoë@')));
  assert.equal(await verifyWithMailauth(octets, record), 'pass');
  if (!withoutOpenDkim) assert.deepEqual(await verifyWithOpenDkim([octets], record), [true]);
});

test('a signature of 1024 and of 4096 bits holds', async () => {
  for (const modulusLength of [1024, 4096]) {
    const key = generateKeyPairSync('rsa', { modulusLength }).privateKey.export({
      type: 'pkcs1',
      format: 'pem',
    });
    const signer = dkimSigner({ ...SETTINGS, key: String(key) });
    const octets = await signer.sign(FULL);
    assert.equal(await verifyWithMailauth(octets, signer.record), 'pass');
    if (!withoutOpenDkim) assert.deepEqual(await verifyWithOpenDkim([octets], signer.record), [true]);
  }
});

test('an internationalised domain signs by its A-labels', async () => {
  const signer = dkimSigner({ ...SETTINGS, domain: 'Bücher.example', fromDomain: 'xn--bcher-kva.example' });
  assert.deepEqual(signer.notes, []);
  assert.equal(signer.record.name, 'news2026._domainkey.xn--bcher-kva.example');
  assert.equal(await verifyWithMailauth(await signer.sign(FULL), signer.record), 'pass');
});

test('when no signature can be made there is no message', async (t) => {
  await assert.rejects(sign(Buffer.from('To: a\r\n\r\nhi\r\n')), /has no From/);
  await assert.rejects(sign(Buffer.from('From: a\r\n')), /headers have no end/);
  t.mock.method(crypto, 'sign', (...parts: unknown[]) => {
    (parts.at(-1) as (error: Error) => void)(new Error('no entropy'));
  });
  syncBuiltinESMExports();
  t.after(() => syncBuiltinESMExports());
  await assert.rejects(sign(FULL), /no entropy/);
});
