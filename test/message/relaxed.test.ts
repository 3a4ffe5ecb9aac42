// The relaxed canonical form, compared with the RFC's sentences written down one by one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { headerFields, isRelaxed, relaxedBody, relaxedField } from '../../src/message/relaxed.js';
import { SEED } from './awkward.js';

const body = (text: string): string => relaxedBody(Buffer.from(text, 'latin1')).toString('latin1');

/** RFC 6376 3.4.4, word by word. */
function asTheRfcSays(text: string): string {
  const lines = text.split('\r\n').map((line) => line.replace(/[\t ]+$/, '').replace(/[\t ]+/g, ' '));
  while (lines.at(-1) === '') lines.pop();
  return lines.map((line) => `${line}\r\n`).join('');
}

test('whole lines are known to be relaxed when relaxing leaves them alone', () => {
  const line = fc.array(fc.constantFrom('a', 'word', ' ', '  ', '\t', '=20', '='), { maxLength: 6 });
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 5 }), (lines) => {
      const octets = Buffer.from(`${lines.map((parts) => `${parts.join('')}\r\n`).join('')}.\r\n`);
      assert.equal(isRelaxed(octets), relaxedBody(octets).equals(octets));
    }),
    { seed: SEED, numRuns: 1000 },
  );
});

test('the example of RFC 6376 3.4.5 comes out as it stands there', () => {
  const fields = headerFields('A: X\r\nB : Y\t\r\n\tZ  ');
  assert.deepEqual(fields.map(relaxedField), ['a:X', 'b:Y Z']);
  assert.equal(body(' C \r\nD \t E\r\n\r\n\r\n'), ' C\r\nD E\r\n');
});

test('a body is relaxed as the RFC says, blanks and line ends wherever they stand', () => {
  const rows = [
    '',
    '\r\n',
    ' ',
    ' \r\n\t\r\n',
    'a',
    'a ',
    'a\r\n \r\n',
    'a\r\n\t',
    '\r\na',
    '\t\ta',
    'a\rb \r\r\n',
    ' \n \r\n',
  ];
  for (const row of rows) assert.equal(body(row), asTheRfcSays(row), JSON.stringify(row));
  const part = fc.constantFrom(
    'a',
    'bc',
    ' ',
    '  ',
    '\t',
    '\r\n',
    ' \r\n',
    '\r\n\r\n',
    '\r',
    '\n',
    '.',
    '\xa0',
    '\0',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
      assert.equal(body(parts.join('')), asTheRfcSays(parts.join('')));
    }),
    { seed: SEED, numRuns: 20_000 },
  );
});

test('a body without anything to change is not copied', () => {
  const octets = Buffer.from('a b\r\n\r\nc\r\n\r\n\r\n', 'latin1');
  const relaxed = relaxedBody(octets);
  assert.deepEqual([relaxed.buffer, relaxed.byteOffset], [octets.buffer, octets.byteOffset]);
  assert.equal(relaxed.toString(), 'a b\r\n\r\nc\r\n');
});

test('a body takes time by its length, not by its square, whether its changes are close together or not', () => {
  const time = (octets: Buffer): number => {
    const start = performance.now();
    relaxedBody(octets);
    return performance.now() - start;
  };
  for (const pattern of ['a  b\tc \r\n', `a  ${'x'.repeat(400)}\r\n`, `a\t${'x'.repeat(400)}\r\n`]) {
    const [short, long] = [200_000, 6_400_000].map((length) => {
      const octets = Buffer.alloc(length, pattern);
      return Math.min(...Array.from({ length: 5 }, () => time(octets)));
    });
    assert.ok(long! < short! * 32 * 5, `${long} ms for 32 times what took ${short} ms`);
  }
});

test('header fields keep their octets and their order, folded or not', () => {
  assert.deepEqual(headerFields('Subject: a\r\n b\r\nX:\r\n\tc: d\r\nsubject:e'), [
    { name: 'subject', value: ' a\r\n b' },
    { name: 'x', value: '\r\n\tc: d' },
    { name: 'subject', value: 'e' },
  ]);
});
