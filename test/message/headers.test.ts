// Header lines: encoding, folding, and what users may add.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MailblastError, UnmergeableRow } from '../../src/domain/errors.js';
import { parseHeaderOption } from '../../src/message/header-option.js';
import { extraHeader, mailboxHeader, oneLine, textHeader } from '../../src/message/headers.js';
import { defaultListId, parseListId, unsubscribeHeaders } from '../../src/message/list-headers.js';
import { HOSTILE, LINE, SEED } from './awkward.js';

const at = (address: string) => ({ address, key: address.toLowerCase() });
const from = (name: string): string => mailboxHeader('From', { name, address: at('ada@example.com') });

function assertFolded(header: string, longest = 76): void {
  assert.ok(header.endsWith('\r\n'));
  const lines = header.slice(0, -2).split('\r\n');
  for (const [i, line] of lines.entries()) {
    assert.match(line, i === 0 ? /^[A-Za-z-]+:(?: [ -~]*)?$/ : /^ [!-~][ -~]*$/);
    assert.ok(line.length <= longest, `at most ${longest} octets: ${line}`);
  }
  for (const [word] of header.matchAll(/=\?UTF-8\?[^ \r]*/g)) assert.ok(word.length <= 75, word);
}

test('plain text stays readable', () => {
  assert.equal(textHeader('Subject', 'News of today'), 'Subject: News of today\r\n');
  assert.equal(textHeader('Subject', ''), 'Subject:\r\n');
});

test('plain text is folded at single blanks, and unfolding gives it again', () => {
  const text = `${'word '.repeat(13)}two  blanks ${'more '.repeat(20)}end`;
  const header = textHeader('Subject', text);
  assertFolded(header);
  assert.ok(!header.includes('=?'));
  assert.equal(header.replace(/\r\n(?= )/g, ''), `Subject: ${text}\r\n`);
});

test('what a reader could change goes out as encoded-words', () => {
  for (const text of [' a', 'a ', 'a =?UTF-8?Q?b?=', `${'x'.repeat(80)}`, `${'a  '.repeat(40)}b`]) {
    const header = textHeader('Subject', text);
    assert.match(header, /^Subject: =\?UTF-8\?/, text);
    assertFolded(header);
  }
});

test('B or Q is taken, whichever is shorter', () => {
  assert.equal(
    textHeader('Subject', 'Grüße aus aller Welt'),
    'Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe_aus_aller_Welt?=\r\n',
  );
  assert.equal(textHeader('Subject', '新聞'), 'Subject: =?UTF-8?B?5paw6IGe?=\r\n');
});

