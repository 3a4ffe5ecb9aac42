// Quoted-printable (RFC 2045 6.7), piece by piece, so that what is the same for everybody is encoded once.
// Knows octets and line lengths; knows nothing of templates, parts or headers.

import type { PieceEncoder } from '../domain/pieces.js';

const CR = 0x0d;
const LF = 0x0a;
const DOT = 0x2e;
const EQUALS = 0x3d;
const F = 0x46;
const REPLACEMENT = 0xfffd;

/** Octets of a line before its soft break: the `=` makes it 76, the most that RFC 2045 allows. */
const WIDTH = 75;

const SOFT_BREAK = '=\r\n';

/** What needs nothing but its soft break: nearly every merged value. */
const SIMPLE = /^(?!\.|From )[\t !-<>-~]{1,75}$/;

const HEX = Buffer.from('0123456789ABCDEF', 'latin1');

/** Values are encoded in here; longer pieces get memory of their own. */
const scratch = Buffer.allocUnsafeSlow(8192);

/**
 * Encodes each piece so that it begins in the first column and ends in a hard or a soft line break (or is empty).
 * Any piece may therefore follow any other: the concatenation of encoded pieces decodes to the concatenation of the
 * pieces, as UTF-8 with every line end (CRLF, LF or CR) as CRLF and lone surrogates as U+FFFD.
 * No encoded line has more than 76 octets, ends in a blank, begins with a dot or with `From `, and no break stands
 * inside a character. The result is ASCII. A CR that ends one piece and an LF that begins the next are two line ends.
 */
export const QUOTED_PRINTABLE: PieceEncoder = { literal: encode, value: encode };

function encode(text: string): string {
  return SIMPLE.test(text) ? text + SOFT_BREAK : encodeAny(text);
}

function encodeAny(text: string): string {
  // A UTF-16 unit becomes nine octets at the most, and soft breaks stand at least 64 octets apart.
  const most = text.length * 10 + 16;
  const out = most <= scratch.length ? scratch : Buffer.allocUnsafe(most);
  let length = 0;
  let column = 0;
  let i = 0;
  while (i < text.length) {
    const unit = text.charCodeAt(i);
    if (unit === CR || unit === LF) {
      i += unit === CR && text.charCodeAt(i + 1) === LF ? 2 : 1;
      length = writeBreak(out, length);
      column = 0;
      continue;
    }
    const plain = isPlain(unit) && !isExposed(text, i, unit, column);
    const point = unit < 0x80 ? unit : pointAt(text, i, unit);
    const width = plain ? 1 : encodedWidth(point);
    if (column + width > WIDTH) {
      out[length++] = EQUALS;
      length = writeBreak(out, length);
      column = 0;
      // Once more, since what begins a line is looked at more closely.
      continue;
    }
    if (plain) out[length++] = unit;
    else length = writeEncoded(out, length, point);
    column += width;
    i += point > 0xffff ? 2 : 1;
  }
  if (column > 0) {
    out[length++] = EQUALS;
    length = writeBreak(out, length);
  }
  // Read back from octets, the result is flat and takes one octet a character, whatever the source was made of.
  return out.toString('latin1', 0, length);
}

/** Tab, or printable ASCII other than `=`. */
function isPlain(unit: number): boolean {
  return (unit >= 0x20 && unit < 0x7f && unit !== EQUALS) || unit === 0x09;
}

/** A plain character that its place makes unsafe: at a line's beginning, or a blank before a hard break. */
function isExposed(text: string, i: number, unit: number, column: number): boolean {
  if (unit === 0x20 || unit === 0x09) {
    const next = text.charCodeAt(i + 1);
    return next === CR || next === LF;
  }
  if (column > 0) return false;
  // Mail stores that keep many messages in a file put `>` before a line that begins with `From `.
  return unit === DOT || (unit === F && text.startsWith('From ', i));
}

/**
 * The character that begins at `i`, whose UTF-16 unit is given; a lone surrogate is U+FFFD. Put together here, since
 * `codePointAt`, once V8 has optimised it, reads beyond the end of a text that is a slice of a longer one: a surrogate
 * pair that is cut in two came out whole and then again (Node 24.21 and 26.10, whose V8 are 13.6 and 14.6).
 */
function pointAt(text: string, i: number, unit: number): number {
  if (unit < 0xd800 || unit > 0xdfff) return unit;
  const next = unit < 0xdc00 && i + 1 < text.length ? text.charCodeAt(i + 1) : 0;
  if (next < 0xdc00 || next > 0xdfff) return REPLACEMENT;
  return 0x10000 + ((unit - 0xd800) << 10) + (next - 0xdc00);
}

/** Three octets for each octet of UTF-8. */
function encodedWidth(point: number): number {
  if (point < 0x80) return 3;
  if (point < 0x800) return 6;
  return point < 0x10000 ? 9 : 12;
}

function writeEncoded(out: Buffer, at: number, point: number): number {
  if (point < 0x80) return writeOctet(out, at, point);
  let next: number;
  if (point < 0x800) {
    next = writeOctet(out, at, 0xc0 | (point >> 6));
  } else {
    if (point < 0x10000) {
      next = writeOctet(out, at, 0xe0 | (point >> 12));
    } else {
      next = writeOctet(out, at, 0xf0 | (point >> 18));
      next = writeOctet(out, next, 0x80 | ((point >> 12) & 0x3f));
    }
    next = writeOctet(out, next, 0x80 | ((point >> 6) & 0x3f));
  }
  return writeOctet(out, next, 0x80 | (point & 0x3f));
}

function writeOctet(out: Buffer, at: number, octet: number): number {
  out[at] = EQUALS;
  out[at + 1] = HEX[octet >> 4]!;
  out[at + 2] = HEX[octet & 15]!;
  return at + 3;
}

function writeBreak(out: Buffer, at: number): number {
  out[at] = CR;
  out[at + 1] = LF;
  return at + 2;
}
