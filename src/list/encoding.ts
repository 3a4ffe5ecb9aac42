// In which encoding a list is written: found out over the whole of it, and turned into UTF-8.
// Knows octets and characters; knows nothing of files or CSV.

import { isUtf8 } from 'node:buffer';
import { MailblastError } from '../domain/errors.js';

/** The encodings that lists come in. Latin-1 is Windows-1252 without its characters at 0x80 to 0x9F. */
export type Encoding = 'UTF-8' | 'UTF-16LE' | 'UTF-16BE' | 'Windows-1252' | 'Latin-1';

/** Opens the octets from their beginning. */
type Octets = () => AsyncIterable<Buffer>;

/**
 * Reads the octets to their end and says how they are encoded. A byte order mark decides, then UTF-16's zero octets,
 * then whether everything is UTF-8 (RFC 3629); a Western 8-bit encoding is what remains.
 * @throws MailblastError `data` with the first line that is not UTF-8, where no other encoding explains it: a list
 *   read in the wrong encoding would misspell the names of people.
 */
export async function findEncoding(octets: Octets, file: string): Promise<Encoding> {
  const head = await first(octets());
  const marked = startsWith(head, 0xef, 0xbb, 0xbf);
  if (startsWith(head, 0xff, 0xfe)) return 'UTF-16LE';
  if (startsWith(head, 0xfe, 0xff)) return 'UTF-16BE';
  const wide = marked ? undefined : unmarkedUtf16(head);
  if (wide !== undefined) return wide;
  if (await allUtf8(octets())) return 'UTF-8';
  const seen = await tally(octets());
  if (marked || seen.characters * 10 > seen.strays) {
    throw new MailblastError(
      'data',
      'This line is not UTF-8, while the rest of the list is: it is damaged, or two encodings were put together. Save the list as UTF-8.',
      { place: { file, line: seen.strayLine } },
    );
  }
  // In Western text letters beyond ASCII stand alone or in pairs; in Cyrillic, Greek or Asian text they stand in rows.
  if (seen.unassigned > 0 || (seen.high >= 12 && seen.inRows * 3 > seen.high)) {
    throw new MailblastError(
      'data',
      'This line is not UTF-8, and the list is neither UTF-16 nor Windows-1252. Save the list as UTF-8.',
      { place: { file, line: seen.strayLine } },
    );
  }
  return seen.windows > 0 ? 'Windows-1252' : 'Latin-1';
}

/** The octets as UTF-8, without a byte order mark. */
export async function* toUtf8(
  octets: AsyncIterable<Buffer>,
  encoding: Encoding,
): AsyncGenerator<Buffer, void> {
  if (encoding === 'UTF-8') {
    let begun = false;
    for await (const piece of octets) {
      yield !begun && startsWith(piece, 0xef, 0xbb, 0xbf) ? piece.subarray(3) : piece;
      begun = true;
    }
  } else if (encoding === 'UTF-16LE' || encoding === 'UTF-16BE') {
    const decoder = new TextDecoder(encoding);
    for await (const piece of octets) yield Buffer.from(decoder.decode(piece, { stream: true }));
    yield Buffer.from(decoder.decode());
  } else {
    for await (const piece of octets) {
      yield Buffer.from(
        piece.toString('latin1').replace(/[\x80-\x9f]/g, (c) => WINDOWS_1252[c.charCodeAt(0) - 0x80]!),
      );
    }
  }
}

/**
 * Windows-1252 at 0x80 to 0x9F. Written out, since some versions of Node decode `windows-1252` as Latin-1.
 * The five octets that it leaves unassigned are never decoded.
 */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';
const UNASSIGNED = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d]);

/** A list is mostly ASCII, so every other octet of its UTF-16 is zero; no 8-bit text holds zeros. */
function unmarkedUtf16(head: Buffer): Encoding | undefined {
  const pairs = Math.floor(head.length / 2);
  const zeros = [0, 0];
  for (let i = 0; i < pairs * 2; i++) if (head[i] === 0) zeros[i % 2]!++;
  if (zeros[1]! * 3 > pairs && zeros[0]! * 50 < pairs) return 'UTF-16LE';
  if (zeros[0]! * 3 > pairs && zeros[1]! * 50 < pairs) return 'UTF-16BE';
  return undefined;
}

async function allUtf8(octets: AsyncIterable<Buffer>): Promise<boolean> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of octets) {
    const joined = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    const border = characterBorder(joined);
    if (!isUtf8(joined.subarray(0, border))) return false;
    rest = joined.subarray(border);
  }
  return rest.length === 0;
}

/** Where the last character begins if it is cut off, else the end. */
function characterBorder(octets: Buffer): number {
  for (let back = 1; back <= 3 && back <= octets.length; back++) {
    const octet = octets[octets.length - back]!;
    if (octet < 0x80) break;
    if (octet >= 0xc0) return sequenceLength(octet) > back ? octets.length - back : octets.length;
  }
  return octets.length;
}

function sequenceLength(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  return lead >= 0xf0 && lead <= 0xf4 ? 4 : 1;
}

/** RFC 3629 4: overlong forms, surrogates, and what lies beyond U+10FFFF. */
function forbidden(lead: number, second: number): boolean {
  if (lead === 0xe0) return second < 0xa0;
  if (lead === 0xed) return second > 0x9f;
  if (lead === 0xf0) return second < 0x90;
  return lead === 0xf4 && second > 0x8f;
}

/** What speaks for one encoding or another. */
interface Tally {
  /** UTF-8 sequences of two octets or more. */
  characters: number;
  /** Octets beyond ASCII in no such sequence, and the line of the first. */
  strays: number;
  strayLine: number;
  /** Octets beyond ASCII; those among them in rows of three or more; those at 0x80 to 0x9F; the unassigned ones. */
  high: number;
  inRows: number;
  windows: number;
  unassigned: number;
}

async function tally(octets: AsyncIterable<Buffer>): Promise<Tally> {
  const seen = { characters: 0, strays: 0, strayLine: 0, high: 0, inRows: 0, windows: 0, unassigned: 0 };
  let line = 1;
  let row = 0;
  let waiting = 0;
  let length = 0;
  let lead = 0;
  const stray = (count: number) => {
    if (seen.strays === 0 && count > 0) seen.strayLine = line;
    seen.strays += count;
  };
  for await (const piece of octets) {
    for (const octet of piece) {
      const continues =
        waiting > 0 && octet >= 0x80 && octet < 0xc0 && !(waiting === length - 1 && forbidden(lead, octet));
      if (continues) {
        if (--waiting === 0) seen.characters++;
      } else {
        if (waiting > 0) stray(length - waiting);
        lead = octet;
        length = octet < 0x80 ? 0 : sequenceLength(octet);
        waiting = Math.max(0, length - 1);
        if (length === 1) stray(1);
      }
      if (octet < 0x80) {
        row = 0;
        if (octet === 0x0a) line++;
        continue;
      }
      seen.high++;
      if (++row >= 3) seen.inRows += row === 3 ? 3 : 1;
      if (octet < 0xa0) seen.windows++;
      if (UNASSIGNED.has(octet)) seen.unassigned++;
    }
  }
  if (waiting > 0) stray(length - waiting);
  return seen;
}

async function first(octets: AsyncIterable<Buffer>): Promise<Buffer> {
  for await (const piece of octets) return piece;
  return Buffer.alloc(0);
}

function startsWith(octets: Buffer, ...mark: number[]): boolean {
  return mark.every((octet, index) => octets[index] === octet);
}
