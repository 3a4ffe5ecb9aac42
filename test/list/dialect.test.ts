// How a list is written: separators found out, spreadsheets' own line, and csv-spectrum as a whole.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { namesAddress } from '../../src/list/columns.js';
import { CsvRows } from '../../src/list/csv-rows.js';
import { findDialect } from '../../src/list/dialect.js';
import { readList, recipients } from './lists.js';

const found = (text: string, wanted = '') =>
  findDialect(Buffer.from(text), (cell) => namesAddress(cell, wanted)).delimiter;

const SEPARATED: readonly [what: string, list: string, delimiter: string][] = [
  ['commas', 'email,name\na@example.com,Ann\n', ','],
  ['semicolons', 'email;name\na@example.com;Ann\n', ';'],
  ['tabs', 'email\tname\na@example.com\tAnn\n', '\t'],
  ['pipes', 'email|name\na@example.com|Ann\n', '|'],
  ['semicolons although names hold commas', 'email;"last, first"\na@example.com;"Lee, Ann"\n', ';'],
  [
    'semicolons although every value holds more commas',
    'email;tags\na@example.com;a,b,c\nb@example.com;a,b,c\n',
    ';',
  ],
  ['commas although quoted cells hold semicolons', '"email","a;b;c"\na@example.com,"x;y;z"\n', ','],
  [
    'commas although a quoted cell holds line breaks and semicolons',
    'email,note\na@example.com,"x;\n;y\n;"\n',
    ',',
  ],
  ['a single column', 'email\na@example.com\nb@example.com\n', ','],
  ['a single column of values with semicolons', 'email\na@example.com;\nb@example.com;\n', ','],
  ['a header that ends without a row', 'email;name', ';'],
];
for (const [what, list, delimiter] of SEPARATED) {
  test(`found out: ${what}`, () => assert.equal(found(list), delimiter));
}

test('a named address column tells the separator too', () => {
  assert.equal(found('Contact;a,b\nx@example.com;1,2\n', 'contact'), ';');
});

test('rows alike tell the separator where no name does', () => {
  assert.equal(found('who;when, where\nann;1\nbob;2\n'), ';');
});

for (const line of ['sep=;', '"sep=;"', 'SEP=;']) {
  test(`the line ${line} says the separator and is counted as a line`, async (t) => {
    const read = await readList(t, `\ufeff${line}\r\nemail;name, first\r\na@example.com;Ann\r\n`);
    assert.deepEqual(read.names, ['email', 'name, first']);
    assert.deepEqual(
      read.rows.map((row) => row.line),
      [3],
    );
    assert.deepEqual(read.notes, ["The list's cells are separated by semicolons."]);
  });
}

test('a lone CR within a quoted name does not end the rows of the list', async (t) => {
  const read = await readList(t, 'email,"first\rname"\na@example.com,An\rn\n');
  assert.deepEqual({ ...recipients(read)[0]?.fields }, { email: 'a@example.com', 'first name': 'An\rn' });
});

test('CR CR LF, as broken conversions leave it, ends rows', async (t) => {
  const read = await readList(t, 'email,name\r\r\na@example.com,"Ann"\r\r\nb@example.com,Bob\r\r\n');
  assert.deepEqual(
    recipients(read).map((row) => row.fields.name),
    ['Ann', 'Bob'],
  );
});

test('the sep= line takes any character', async (t) => {
  const read = await readList(t, 'sep=^\nemail^name\na@example.com^Ann\n');
  assert.equal(recipients(read)[0]?.fields.name, 'Ann');
  assert.deepEqual(read.notes, ['The list\'s cells are separated by "^".']);
});

test('a separator other than the comma is said', async (t) => {
  assert.deepEqual((await readList(t, 'email\tname\na@example.com\tAnn\n')).notes, [
    "The list's cells are separated by tabs.",
  ]);
});

const spectrum = dirname(createRequire(import.meta.url).resolve('csv-spectrum'));
for (const name of readdirSync(join(spectrum, 'csvs')).map((file) => file.replace(/\.csv$/, ''))) {
  test(`csv-spectrum: ${name}`, async () => {
    const octets = readFileSync(join(spectrum, 'csvs', `${name}.csv`));
    const expected = JSON.parse(readFileSync(join(spectrum, 'json', `${name}.json`), 'utf8'));
    const reader = new CsvRows(
      name,
      findDialect(octets, () => false),
      1,
    );
    // Octet by octet, so that every border between two pieces is met.
    const rows = [];
    for (let i = 0; i < octets.length; i++) rows.push(...(await reader.write(octets.subarray(i, i + 1))));
    rows.push(...(await reader.end()));
    const [header, ...records] = rows.map((row) => row.cells);
    const read = records.map((cells) => Object.fromEntries(header!.map((column, i) => [column, cells[i]])));
    // This one's JSON is a single object, and gives another telephone number than its CSV.
    if (name === 'location_coordinates') {
      assert.deepEqual(read, [{ ...expected, 'Contact Phone Number': '2095257564' }]);
    } else assert.deepEqual(read, expected);
  });
}
