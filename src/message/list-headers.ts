// What tells mail programs that a message comes from a list, and how to leave it. RFC 2369, RFC 2919, RFC 8058.
// Knows these headers' forms; knows nothing of templates or campaigns.

import { MailblastError, UnmergeableRow } from '../domain/errors.js';

/** Leaves room for `List-Unsubscribe: <`, `>` and a comma in a line of 998, and then some. */
const LONGEST_URI = 900;

/** RFC 2919 3: at least two dot-atoms, 255 characters at the most. */
const LIST_ID = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)+$/;

/**
 * Reads `--list-id`: `news.example.com`, with or without angle brackets.
 * @throws MailblastError `usage` when it is not of that form.
 */
export function parseListId(text: string): string {
  const id = text.trim().replace(/^<(.*)>$/, '$1');
  if (id.length <= 255 && LIST_ID.test(id)) return id;
  throw new MailblastError(
    'usage',
    `--list-id ${JSON.stringify(text)} is not of the form "news.example.com": ASCII letters, digits and hyphens, with a dot.`,
  );
}

/** The list id of a list that was given none: its base name as far as ASCII allows, and the sender's domain. */
export function defaultListId(baseName: string, domain: string): string {
  const label = baseName
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replace(/^-+|-+$/g, '');
  return `${label === '' ? 'list' : label}.${domain}`;
}

/** `List-Id` with its line end. */
export function listIdHeader(listId: string): string {
  return `List-Id: <${parseListId(listId)}>\r\n`;
}

/**
 * `List-Unsubscribe` and, where there is an https URL to post to, `List-Unsubscribe-Post`; either argument may be
 * empty, and without both there is no header. Folded between the two, never inside. What a URI may not hold is
 * percent-encoded, line ends among it.
 * @throws UnmergeableRow when the URL is neither https nor http, or when one of them is too long for a header.
 */
export function unsubscribeHeaders(url: string, mailto: string): string {
  if (url === '' && mailto === '') return '';
  const uris: string[] = [];
  let post = '';
  if (url !== '') {
    const uri = escapeUri(url, 'unsubscribe_url');
    if (!/^https?:\/\/./i.test(uri)) {
      throw new UnmergeableRow('unsubscribe_url', 'is neither an https nor an http link');
    }
    if (/^https:/i.test(uri)) post = 'List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n';
    uris.push(`<${uri}>`);
  }
  if (mailto !== '') uris.push(`<mailto:${escapeUri(mailto, 'unsubscribe_mailto')}>`);
  return `List-Unsubscribe: ${uris.join(',\r\n ')}\r\n${post}`;
}

/** Percent-encodes, as UTF-8, what RFC 3986 2 does not allow in a URI. Escapes that are there stay. */
function escapeUri(uri: string, field: string): string {
  const escaped = uri
    .trim()
    .replace(/[^!-~]+|["<>\\^`{|}]|%(?![0-9A-Fa-f]{2})/g, (part) =>
      Array.from(Buffer.from(part), (octet) => `%${octet.toString(16).toUpperCase().padStart(2, '0')}`).join(
        '',
      ),
    );
  if (escaped.length <= LONGEST_URI) return withoutEncodedWords(escaped);
  throw new UnmergeableRow(field, `is ${escaped.length} characters long, more than ${LONGEST_URI}`);
}

/**
 * Readers decode what looks like an encoded-word (RFC 2047) wherever it stands. So its beginning is escaped: the equals
 * sign before the query, where a question mark begins one, and the question mark inside it, where it is data.
 */
function withoutEncodedWords(uri: string): string {
  const query = uri.indexOf('?');
  return uri.replace(/=\?(?=[^?]*\?[bq]\?)/gi, (_, at: number) => (at < query ? '%3D?' : '=%3F'));
}
