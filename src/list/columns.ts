// What a list's header means: its columns, and which of them holds the address.
// Knows names; knows nothing of rows or CSV.

import { isAddress, parseAddress } from '../domain/address.js';
import { MailblastError, type Place } from '../domain/errors.js';
import { nearest } from '../domain/nearest.js';
import { type Columns, foldColumn } from '../domain/recipient.js';

/** The columns with the places of their cells. */
export interface Header {
  readonly columns: Columns;
  /** For each column name the index of its cell. Cells without a name have none. */
  readonly cells: readonly number[];
  /** Index of the address's cell. */
  readonly email: number;
  /** How many cells the header has. */
  readonly width: number;
  /** How many cells a row must have: those up to the last column with a name. */
  readonly least: number;
  readonly notes: readonly string[];
}

/** As many columns as a spreadsheet can have. More are no list of recipients. */
const MOST_COLUMNS = 16_384;

/** Names of the address column as people and their programs write it, in the form of `letters`. */
const USUAL_NAMES = new Set(
  [
    'email, e-mail address, email addr, e-mail id, mail, mail address, e-address, email 1, e-mail 1 - value',
    'user email, subscriber email, contact email, customer email, member email, primary email, recipient email',
    'e-mail-adresse, mailadresse, e-post, e-postadresse, e-postadress, e-mailadres, mailadres, sähköposti',
    'sähköpostiosoite, correo, correo electrónico, dirección de correo, dirección de correo electrónico, courriel',
    'adresse e-mail, adresse mail, adresse courriel, adresse électronique, adresse de courriel, posta elettronica',
    'indirizzo e-mail, indirizzo mail, e-posta, e-posta adresi, correio eletrônico, correio electrónico',
    'endereço de e-mail, adres e-mail, e-mail cím, e-mailová adresa, почта, электронная почта, эл. почта, имейл',
    'メール, メールアドレス, 邮箱, 电子邮件, 电子邮箱, 電子郵件, 이메일, 이메일 주소, البريد الإلكتروني',
  ]
    .join(', ')
    .split(', ')
    .map(letters),
);

/** The shape that `First Name`, `first_name` and `FIRSTNAME` share, accents left out. */
function letters(name: string): string {
  return name
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
}

/** Blanks around a name are taken off; a line break or a row of blanks within it is one blank. */
function cleanName(cell: string): string {
  return cell.replace(/\s+/gu, ' ').trim();
}

/** Whether a header's cell names the address column: `wanted` if that is given, else by a usual name. */
export function namesAddress(cell: string, wanted: string): boolean {
  const name = cleanName(cell);
  if (wanted === '') return USUAL_NAMES.has(letters(name));
  return name === cleanName(wanted) || sameFolded(name, wanted);
}

function sameFolded(a: string, b: string): boolean {
  const folded = foldColumn(a);
  return folded !== '' && folded === foldColumn(b);
}

/**
 * Reads the header. `wanted` is the address column's name, empty to find it by its usual names.
 * A cell without a name is no column: a merge tag could not say it, and spreadsheets leave such cells behind.
 * @throws MailblastError `data` at `place`.
 */
export function readHeader(row: readonly string[], wanted: string, place: Place): Header {
  if (row.length > MOST_COLUMNS) {
    throw new MailblastError(
      'data',
      `The header has ${row.length} columns, and ${MOST_COLUMNS} are the most.`,
      { place },
    );
  }
  const named = row
    .map((cell, index) => ({ name: cleanName(cell), index }))
    .filter(({ name }) => name !== '');
  const names = named.map(({ name }) => name);
  for (const { name, index } of named) {
    if (/\p{Cc}/u.test(name)) {
      throw new MailblastError('data', `The name of column ${index + 1} holds a control character.`, {
        place,
      });
    }
  }
  refuseRepeated(named, place);
  const email = wanted === '' ? byUsualName(names, place) : byName(names, wanted, place);
  const unnamed = row.length - named.length;
  return {
    columns: { names, email },
    cells: named.map(({ index }) => index),
    email: named[names.indexOf(email)]!.index,
    width: row.length,
    least: named.at(-1)!.index + 1,
    notes:
      unnamed === 0
        ? []
        : [`${unnamed === 1 ? '1 column has' : `${unnamed} columns have`} no name and cannot be merged.`],
  };
}

function refuseRepeated(named: readonly { name: string; index: number }[], place: Place): void {
  const seen = new Map<string, { name: string; index: number }>();
  for (const column of named) {
    const key = foldColumn(column.name) || column.name;
    const first = seen.get(key);
    if (first) {
      const both = `"${first.name}" (column ${first.index + 1}) and "${column.name}" (column ${column.index + 1})`;
      throw new MailblastError(
        'data',
        `Two columns answer to the same name: ${both}. Rename or remove one.`,
        { place },
      );
    }
    seen.set(key, column);
  }
}

function byName(names: readonly string[], wanted: string, place: Place): string {
  const found =
    names.find((name) => name === cleanName(wanted)) ?? names.find((name) => sameFolded(name, wanted));
  if (found !== undefined) return found;
  const near = nearest(wanted, names);
  const hint = near === undefined ? '' : ` Did you mean "${near}"?`;
  throw new MailblastError('data', `There is no column "${wanted}".${hint} ${listed(names)}`, { place });
}

function byUsualName(names: readonly string[], place: Place): string {
  const found = names.filter((name) => USUAL_NAMES.has(letters(name)));
  const [first, second] = found;
  if (second !== undefined) {
    const plain = found.find((name) => name.toLowerCase() === 'email');
    if (plain !== undefined) return plain;
    throw new MailblastError(
      'data',
      `Both "${first}" and "${second}" could hold the address. Say which: --email-column "${first}".`,
      { place },
    );
  }
  if (first !== undefined) return first;
  if (names.some((name) => isAddress(parseAddress(name)))) {
    throw new MailblastError(
      'data',
      'The first line holds an address, not column names. Put a line of names above it, such as: email,first_name',
      { place },
    );
  }
  const likely = names.find((name) => /(^|_)e?_?mail(_|$)/.test(foldColumn(name))) ?? 'name';
  throw new MailblastError(
    'data',
    `No column is called email, or has another usual name of the address. ${listed(names)} Say which it is: --email-column "${likely}".`,
    { place },
  );
}

/** The columns for a message; of many only the first. */
function listed(names: readonly string[]): string {
  if (names.length === 0) return 'The header names no column at all.';
  const shown = names.slice(0, 20).map((name) => (name.length > 60 ? `${name.slice(0, 60)}…` : name));
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : '';
  return `The columns are: ${shown.join(', ')}${more}.`;
}
