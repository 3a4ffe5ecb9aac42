// Puts one recipient's message together: headers in a stable order, the parts, and the octets in one go.
// Knows the structure of a message; encoding is done before it (bodies, attachments) and in headers.ts; knows nothing of
// SMTP.

import { type Address, type Mailbox, needsSmtpUtf8 } from '../domain/address.js';
import { demandSound } from './final-check.js';
import { extraHeader, graphic, mailboxHeader, textHeader } from './headers.js';
import { listIdHeader, unsubscribeHeaders } from './list-headers.js';
import { isRelaxed } from './relaxed.js';
import type { Stencil } from './stencil.js';

/** What the messages of a campaign have in common. */
export interface Letterhead {
  readonly from: Mailbox;
  readonly replyTo: Mailbox | undefined;
  /** `news.example.com`, as `parseListId` gives it; empty for mail that belongs to no list and is not bulk. */
  readonly listId: string;
  /** The user's headers that are the same for everybody, in their order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Files for everybody, in their order, as `encodeAttachment` gives them. */
  readonly attachments: readonly string[];
  /** Made the bodies; what it keeps is in every message. */
  readonly stencil: Stencil;
  /** Images that the HTML shows by `cid:`, in their order, as `encodeImage` gives them. */
  readonly related: readonly string[];
}

/** What makes a message one recipient's own. */
export interface Letter {
  readonly to: Address;
  /** Unicode, merged and decoded. */
  readonly subject: string;
  /** Already quoted-printable, as the letterhead's stencil gives it. A part whose body is empty is left out. */
  readonly text: string;
  readonly html: string;
  /** The Date header, milliseconds since 1970. */
  readonly date: number;
  /** Without angle brackets. */
  readonly messageId: string;
  /** For `X-Mailblast-ID`. */
  readonly key: string;
  readonly boundary: string;
  /** Filled in; empty when there is none. */
  readonly unsubscribeUrl: string;
  /** An address, maybe with `?subject=…`, without `mailto:`; empty when there is none. */
  readonly unsubscribeMailto: string;
  /** The user's headers that were merged for this recipient; they follow the letterhead's. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Files for this recipient alone, as `encodeAttachment` gives them; they follow the letterhead's. */
  readonly attachments: readonly string[];
}

/** A complete message. */
export interface Composed {
  readonly octets: Buffer;
  /** Its lines are known to be DKIM's relaxed form of themselves. */
  readonly relaxed: boolean;
}

/**
 * Gives the function that turns letters into complete messages, which have passed `checkOctets`: images and attachments
 * for everybody once, here, since a scan of 5 MB takes several times as long as its copy; all else in each message.
 * The same letter gives the same octets. They are written on what `memory` gives for a number of octets.
 * @throws MailblastError when the letterhead's list id is none; the function it gives throws UnmergeableRow
 * when an unsubscribe address cannot stand in a header.
 */
export function composer(
  letterhead: Letterhead,
  memory: (length: number) => Buffer = Buffer.allocUnsafe,
): (letter: Letter) => Composed {
  const sender =
    mailboxHeader('From', letterhead.from) +
    (letterhead.replyTo === undefined ? '' : mailboxHeader('Reply-To', letterhead.replyTo));
  const ofAList = letterhead.listId !== '';
  const listId = ofAList ? listIdHeader(letterhead.listId) : '';
  const precedence = ofAList ? 'Precedence: bulk\r\n' : '';
  const headers = extraHeaders(letterhead.headers);
  const subjectHeader = rememberingLast((subject: string) => textHeader('Subject', subject));
  const dateHeader = rememberingLast(formatDate);
  const attachments = letterhead.attachments.map(soundEntity);
  const related = letterhead.related.map(soundEntity);
  const sameRelaxed = [...attachments, ...related].every(isRelaxed);

  return (letter) => {
    const head =
      `${sender}To: ${recipient(letter.to.address)}\r\n` +
      `${subjectHeader(letter.subject)}${dateHeader(Math.floor(letter.date / 1000))}` +
      `Message-ID: <${graphic(letter.messageId)}>\r\n${listId}` +
      unsubscribeHeaders(letter.unsubscribeUrl, letter.unsubscribeMailto) +
      `${precedence}X-Mailblast-ID: ${graphic(letter.key)}\r\n` +
      `${headers}${extraHeaders(letter.headers)}MIME-Version: 1.0\r\n`;
    const boundary = graphic(letter.boundary);
    const files = [...attachments, ...letter.attachments.map(soundEntity)];
    const hasImages = related.length > 0 && letter.html !== '';
    const { opening, closing } = alternatives(boundary, letter.text, letter.html, hasImages);
    // No boundary may be how another one begins (RFC 2046 5.1.1).
    const own = files.length === 0 ? [head, ...opening] : [head, ...mixed(`mixed${boundary}`, opening)];
    // Behind the HTML nothing is the recipient's own but the boundary.
    const rest = [
      ...(hasImages ? enclosed(`related${boundary}`, related) : []),
      ...(closing === '' ? [] : [Buffer.from(closing, 'latin1')]),
      ...(files.length === 0 ? [] : [Buffer.from(`\r\n--mixed${boundary}\r\n`, 'latin1')]),
      ...enclosed(`mixed${boundary}`, files),
    ];
    const utf8 = needsSmtpUtf8(letter.to.address);
    let relaxed = sameRelaxed && letter.attachments.length === 0 && letterhead.stencil.relaxed;
    const octets = octetsOf(own.join(''), rest, { stencil: letterhead.stencil, memory }, (stretch) => {
      demandSound(stretch, `The message for ${letter.to.address}`, utf8);
      relaxed &&= isRelaxed(stretch);
    });
    return { octets, relaxed };
  };
}

