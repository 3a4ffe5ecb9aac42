// Attachments and embedded images: a file's octets and name as a complete MIME entity.
// Knows RFC 2045, 2183 and 2231; knows nothing of files on disk or of the message around it.

import { isUtf8 } from 'node:buffer';
import { encodedWords } from './encoded-words.js';
import { graphic, oneLine } from './headers.js';

/** A file that goes along with a message. */
export interface Attachment {
  /** Unicode. What would be a path, a control character or too long is taken off: see `attachmentName`. */
  readonly name: string;
  /** MIME type without parameters, such as `application/pdf`. */
  readonly type: string;
  readonly octets: Uint8Array;
}

/** A line of a header, CRLF not counted. */
const LINE = 76;

/** A line of base64 (RFC 2045 6.8). */
const BASE64_LINE = /.{76}(?=.)/g;

/** What file systems can keep, in octets of UTF-8. */
const LONGEST_NAME = 255;

/** Would let `annex<U+202E>fdp.exe` show as another kind of file. The plain marks U+200E and U+200F stay. */
const TURNS_DIRECTION = /[\u202a-\u202e\u2066-\u2069]/g;

/** Fits a quoted string as it is. Escaped quotes and backslashes are read wrongly by too many. */
const QUOTABLE = /^(?! )[ !#-[\]-~]+(?<! )$/;

/** RFC 2231 7, attribute-char: what stands for itself in an extended value. */
const ATTRIBUTE_CHAR = /[A-Za-z0-9!#$&+.^_`{|}~-]/;

const TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/i;

/** Their parts may not be base64 (RFC 2045 6.4), and a message attached as itself would be rewritten on its way. */
const COMPOSITE = /^(?:message|multipart)\//i;

/**
 * The attachment as a MIME entity: its headers, an empty line and its octets in base64; ASCII, lines ended by CRLF
 * except the last one, which has none. The same attachment gives the same entity.
 *
 * `filename` is as RFC 2231 wants it. Clients that do not know it read `name`, where a name that is not plain
 * goes out as encoded-words in a quoted string: no standard, but what they understand.
 */
export function encodeAttachment(attachment: Attachment): string {
  return entity(attachment, 'attachment');
}

/** An image that the HTML shows by `cid:<id>` (RFC 2392). `id` has the form of a Message-ID, without angle brackets. */
export function encodeImage(image: Attachment, id: string): string {
  return entity(image, 'inline', `Content-ID: <${graphic(id)}>\r\n`);
}

function entity(attachment: Attachment, disposition: 'attachment' | 'inline', headers = ''): string {
  const name = attachmentName(attachment.name);
  return (
    `Content-Type: ${mediaType(attachment)};\r\n name=${isPlain(name) ? quoted(name) : quotedWords(name)}\r\n` +
    `Content-Transfer-Encoding: base64\r\n${headers}` +
    `Content-Disposition: ${disposition};\r\n ${filename(name)}\r\n\r\n` +
    base64(attachment.octets).replace(BASE64_LINE, '$&\r\n')
  );
}

/**
 * The name as a reader may save it: the last part of a path, on one line, composed (NFC, since some file systems give
 * names apart), 255 octets of UTF-8 at the most with its extension kept; `attachment` when nothing is left.
 */
export function attachmentName(name: string): string {
  const last = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
  const clean = oneLine(last).replace(TURNS_DIRECTION, '').normalize('NFC').trim();
  return /^\.*$/.test(clean) ? 'attachment' : shortened(clean);
}

function shortened(name: string): string {
  if (Buffer.byteLength(name) <= LONGEST_NAME) return name;
  const extension = /[^.](\.[A-Za-z0-9]{1,16})$/.exec(name)?.[1] ?? '';
  let stem = '';
  let room = LONGEST_NAME - extension.length;
  for (const character of name.slice(0, name.length - extension.length)) {
    room -= Buffer.byteLength(character);
    if (room < 0) break;
    stem += character;
  }
  return `${stem.trimEnd()}${extension}`;
}

/** Text that is UTF-8 says so, since without it a reader has to guess. */
function mediaType({ type, octets }: Attachment): string {
  if (!TYPE.test(type) || COMPOSITE.test(type)) return 'application/octet-stream';
  return /^text\//i.test(type) && isUtf8(octets) ? `${type}; charset=utf-8` : type;
}

function base64(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('base64');
}

function isPlain(name: string): boolean {
  return QUOTABLE.test(name) && !name.includes('=?');
}

function quoted(name: string): string {
  return `"${name}"`;
}

function quotedWords(name: string): string {
  return quoted(encodedWords(name, ' name="'.length));
}

/** The `filename` parameter, in as many numbered sections as its length asks for (RFC 2231 3 and 4). */
function filename(name: string): string {
  const short = `filename=${quoted(name)}`;
  if (isPlain(name) && short.length < LINE) return short;
  const characters = Array.from(name, extended);
  const whole = `filename*=utf-8''${characters.join('')}`;
  if (whole.length < LINE) return whole;
  const sections: string[] = [];
  let section = "filename*0*=utf-8''";
  for (const character of characters) {
    // A character's octets stay together, for readers that decode each section by itself.
    if (section.length + character.length + ' ;'.length > LINE) {
      sections.push(section);
      section = `filename*${sections.length}*=`;
    }
    section += character;
  }
  return [...sections, section].join(';\r\n ');
}

function extended(character: string): string {
  return ATTRIBUTE_CHAR.test(character)
    ? character
    : Array.from(
        Buffer.from(character),
        (octet) => `%${octet.toString(16).toUpperCase().padStart(2, '0')}`,
      ).join('');
}
