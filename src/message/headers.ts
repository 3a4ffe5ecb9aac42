// Header lines: encoding, folding, and what may not get into them. RFC 5322 2.2 and 3.2, RFC 2047.
// Knows how a value becomes lines; which headers a message has is decided in compose.ts.

import type { Mailbox } from '../domain/address.js';
import { encodedWords } from './encoded-words.js';

/** The length that lines are folded to, CRLF not counted: RFC 5322 recommends 78, RFC 2047 demands 76. */
const LINE = 76;

/** The longest line that mail may have, CRLF not counted (RFC 5322 2.1.1). */
const LONGEST_LINE = 998;

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose.
const CONTROLS = /[\x00-\x1f\x7f-\x9f\u2028\u2029]+/g;

const PRINTABLE = /^[ -~]*$/;

const ATOMS = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;

/**
 * A value as one line of text: each run of control characters and line ends (tab, CR, LF and NUL among them) becomes
 * one blank, a lone surrogate U+FFFD. So nothing that comes from a list can begin a header line.
 */
export function oneLine(value: string): string {
  return PRINTABLE.test(value) ? value : value.replace(CONTROLS, ' ').replace(/\p{Cs}/gu, '\ufffd');
}

/**
 * A header of unstructured text, such as `Subject`, with its line ends. Read back, it is exactly `oneLine(value)`:
 * what folding or a reader could change goes out as encoded-words. No line has more than 76 octets
 * (when `name` has at most 50).
 */
export function textHeader(name: string, value: string): string {
  const text = oneLine(value);
  const column = name.length + 2;
  const plain = isVerbatim(text) ? fold(text, column, LINE) : undefined;
  return line(name, plain ?? encodedWords(text, column));
}

/**
 * A header that the user added. It may be structured (`<https://…>`), so ASCII is left as it is as long as mail may
 * carry it: lines are folded at blanks where there are any. Blanks around the value are taken off;
 * an empty value gives no header.
 */
export function extraHeader(name: string, value: string): string {
  const text = oneLine(value).trim();
  if (text === '') return '';
  const column = name.length + 2;
  const plain = isVerbatim(text) ? fold(text, column, LONGEST_LINE) : undefined;
  return line(name, plain ?? encodedWords(text, column));
}

/** A header with one mailbox, such as `From`. The name goes out as atoms, quoted, or as encoded-words. */
export function mailboxHeader(name: string, mailbox: Mailbox): string {
  const address = graphic(mailbox.address.address);
  const shown = oneLine(mailbox.name).trim();
  if (shown === '') return line(name, address);
  const column = name.length + 2;
  const phrase = plainPhrase(shown, column) ?? encodedWords(shown, column);
  const lastBreak = phrase.lastIndexOf('\n');
  const used = lastBreak < 0 ? column + phrase.length : phrase.length - lastBreak - 1;
  const gap = used + address.length + 3 <= LINE ? ' ' : '\r\n ';
  return line(name, `${phrase}${gap}<${address}>`);
}

/**
 * Passes printable ASCII without blanks, which is what mailblast's own values are made of.
 * @throws Error for anything else: a bug, not a matter of the user's data.
 */
export function graphic(value: string): string {
  if (/^[!-~]+$/.test(value)) return value;
  throw new Error(`Not plain ASCII without blanks: ${JSON.stringify(value)}.`);
}

/** A display name that needs no encoded-words (RFC 5322 3.2.3 to 3.2.5), or undefined. */
function plainPhrase(name: string, column: number): string | undefined {
  // An encoded-word is read as one even where it has no right to be, in a quoted string.
  if (!PRINTABLE.test(name) || name.includes('=?')) return undefined;
  return fold(ATOMS.test(name) ? name : `"${name.replace(/["\\]/g, '\\$&')}"`, column, LINE);
}

/** Printable ASCII that no reader takes for an encoded-word and that has no blanks at its ends to lose. */
function isVerbatim(text: string): boolean {
  return PRINTABLE.test(text) && !text.includes('=?') && !text.startsWith(' ') && !text.endsWith(' ');
}

function line(name: string, body: string): string {
  return `${name}:${body === '' || body.startsWith('\r\n') ? '' : ' '}${body}\r\n`;
}

/**
 * Folds before single blanks, so that unfolding gives the text again: a run of blanks is never broken, since readers
 * differ on it. Lines have 76 octets where the blanks allow it; undefined when one would have more than `longest`.
 */
function fold(text: string, column: number, longest: number): string | undefined {
  let lines = '';
  let start = 0;
  let before = column;
  while (before + text.length - start > LINE) {
    const at = foldingPoint(text, start, start + Math.max(0, LINE - before));
    if (before + at - start > longest) return undefined;
    if (at === text.length) break;
    lines += `${text.slice(start, at)}\r\n`;
    start = at;
    before = 0;
  }
  return lines + text.slice(start);
}

/** The last single blank behind `start` and not behind `limit`, else the first behind it, else the text's end. */
function foldingPoint(text: string, start: number, limit: number): number {
  for (let at = text.lastIndexOf(' ', limit); at > start; at = text.lastIndexOf(' ', at - 1)) {
    if (isSingleBlank(text, at)) return at;
  }
  for (let at = text.indexOf(' ', limit + 1); at >= 0; at = text.indexOf(' ', at + 1)) {
    if (isSingleBlank(text, at)) return at;
  }
  return text.length;
}

function isSingleBlank(text: string, at: number): boolean {
  return text[at - 1] !== ' ' && text[at + 1] !== ' ';
}
