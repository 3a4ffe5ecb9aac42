// Quoted-printable bodies, read back by Python's quopri.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { QUOTED_PRINTABLE } from '../../src/message/quoted-printable.js';
import { BODY, HOSTILE, readBack, SEED } from './awkward.js';
import { decodeWithPython } from './readers.js';

const { literal, value } = QUOTED_PRINTABLE;

/** What every encoded piece promises, whatever stands before it and behind it. */
function assertWellFormed(encoded: string): void {
  if (encoded === '') return;
  assert.ok(encoded.endsWith('\r\n'), `ends in a line break: ${JSON.stringify(encoded)}`);
  for (const line of encoded.slice(0, -2).split('\r\n')) {
    assert.ok(line.length <= 76, `at most 76 octets: ${line}`);
    assert.match(line, /^(?:[\t !-<>-~]|=[0-9A-F]{2})*=?$/, 'printable ASCII and escapes only');
    assert.doesNotMatch(line, /[ \t]$/, 'no blank before a line break');
    assert.doesNotMatch(line, /^(?:\.|From )/, 'no dot and no From at the beginning');
  }
}

// Comes first: V8's middle compiler, which has been wrong here, takes the encoder up while it is still young.
test('a text that is cut inside a surrogate pair ends there, also when the encoder has been optimised', () => {
  const whole = 'abcdefghijklmnopqrstuvwxyz\u{13380} and more text';
  for (let times = 0; times < 50_000; times++) {
    assert.equal(value(whole.slice(0, 27)), 'abcdefghijklmnopqrstuvwxyz=EF=BF=BD=\r\n');
  }
});

test('the concatenation of encoded pieces decodes to the concatenation of the pieces, however a text is cut', async () => {
  console.log(`seed ${SEED}`);
  const cut = fc.oneof(BODY, HOSTILE).chain((text) =>
    fc.array(fc.nat(text.length), { maxLength: 6 }).map((places) => {
      const edges = [0, ...places.sort((a, b) => a - b), text.length];
      return edges.slice(1).map((edge, i) => text.slice(edges[i], edge));
    }),
  );
  const samples = fc.sample(cut, { seed: SEED, numRuns: 800 });
  const encoded = samples.map((pieces) => pieces.map((piece, i) => (i % 2 ? value(piece) : literal(piece))));
  for (const piece of encoded.flat()) assertWellFormed(piece);
  const decoded = await decodeWithPython(encoded.map((pieces) => pieces.join('')));
  for (const [i, pieces] of samples.entries()) assert.equal(decoded[i], pieces.map(readBack).join(''));
});

test('a piece of any length is encoded, beyond the memory that values share', async () => {
  const texts = [700, 819, 820, 5_000, 100_000].flatMap((length) =>
    ['a', 'é', '€', '\ud800', '='].map((c) => c.repeat(length)),
  );
  const encoded = texts.map(literal);
  for (const piece of encoded) assertWellFormed(piece);
  assert.deepEqual(await decodeWithPython(encoded), texts.map(readBack));
});

test('a value without anything special costs its soft line break only', () => {
  assert.equal(value('Ada'), 'Ada=\r\n');
  assert.equal(value('a b '), 'a b =\r\n');
  assert.equal(value(''), '');
  assert.equal(value('a'.repeat(75)), `${'a'.repeat(75)}=\r\n`);
});

test('dots and From at the beginning of any line are encoded', () => {
  assert.equal(literal('.\n..\nFrom me\nFromage'), '=2E\r\n=2E.\r\n=46rom me\r\nFromage=\r\n');
  assert.equal(value('.'), '=2E=\r\n');
  assert.equal(value('From me'), '=46rom me=\r\n');
  assert.equal(literal(`${'a'.repeat(75)}.b`), `${'a'.repeat(75)}=\r\n=2Eb=\r\n`);
  assert.equal(literal(`${'a'.repeat(75)}From me`), `${'a'.repeat(75)}=\r\n=46rom me=\r\n`);
});

test('blanks before a line break are encoded, elsewhere they are not', () => {
  assert.equal(literal('a \nb\t\r\nc  \rd e'), 'a=20\r\nb=09\r\nc =20\r\nd e=\r\n');
});

test('every kind of line end becomes CRLF', () => {
  assert.equal(literal('a\nb\r\nc\rd\n\r'), 'a\r\nb\r\nc\r\nd\r\n\r\n');
});

test('no soft line break stands inside a character', () => {
  for (let before = 60; before <= 76; before++) {
    for (const character of ['é', '€', '😀']) {
      const encoded = literal('a'.repeat(before) + character + character);
      const whole = Array.from(
        Buffer.from(character),
        (octet) => `=${octet.toString(16).toUpperCase()}`,
      ).join('');
      assert.equal(encoded.split(whole).length, 3, encoded);
    }
  }
});

test('lone surrogates become U+FFFD', () => {
  assert.equal(value('\ud83d'), '=EF=BF=BD=\r\n');
  assert.equal(value('\ude00\ud83dx'), '=EF=BF=BD=EF=BF=BDx=\r\n');
});
