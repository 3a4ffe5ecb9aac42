// The settings file's syntax: what is read, and the place and the words for what is not JSON.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseEntries } from '../../src/cli/settings/json-file.js';
import { MailblastError } from '../../src/domain/errors.js';

test('keys and values come with their lines and columns, whatever the line ends', () => {
  for (const end of ['\n', '\r\n', '\r']) {
    const entries = parseEntries(
      ['{', '  "rate": "10/s",', '  "é": [1, true, null]', '}'].join(end),
      'f.json',
    );
    assert.deepEqual(
      entries.map(({ key, keyPlace }) => [key, keyPlace]),
      [
        ['rate', { file: 'f.json', line: 2, column: 3 }],
        ['é', { file: 'f.json', line: 3, column: 3 }],
      ],
    );
    assert.equal(entries[0]!.value.text, '10/s');
    assert.deepEqual(
      entries[1]!.value.items.map(({ type, text, place }) => [type, text, place.column]),
      [
        ['number', '1', 9],
        ['boolean', 'true', 12],
        ['null', '', 18],
      ],
    );
  }
});

test('comments and trailing commas are allowed', () => {
  const entries = parseEntries('// one\n{ /* two */ "a": ["x",], // three\n}\n', 'f.json');
  assert.deepEqual(
    entries.map(({ key, value }) => [key, value.items.map(({ text }) => text)]),
    [['a', ['x']]],
  );
});

test('a key named __proto__ is a plain key', () => {
  assert.equal(parseEntries('{"__proto__": {"rate": "1/s"}}', 'f.json')[0]!.key, '__proto__');
});

const BROKEN: readonly (readonly [text: string, message: RegExp])[] = [
  ['', /^f\.json:1:1: A value is expected here\.$/],
  ['{', /^f\.json:1:2: The closing \} is missing\.$/],
  ['{\n  "rate": "10/s"\n  "limit": 1\n}', /^f\.json:3:3: A comma is expected before this\.$/],
  ['{\n  "rate" "10/s"\n}', /^f\.json:2:10: A colon is expected before this\.$/],
  ["{\n  'rate': 1\n}", /^f\.json:2:3: .*double quotes\.$/],
  ['{\n  rate: 1\n}', /^f\.json:2:3: .*double quotes\.$/],
  ['{\n  "rate": \n}', /^f\.json:3:1: A value is expected here\.$/],
  ['{\n  "rate": tru\n}', /^f\.json:2:11: JSON does not know this word/],
  ['{\n  "rate": "10/s\n}', /^f\.json:2:11: This text has no closing quote\.$/],
  ['{\n  "state": "C:\\mail"\n}', /^f\.json:2:12: .*a backslash is written \\\\\.$/],
  ['{\n  "header": ["x"\n}', /^f\.json:3:1: /],
  ['{"a": 1} x', /^f\.json:1:10: /],
  ['{"a": 1 /* no end', /^f\.json:1:9: This comment has no end\.$/],
  ['# a comment\n{}', /^f\.json:1:1: /],
  ['["rate"]', /^f\.json:1:1: The settings file holds one object/],
  ['"rate"', /^f\.json:1:1: The settings file holds one object/],
  ['{\n  "rate": "1/s",\n  "rate": "2/s"\n}', /^f\.json:3:3: rate stands here and in line 2; keep one\.$/],
];

for (const [text, message] of BROKEN) {
  test(`broken JSON is answered with its place: ${JSON.stringify(text)}`, () => {
    assert.throws(
      () => parseEntries(text, 'f.json'),
      (error: unknown) => {
        assert.ok(error instanceof MailblastError);
        assert.equal(error.trouble, 'settings');
        assert.match(error.message, message);
        return true;
      },
    );
  });
}
