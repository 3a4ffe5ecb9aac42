// Puts one recipient's message together: headers in a stable order, the parts, and the octets in one go.
// Knows the structure of a message; encoding is done before it (bodies) and in headers.ts; knows nothing of SMTP.

import type { Address, Mailbox } from '../domain/address.js';
import { extraHeader, graphic, mailboxHeader, textHeader } from './headers.js';
import { listIdHeader, unsubscribeHeaders } from './list-headers.js';

/** What the messages of a campaign have in common. */
export interface Letterhead {
  readonly from: Mailbox;
  readonly replyTo: Mailbox | undefined;
  /** `news.example.com`, as `parseListId` gives it. */
  readonly listId: string;
  /** The user's headers that are the same for everybody, in their order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** What makes a message one recipient's own. */
export interface Letter {
  readonly to: Address;
  /** Unicode, merged and decoded. */
  readonly subject: string;
  /** Already quoted-printable, from `QUOTED_PRINTABLE`. A part whose body is empty is left out. */
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
}

/**
 * Gives the function that turns letters into complete messages: ASCII octets, CRLF line ends, ready for
 * `checkOctets`. The same letter gives the same octets.
 * @throws MailblastError when the letterhead's list id is none; the function it gives throws UnmergeableRow
 * when an unsubscribe address cannot stand in a header.
 */
export function composer(letterhead: Letterhead): (letter: Letter) => Buffer {
  const sender =
    mailboxHeader('From', letterhead.from) +
    (letterhead.replyTo === undefined ? '' : mailboxHeader('Reply-To', letterhead.replyTo));
  const listId = listIdHeader(letterhead.listId);
  const headers = extraHeaders(letterhead.headers);
  const subjectHeader = rememberingLast((subject: string) => textHeader('Subject', subject));
  const dateHeader = rememberingLast(formatDate);

  return (letter) => {
    const head =
      `${sender}To: ${graphic(letter.to.address)}\r\n` +
      `${subjectHeader(letter.subject)}${dateHeader(Math.floor(letter.date / 1000))}` +
      `Message-ID: <${graphic(letter.messageId)}>\r\n${listId}` +
      unsubscribeHeaders(letter.unsubscribeUrl, letter.unsubscribeMailto) +
      `Precedence: bulk\r\nX-Mailblast-ID: ${graphic(letter.key)}\r\n` +
      `${headers}${extraHeaders(letter.headers)}MIME-Version: 1.0\r\n`;
    return octetsOf([head, ...alternatives(graphic(letter.boundary), letter.text, letter.html)]);
  };
}

function extraHeaders(headers: Letterhead['headers']): string {
  let lines = '';
  for (const [name, value] of headers) lines += extraHeader(name, value);
  return lines;
}

/**
 * A MIME entity, from its Content-Type to its last line end: the least faithful form first (RFC 2046 5.1.4),
 * and no multipart around a single one. An entity inside another one is written the same way.
 */
function alternatives(boundary: string, text: string, html: string): string[] {
  if (html === '') return bodyPart('plain', text);
  if (text === '') return bodyPart('html', html);
  // The line end before a delimiter belongs to the delimiter, so bodies stay exactly as they are.
  return [
    `Content-Type: multipart/alternative;\r\n boundary="${boundary}"\r\n\r\n--${boundary}\r\n`,
    ...bodyPart('plain', text),
    `\r\n--${boundary}\r\n`,
    ...bodyPart('html', html),
    `\r\n--${boundary}--\r\n`,
  ];
}

function bodyPart(subtype: 'plain' | 'html', body: string): string[] {
  return [
    `Content-Type: text/${subtype}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n`,
    body,
  ];
}

/** ASCII strings as octets, each copied once. */
function octetsOf(chunks: readonly string[]): Buffer {
  let length = 0;
  for (const chunk of chunks) length += chunk.length;
  const octets = Buffer.allocUnsafe(length);
  let at = 0;
  for (const chunk of chunks) at += octets.write(chunk, at, 'latin1');
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
