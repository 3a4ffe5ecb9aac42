// Encodings: found out over the whole list, said, and turned into the right characters; or refused with the line.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findEncoding, toUtf8 } from '../../src/list/encoding.js';
import { readList, recipients, trouble } from './lists.js';

const TEXT = 'email,name\r\nz@example.com,Zoë\r\nj@example.com,José “€5” – ok\r\n';

/** Western text in Windows-1252, or in Latin-1 where nothing else is in it. */
function western(text: string): Buffer {
  const octets: Readonly<Record<string, number>> = { '€': 0x80, '“': 0x93, '”': 0x94, '–': 0x96, Š: 0x8a };
  return Buffer.from(Array.from(text, (character) => octets[character] ?? character.charCodeAt(0)));
}

function utf16(text: string, bigEndian: boolean): Buffer {
  const octets = Buffer.from(text, 'utf16le');
  return bigEndian ? octets.swap16() : octets;
}

const WRITTEN: readonly [what: string, octets: Buffer, note: string | undefined][] = [
  ['UTF-8', Buffer.from(TEXT), undefined],
  ['UTF-8 with a mark', Buffer.from(`\ufeff${TEXT}`), undefined],
  ['UTF-16LE with a mark', utf16(`\ufeff${TEXT}`, false), 'The list is read as UTF-16LE.'],
  ['UTF-16BE with a mark', utf16(`\ufeff${TEXT}`, true), 'The list is read as UTF-16BE.'],
  ['UTF-16LE without a mark', utf16(TEXT, false), 'The list is read as UTF-16LE.'],
  ['UTF-16BE without a mark', utf16(TEXT, true), 'The list is read as UTF-16BE.'],
  ['Windows-1252', western(TEXT), 'The list is read as Windows-1252.'],
];
for (const [what, octets, note] of WRITTEN) {
  test(`${what} is read, and said if it is not UTF-8`, async (t) => {
    const read = await readList(t, octets);
    assert.deepEqual(
      recipients(read).map((row) => [row.line, row.fields.name]),
      [
        [2, 'Zoë'],
        [3, 'José “€5” – ok'],
      ],
    );
    assert.deepEqual(read.notes, note === undefined ? [] : [note]);
  });
}

test('Latin-1 is told from Windows-1252 by what it does not use', async (t) => {
  const read = await readList(t, western('email,name\nz@example.com,Zoë\n'));
  assert.deepEqual(read.notes, ['The list is read as Latin-1.']);
  assert.equal(recipients(read)[0]?.fields.name, 'Zoë');
});

test('every octet of Windows-1252 is read as Unicode maps it', async () => {
  const assigned = Array.from({ length: 128 }, (_, i) => i + 0x80).filter(
    (i) => ![0x81, 0x8d, 0x8f, 0x90, 0x9d].includes(i),
  );
  let read = '';
  for await (const piece of toUtf8(pieces(Buffer.from(assigned), 64), 'Windows-1252'))
    read += piece.toString();
  assert.equal(read.slice(0, 27), '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ');
  assert.equal(read.slice(27), String.fromCharCode(...Array.from({ length: 96 }, (_, i) => i + 0xa0)));
});

test('one Western letter behind megabytes of ASCII decides for the whole list', async (t) => {
  const filler = Array.from({ length: 100_000 }, (_, i) => `p${i}@example.com,Person\n`).join('');
  const read = await readList(t, western(`email,name\n${filler}z@example.com,Zoë\n`));
  assert.equal(recipients(read).at(-1)?.fields.name, 'Zoë');
  assert.deepEqual(read.notes, ['The list is read as Latin-1.']);
});

test('characters cut by the border of two pieces are whole again', async () => {
  const text = 'email,name\na@example.com,Ünï✓🎉\n';
  for (const [octets, encoding] of [
    [Buffer.from(text), 'UTF-8'],
    [utf16(`\ufeff${text}`, false), 'UTF-16LE'],
    [utf16(`\ufeff${text}`, true), 'UTF-16BE'],
  ] as const) {
    for (let size = 3; size < 9; size++) {
      assert.equal(await findEncoding(() => pieces(octets, size), 'x'), encoding);
      const read: Buffer[] = [];
      for await (const piece of toUtf8(pieces(octets, size), encoding)) read.push(piece);
      assert.equal(Buffer.concat(read).toString(), text);
    }
  }
});

test('UTF-8 with a line that is not UTF-8 is refused at that line: names would be misspelt', async (t) => {
  const utf8 = 'email,name\nz@example.com,Zoë\nj@example.com,José\nb@example.com,Bób\n';
  const mixed = Buffer.concat([Buffer.from(utf8), western('x@example.com,Xoë\n')]);
  await assert.rejects(readList(t, mixed), trouble('data', 5, /not UTF-8, while the rest/));
});

const BROKEN: readonly [what: string, octets: number[]][] = [
  ['a surrogate', [0xed, 0xa0, 0x80]],
  ['an overlong form', [0xc0, 0xaf]],
  ['an overlong form of three', [0xe0, 0x80, 0xaf]],
  ['beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
  ['a character cut off', [0xe2, 0x9c]],
  ['a continuation alone', [0x9c]],
];
for (const [what, octets] of BROKEN) {
  test(`in a list marked as UTF-8, ${what} is refused at its line`, async (t) => {
    const list = Buffer.concat([
      Buffer.from('\ufeffemail,name\nz@example.com,Zoë\na@example.com,A'),
      Buffer.from(octets),
    ]);
    await assert.rejects(readList(t, list), trouble('data', 3, /not UTF-8/));
    const more = Buffer.concat([list, Buffer.from('n\nb@example.com,Bob\n')]);
    await assert.rejects(readList(t, more), trouble('data', 3, /not UTF-8/));
  });
}

test('Cyrillic in 8 bits is refused, not read as Western', async (t) => {
  const ivan = [0xc8, 0xe2, 0xe0, 0xed, 0x20, 0xcf, 0xe5, 0xf2, 0xf0, 0xee, 0xe2, 0xe8, 0xf7, 0x0a];
  const list = Buffer.concat([Buffer.from('email,name\ni@example.com,'), Buffer.from(ivan)]);
  await assert.rejects(readList(t, list), trouble('data', 2, /neither UTF-16 nor Windows-1252/));
});

test('octets that Windows-1252 does not assign are refused', async (t) => {
  const list = Buffer.concat([Buffer.from('email,name\ni@example.com,'), Buffer.from([0x83, 0x81, 0x0a])]);
  await assert.rejects(readList(t, list), trouble('data', 2, /neither UTF-16 nor Windows-1252/));
});

async function* pieces(octets: Buffer, size: number): AsyncGenerator<Buffer, void> {
  for (let i = 0; i < octets.length; i += size) yield octets.subarray(i, i + size);
}
