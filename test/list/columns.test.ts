// The header of a list: its names, and the column that holds the address.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readHeader } from '../../src/list/columns.js';
import { trouble } from './lists.js';

const PLACE = { file: 'list.csv', line: 1 };
const email = (names: string[], wanted = '') => readHeader(names, wanted, PLACE).columns.email;
const refusal = (names: string[], wanted: string, sentence: RegExp) =>
  assert.throws(() => readHeader(names, wanted, PLACE), trouble('data', 1, sentence));

const USUAL = [
  'email',
  'Email',
  'E-Mail',
  'EMAIL_ADDRESS',
  'Email Address',
  'e-mail address',
  'mail',
  'Mail',
  'E-Mail-Adresse',
];
const ABROAD = [
  'courriel',
  'Correo electrónico',
  'correo electronico',
  'E-mail 1 - Value',
  'メールアドレス',
  'user_email',
  'emailAddress',
];
for (const name of [...USUAL, ...ABROAD]) {
  test(`"${name}" is the address column by its usual name`, () => {
    assert.equal(email(['name', name, 'city']), name);
  });
}

test('a postal address, a mailing city and an opt-in are no address column', () => {
  refusal(['name', 'address', 'mailing city', 'email_opt_in'], '', /No column is called email/);
});

test('of two usual names the one that is exactly email counts', () => {
  assert.equal(email(['E-Mail', 'Email']), 'Email');
  assert.equal(email(['mail', 'email']), 'email');
});

test('two usual names without a plain one are an error that names both', () => {
  refusal(['mail', 'E-Mail Address'], '', /"mail" and "E-Mail Address".*--email-column/);
});

test('the address column can be named, by its name or its folded form', () => {
  assert.equal(email(['email', 'Work Contact'], 'Work Contact'), 'Work Contact');
  assert.equal(email(['email', 'Work Contact'], 'work_contact'), 'Work Contact');
});

test('an unknown name is answered by the nearest one and by all', () => {
  refusal(
    ['name', 'contact', 'city'],
    'conatct',
    /no column "conatct"\. Did you mean "contact"\? The columns are: name, contact, city\./,
  );
});

test('a list without an address column is told its columns and the likely one', () => {
  refusal(
    ['name', 'private_email', 'city'],
    '',
    /The columns are: name, private_email, city\..*--email-column "private_email"/,
  );
});

test('a long header is not repeated as a whole', () => {
  refusal(
    Array.from({ length: 900 }, (_, i) => `c${i}`),
    '',
    /c19 and 880 more\./,
  );
});

test('a list that begins with a recipient is told to begin with names', () => {
  refusal(['ann@example.com', 'Ann'], '', /first line holds an address/);
});

test('repeated names are refused, also when only their folded form is the same', () => {
  refusal(['email', 'name', 'name'], '', /"name" \(column 2\) and "name" \(column 3\)/);
  refusal(
    ['email', 'First Name', 'first_name'],
    '',
    /"First Name" \(column 2\) and "first_name" \(column 3\)/,
  );
  refusal(['email', 'Email'], '', /"email" \(column 1\) and "Email" \(column 2\)/);
});

test('names of signs only are told apart', () => {
  assert.deepEqual(readHeader(['email', '?', '!', '★'], '', PLACE).columns.names, ['email', '?', '!', '★']);
  refusal(['email', '?', '?'], '', /same name/);
});

test('cells without a name are no columns, wherever they stand', () => {
  const header = readHeader(['', 'email', ' ', 'name', ''], '', PLACE);
  assert.deepEqual(header.columns, { names: ['email', 'name'], email: 'email' });
  assert.deepEqual([header.cells, header.email, header.width, header.least], [[1, 3], 1, 5, 4]);
  assert.deepEqual(header.notes, ['3 columns have no name and cannot be merged.']);
});

test('a header of blank cells is refused', () => {
  refusal(['', ' '], '', /names no column at all/);
});

test('a line break in a name is a blank, another control character is refused', () => {
  assert.deepEqual(readHeader(['email', 'first\r\n name'], '', PLACE).columns.names, ['email', 'first name']);
  refusal(['email', 'na\0me'], '', /column 2 holds a control character/);
});
