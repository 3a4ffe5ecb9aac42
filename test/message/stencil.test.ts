// Pieces that are encoded once: what they come to in a message, and that nothing else passes unseen.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { QUOTED_PRINTABLE } from '../../src/message/quoted-printable.js';
import { Stencil } from '../../src/message/stencil.js';
import { BODY, composed, letter, SEED, SENDER } from './awkward.js';

const LONG = 'The same paragraph for everybody, with an é in it.\n'.repeat(4);

function octetsOf(stencil: Stencil, text: string): { readonly octets: string; readonly own: string[] } {
  const octets = Buffer.alloc(stencil.lengthOf(text));
  const own: string[] = [];
  stencil.write(text, octets, (from, to) => own.push(octets.toString('latin1', from, to)));
  return { octets: octets.toString('latin1'), own };
}

test('pieces come out as quoted-printable has them, in whatever order and however often', () => {
  const { literal, value } = QUOTED_PRINTABLE;
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), BODY), { maxLength: 20 }), (pieces) => {
      const stencil = new Stencil();
      const text = pieces.map(([fixed, piece]) => (fixed ? stencil.literal(piece) : stencil.value(piece)));
      const expected = pieces.map(([fixed, piece]) => (fixed ? literal(piece) : value(piece)));
      assert.equal(octetsOf(stencil, text.join('')).octets, expected.join(''));
      assert.equal(octetsOf(stencil, text.toReversed().join('')).octets, expected.toReversed().join(''));
    }),
    { seed: SEED, numRuns: 300 },
  );
});

test('a long piece is one character while the message is made', () => {
  const stencil = new Stencil();
  assert.equal(stencil.literal(LONG).length, 1);
  assert.notEqual(stencil.literal(LONG), stencil.literal(LONG.slice(1)));
});

test('what is no piece is shown to whoever looks', () => {
  const stencil = new Stencil();
  const [one, other] = [stencil.literal(LONG), stencil.literal(LONG)];
  assert.deepEqual(octetsOf(stencil, `a=\r\n${one}b=\r\n${one}${other}c=\r\n`).own, [
    'a=\r\n',
    'b=\r\n',
    'c=\r\n',
  ]);
  assert.deepEqual(octetsOf(stencil, one).own, []);
});

test('a template with more pieces than there are characters is still whole', () => {
  const stencil = new Stencil();
  const many = Array.from({ length: 43_000 }, (_, number) => `${number} ${'x'.repeat(40)}\n`);
  const expected = many.map((text) => text.replace('\n', '\r\n')).join('');
  assert.equal(octetsOf(stencil, many.map((text) => stencil.literal(text)).join('')).octets, expected);
});

test('a character that no stencil gave is a bug that nobody receives', () => {
  const stencil = new Stencil();
  assert.throws(() => composed({ ...SENDER, stencil })(letter({ html: 'ā\r\n' })), /no piece/);
});

test('a recipient’s own part that is not fit to be sent is not sent', () => {
  const stencil = new Stencil();
  const compose = composed({ ...SENDER, stencil });
  for (const own of ['a\n', 'a', '.a\r\n', 'a\rb\r\n', 'a\0\r\n', 'é\r\n', `${'x'.repeat(999)}\r\n`]) {
    const html = stencil.literal(LONG) + own + stencil.literal(LONG);
    assert.throws(() => compose(letter({ html })), /not fit to be sent/, JSON.stringify(own));
  }
});
