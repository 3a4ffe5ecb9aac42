// The scan of a message's octets before they leave.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkOctets } from '../../src/message/final-check.js';
import { composed, letter, SENDER } from './awkward.js';

const check = (text: string): string | undefined => checkOctets(Buffer.from(text, 'latin1'));

test('a good message passes', () => {
  assert.equal(checkOctets(composed(SENDER)(letter())), undefined);
  assert.equal(check(`A: b\r\n\r\n${'x'.repeat(998)}\r\n\r\n`), undefined);
  assert.equal(check('\r\n'), undefined);
});

test('each fault is named with its line and octet', () => {
  const rows: [string, string][] = [
    ['', 'the message is empty'],
    ['a\r\nb', 'the message does not end in CRLF'],
    ['a\r\nb\r', 'a CR without its LF stands in line 2 at octet 2'],
    ['a\r\nb\n', 'an LF without its CR stands in line 2 at octet 2'],
    ['a\r\nb\nc\r\n', 'an LF without its CR stands in line 2 at octet 2'],
    ['\na\r\n', 'an LF without its CR stands in line 1 at octet 1'],
    ['a\r\nbc\rd\r\n', 'a CR without its LF stands in line 2 at octet 3'],
    ['a\r\n\r\r\n', 'a CR without its LF stands in line 2 at octet 1'],
    ['a\r\nb\r\n\n', 'an LF without its CR stands in line 3 at octet 1'],
    ['a\r\n\0b\r\n', 'a NUL stands in line 2 at octet 1'],
    ['a\r\nb\xe9\r\n', 'an octet beyond ASCII stands in line 2 at octet 2'],
    ['.\r\n', 'a line begins with a dot in line 1 at octet 1'],
    ['a\r\n\r\n.\r\n', 'a line begins with a dot in line 3 at octet 1'],
    [`a\r\n${'x'.repeat(999)}\r\n`, 'a line is 999 octets long, more than 998, in line 2 at octet 1'],
  ];
  for (const [octets, said] of rows) assert.equal(check(octets), said, JSON.stringify(octets));
  // A long message is searched rather than read.
  for (const [octets, said] of rows.slice(1)) {
    const later = said.replace(/(?<=in line )\d+/, (line) => String(Number(line) + 1400));
    assert.equal(check('x\r\n'.repeat(1400) + octets), later, JSON.stringify(octets));
  }
});

test('a part of a larger buffer is judged by itself', () => {
  const whole = Buffer.from('.\0\nok\r\n\xff', 'latin1');
  assert.equal(checkOctets(whole.subarray(3, 7)), undefined);
  assert.equal(checkOctets(new Uint8Array(whole.buffer, whole.byteOffset + 3, 4)), undefined);
});
