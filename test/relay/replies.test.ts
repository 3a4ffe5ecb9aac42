// Replies are put together the same way however the network cuts them, and what is no reply is told as such.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import type { Reply } from '../../src/domain/reply.js';
import { parseReply, ReplyReader } from '../../src/relay/replies.js';

/** The replies, and behind them the complaint if there was one. */
function readAll(chunks: readonly Uint8Array[]): (Reply | string)[] {
  const reader = new ReplyReader();
  const found: (Reply | string)[] = [];
  try {
    for (const chunk of chunks) for (const reply of reader.read(chunk)) found.push(reply);
  } catch (error) {
    found.push((error as Error).message);
  }
  return found;
}

const read = (text: string | Uint8Array) => readAll([Buffer.from(text)]);

test('a reply of several lines is one reply, its texts joined', () => {
  assert.deepEqual(read('250-relay.test\r\n250-SIZE 1000\r\n250 HELP\r\n'), [
    { code: 250, enhanced: '', text: 'relay.test SIZE 1000 HELP' },
  ]);
});

test('an enhanced code is taken out of each line when its class agrees with the code', () => {
  assert.deepEqual(read('550-5.1.1 no such\r\n550 5.1.1 user\r\n'), [
    { code: 550, enhanced: '5.1.1', text: 'no such user' },
  ]);
  assert.deepEqual(read('550 4.1.1 odd\r\n'), [{ code: 550, enhanced: '', text: '4.1.1 odd' }]);
  assert.deepEqual(read('250 2.0.0\r\n'), [{ code: 250, enhanced: '2.0.0', text: '' }]);
  assert.deepEqual(read('250 2.0.0000 x\r\n'), [{ code: 250, enhanced: '', text: '2.0.0000 x' }]);
});

test('a bare code, a bare LF and several replies in one chunk are understood', () => {
  assert.deepEqual(read('250\n354 go\r\n221-\r\n221 bye\r\n'), [
    { code: 250, enhanced: '', text: '' },
    { code: 354, enhanced: '', text: 'go' },
    { code: 221, enhanced: '', text: 'bye' },
  ]);
});

test('what no terminal should get is taken out of a text, which is bounded', () => {
  const [reply] = read('550 a\x1b[31mb\x00\x07c\u202ed\u0085e\xa0ü\r\n') as Reply[];
  assert.equal(reply!.text, 'a [31mb c d e\xa0ü');
  const [long] = read(`550 ${'ä'.repeat(3000)}\r\n`) as Reply[];
  assert.equal(long!.text, `${'ä'.repeat(1000)}…`);
});

test('octets that are no UTF-8 do not break a reply', () => {
  const [reply] = read(Buffer.from('550 caf\xe9\r\n', 'latin1')) as Reply[];
  assert.equal(reply!.text, 'caf\ufffd');
});

for (const [what, text] of [
  ['no code', 'hello\r\n'],
  ['an empty line', '\r\n'],
  ['a code under 200', '199 x\r\n'],
  ['a code over 599', '600 x\r\n'],
  ['a code of four digits', '2500 x\r\n'],
  ['no separator', '250x\r\n'],
  ['a code of another protocol', 'HTTP/1.1 400 Bad Request\r\n'],
  ['lines that contradict each other', '250-a\r\n550 b\r\n'],
  ['a line without an end', '2'.repeat(9000)],
  ['a line that is too long', `250 ${'x'.repeat(9000)}\r\n`],
  ['a reply without an end', `250-${'x'.repeat(4000)}\r\n`.repeat(20)],
] as const) {
  test(`${what} is a complaint, behind the reply before it`, () => {
    const found = read(`220 hi\r\n${text}`);
    assert.equal(found.length, 2);
    assert.match(found[1] as string, /^the relay sent /);
  });
}

test('the last code counts where lines differ within their class', () => {
  assert.equal((read('251-a\r\n250 b\r\n')[0] as Reply).code, 250);
});

test('any way of cutting the octets gives the same replies', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '250 ok\r\n',
      '250-a\r\n',
      '250 2.1.0 b\n',
      '421 bye\r\n',
      '550-5.1.1 x\r\n',
      '550 5.1.1 ü\r\n',
    ),
    fc.constantFrom('354\r\n', 'nonsense\r\n', '\r\n', '999 x\r\n', `250 ${'y'.repeat(8190)}\r\n`),
    fc.string({ unit: 'binary', maxLength: 12 }),
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 12 }),
      fc.array(fc.nat(400), { maxLength: 40 }),
      (pieces, cuts) => {
        const octets = Buffer.from(pieces.join(''));
        const places = [...new Set(cuts.map((cut) => Math.min(cut, octets.length)))].sort((a, b) => a - b);
        const chunks = [0, ...places].map((from, i) => octets.subarray(from, places[i] ?? octets.length));
        assert.deepEqual(readAll(chunks), readAll([octets]));
        if (octets.length < 300) {
          assert.deepEqual(readAll([...octets].map((octet) => Buffer.of(octet))), readAll([octets]));
        }
      },
    ),
  );
});

test('a reply kept as text is read, and anything else is undefined', () => {
  assert.deepEqual(parseReply('535-5.7.8 no\n535 5.7.8 way'), {
    code: 535,
    enhanced: '5.7.8',
    text: 'no way',
  });
  assert.equal(parseReply('HTTP/1.1 400'), undefined);
  assert.equal(parseReply('250-unfinished'), undefined);
});