test('no encoded-word splits what readers see as one character', () => {
  for (let before = 0; before < 60; before++) {
    for (const cluster of ['👩‍👩‍👧‍👦', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', '🇫🇷', 'e\u0301', '👍🏽']) {
      const header = textHeader('Subject', 'é'.repeat(before) + cluster + cluster);
      assertFolded(header);
      const words = [...header.matchAll(/=\?UTF-8\?([BQ])\?(.*?)\?=/g)].map(([, letter, word]) =>
        letter === 'B'
          ? Buffer.from(word!, 'base64').toString()
          : decodeURIComponent(word!.replaceAll('_', ' ').replaceAll('=', '%')),
      );
      assert.equal(words.flatMap((word) => word.split(cluster)).length - words.length, 2, header);
    }
  }
});

test('a display name goes out as atoms, quoted, or encoded, as it needs', () => {
  assert.equal(from(''), 'From: ada@example.com\r\n');
  assert.equal(from('Ada Lovelace'), 'From: Ada Lovelace <ada@example.com>\r\n');
  assert.equal(from('J. R. "Bob" \\o/'), 'From: "J. R. \\"Bob\\" \\\\o/" <ada@example.com>\r\n');
  assert.equal(from('Zoë'), 'From: =?UTF-8?Q?Zo=C3=AB?= <ada@example.com>\r\n');
  assert.equal(from('=?UTF-8?Q?x?='), 'From: =?UTF-8?B?PT9VVEYtOD9RP3g/PQ==?= <ada@example.com>\r\n');
  assert.equal(from('a\r\nBcc: b@example.com'), 'From: "a Bcc: b@example.com" <ada@example.com>\r\n');
});

test('a long display name is folded, and so is the address behind it', () => {
  for (const name of ['Ada '.repeat(40).trim(), 'A. '.repeat(60).trim(), 'Zoë '.repeat(40), 'x'.repeat(90)]) {
    assertFolded(from(name));
  }
  const address = `${'a'.repeat(64)}@example.com`;
  assert.equal(
    mailboxHeader('From', { name: 'Ada', address: at(address) }),
    `From: Ada\r\n <${address}>\r\n`,
  );
});

test('no text, however hostile, becomes a second header line or a line too long', () => {
  fc.assert(
    fc.property(fc.oneof(HOSTILE, LINE), (text) => {
      assertFolded(textHeader('Subject', text));
      assertFolded(from(text));
      const extra = extraHeader('X-Extra', text);
      if (extra !== '') assertFolded(extra, 998);
    }),
    { seed: SEED, numRuns: 2000 },
  );
});

test('a run of line ends and control characters becomes one blank, a lone surrogate U+FFFD', () => {
  assert.equal(oneLine('a\r\n\tb\0\0c\u0085d\u2028e\ud800f'), 'a b c d e\ufffdf');
});

test('a header of the user keeps its structure as long as mail can carry it', () => {
  const url = `<https://example.com/${'x'.repeat(400)}>`;
  assert.equal(extraHeader('List-Help', url), `List-Help: ${url}\r\n`);
  assert.equal(extraHeader('X-Two', `${url} ${url}`), `X-Two: ${url}\r\n ${url}\r\n`);
  assert.equal(extraHeader('X-Blank', ' \t '), '');
  assert.equal(extraHeader('X-Trim', ' a '), 'X-Trim: a\r\n');
  assertFolded(extraHeader('X-Endless', 'x'.repeat(1200)));
  assertFolded(extraHeader(`X-${'Long'.repeat(12)}`, '👩‍👩‍👧‍👦'.repeat(3)));
});

test('--header takes a name and a value', () => {
  assert.deepEqual(parseHeaderOption('Feedback-ID: a:b:c'), ['Feedback-ID', 'a:b:c']);
  assert.deepEqual(parseHeaderOption(' X-Segment :{{ segment }} '), ['X-Segment', '{{ segment }}']);
});

test('--header refuses what is malformed, and says how it should look', () => {
  for (const line of [
    '',
    'X-A',
    'X-A:',
    ': b',
    'X A: b',
    'X-Ä: b',
    '{{x}}: b',
    'X-A: b\r\nBcc: c',
    'X-A: \0',
    `${'x'.repeat(51)}: b`,
  ]) {
    assert.throws(() => parseHeaderOption(line), isUsage, line);
  }
  assert.throws(() => parseHeaderOption('X-A'), /"Name: value"/);
});

test('--header refuses the headers that mailblast owns, and names the option to use', () => {
  const rows: [string, RegExp][] = [
    ['From: a', /--from/],
    ['REPLY-TO: a', /--reply-to/],
    ['subject: a', /--subject/],
    ['Return-Path: a', /--return-path/],
    ['List-ID: a', /--list-id/],
    ['List-Unsubscribe: a', /--unsubscribe-url or --unsubscribe-mailto/],
    ['List-Unsubscribe-Post: a', /--unsubscribe-url/],
    ['DKIM-Signature: a', /--dkim-domain/],
    ['Bcc: a', /list/],
  ];
  for (const [line, way] of rows) assert.throws(() => parseHeaderOption(line), way);
  const others =
    'To Cc Sender Date Message-ID MIME-Version Content-Type Content-Foo Precedence Received Resent-To';
  for (const name of [...others.split(' '), 'X-Mailblast-ID', 'ARC-Seal', 'Authentication-Results']) {
    assert.throws(() => parseHeaderOption(`${name}: a`), isUsage, name);
  }
  assert.deepEqual(parseHeaderOption('constructor: a'), ['constructor', 'a']);
});

function isUsage(error: unknown): boolean {
  return error instanceof MailblastError && error.trouble === 'usage' && error.message.endsWith('.');
}

test('a list id has dot-atoms and nothing else', () => {
  assert.equal(parseListId('<news.example.com>'), 'news.example.com');
  for (const text of ['', 'news', 'a b.example.com', 'a..b', 'ä.example.com', 'a.b\r\nBcc: c', 'a.b> <c.d']) {
    assert.throws(() => parseListId(text), isUsage, text);
  }
});

test('a list that was given no id gets one from its name', () => {
  assert.equal(defaultListId('Käufer (März 2026)', 'example.com'), 'kaufer-marz-2026.example.com');
  assert.equal(defaultListId('新聞', 'example.com'), 'list.example.com');
});

test('one-click unsubscription is offered with an https URL only', () => {
  assert.equal(
    unsubscribeHeaders('https://example.com/u?t=1', 'leave@example.com?subject=leave'),
    'List-Unsubscribe: <https://example.com/u?t=1>,\r\n <mailto:leave@example.com?subject=leave>\r\n' +
      'List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n',
  );
  assert.equal(
    unsubscribeHeaders('http://example.com/u', ''),
    'List-Unsubscribe: <http://example.com/u>\r\n',
  );
  assert.equal(unsubscribeHeaders('', 'l@example.com'), 'List-Unsubscribe: <mailto:l@example.com>\r\n');
  assert.equal(unsubscribeHeaders('', ''), '');
});

test('what an unsubscribe URL may not hold is percent-encoded, what is encoded stays', () => {
  assert.equal(
    unsubscribeHeaders('https://example.com/a b?n=Zoë&p=50%&q=%20<x>\r\nBcc: c', '').split('\r\n')[0],
    'List-Unsubscribe: <https://example.com/a%20b?n=Zo%C3%AB&p=50%25&q=%20%3Cx%3E%0D%0ABcc:%20c>',
  );
});

test('an unsubscribe URL that no header can carry makes the row unmergeable', () => {
  const unmergeable = (error: unknown) =>
    error instanceof UnmergeableRow && error.field === 'unsubscribe_url';
  for (const url of ['javascript:alert(1)', ' ', `https://example.com/${'x'.repeat(900)}`]) {
    assert.throws(() => unsubscribeHeaders(url, ''), unmergeable);
  }
});