/** The recipient as the To header has it: as it is, or in UTF-8 (RFC 6532), whose octets stand as Latin-1 here. */
function recipient(address: string): string {
  if (!needsSmtpUtf8(address)) return graphic(address);
  if (/[\s\p{Cc}<>,;]/u.test(address)) throw new Error(`Not an address: ${JSON.stringify(address)}.`);
  return Buffer.from(address).toString('latin1');
}

/** An encoded file as octets that end in a line end. */
function soundEntity(entity: string): Buffer {
  const octets = Buffer.from(`${entity}\r\n`, 'latin1');
  demandSound(octets, 'An attachment');
  return octets;
}

function extraHeaders(headers: Letterhead['headers']): string {
  let lines = '';
  for (const [name, value] of headers) lines += extraHeader(name, value);
  return lines;
}

/**
 * A MIME entity, from its Content-Type to its last line end: the least faithful form first (RFC 2046 5.1.4),
 * and no multipart around a single one. Images stand beside the HTML that shows them, in a multipart/related whose root
 * it is (RFC 2387); they, and `closing`, follow behind `opening`.
 */
function alternatives(
  boundary: string,
  text: string,
  html: string,
  hasImages: boolean,
): { readonly opening: string[]; readonly closing: string } {
  const shown = hasImages ? related(`related${boundary}`, bodyPart('html', html)) : bodyPart('html', html);
  if (html === '') return { opening: bodyPart('plain', text), closing: '' };
  if (text === '') return { opening: shown, closing: '' };
  // The line end before a delimiter belongs to the delimiter, so bodies stay exactly as they are.
  return {
    opening: [
      `Content-Type: multipart/alternative;\r\n boundary="${boundary}"\r\n\r\n--${boundary}\r\n`,
      ...bodyPart('plain', text),
      `\r\n--${boundary}\r\n`,
      ...shown,
    ],
    closing: `\r\n--${boundary}--\r\n`,
  };
}

function bodyPart(subtype: 'plain' | 'html', body: string): string[] {
  return [
    `Content-Type: text/${subtype}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n`,
    body,
  ];
}

/** The beginning of a multipart/related: its root, up to the delimiter before the first image. */
function related(boundary: string, root: readonly string[]): string[] {
  return [
    `Content-Type: multipart/related; type="text/html";\r\n boundary="${boundary}"\r\n\r\n--${boundary}\r\n`,
    ...root,
    `\r\n--${boundary}\r\n`,
  ];
}

/** The beginning of a multipart/mixed, up to its first part's own content. */
function mixed(boundary: string, part: readonly string[]): string[] {
  return [`Content-Type: multipart/mixed;\r\n boundary="${boundary}"\r\n\r\n--${boundary}\r\n`, ...part];
}

/** The rest of a multipart: the entities, which end in a line end, and what stands behind each. */
function enclosed(boundary: string, attachments: readonly Buffer[]): Buffer[] {
  const between = Buffer.from(`--${boundary}\r\n`, 'latin1');
  const end = Buffer.from(`--${boundary}--\r\n`, 'latin1');
  return attachments.flatMap((entity, i) => [entity, i === attachments.length - 1 ? end : between]);
}

/** A text of the stencil's and then octets as one piece, each copied once. `look` sees what nobody has looked at before. */
function octetsOf(
  text: string,
  rest: readonly Buffer[],
  { stencil, memory }: { readonly stencil: Stencil; readonly memory: (length: number) => Buffer },
  look: (stretch: Buffer) => void,
): Buffer {
  const textLength = stencil.lengthOf(text);
  let length = textLength;
  for (const buffer of rest) length += buffer.length;
  const octets = memory(length);
  stencil.write(text, octets, (from, to) => look(octets.subarray(from, to)));
  let at = textLength;
  for (const buffer of rest) at += buffer.copy(octets, at);
  return octets;
}

/** RFC 5322 3.3, in UTC. */
function formatDate(seconds: number): string {
  return `Date: ${new Date(seconds * 1000).toUTCString().replace('GMT', '+0000')}\r\n`;
}

/** Computes a value again only when its source changes: most of a campaign's messages share their subject. */
function rememberingLast<T>(compute: (source: T) => string): (source: T) => string {
  let last: T | undefined;
  let result = '';
  return (source) => {
    if (source !== last) {
      result = compute(source);
      last = source;
    }
    return result;
  };
}
