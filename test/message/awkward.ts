// Generated texts and letters that mail software has stumbled over. Knows nothing of how they are encoded.

import fc from 'fast-check';
import { composer, type Letter, type Letterhead } from '../../src/message/compose.js';
import { identify } from '../../src/message/identity.js';
import { QUOTED_PRINTABLE } from '../../src/message/quoted-printable.js';
import { Stencil } from '../../src/message/stencil.js';

/** Fixed, so that a failure comes again; printed by the tests. `MAILBLAST_SEED` gives another. */
export const SEED = Number(process.env.MAILBLAST_SEED ?? 5322);

const WORDS = [
  'news',
  'Grüße',
  'Łódź',
  'naïve',
  'e\u0301te\u0301',
  '新聞をお届けします',
  'שלום',
  'مرحبا بالعالم',
  '👩‍👩‍👧‍👦',
  '🏴󠁧󠁢󠁳󠁣󠁴󠁿',
  '🇫🇷🇩🇪',
  '👍🏽',
  'क्षत्रिय',
  '=?UTF-8?Q?caf=C3=A9?=',
  '=?',
  '?=',
  '=3D',
  '"quoted"',
  'back\\slash',
  '<b>',
  'a@b.example',
  '(comment)',
  'J.R.',
  'a,b;c:d',
  'From ',
  '.',
  '..',
  '_under_',
  '50 %',
  'x'.repeat(70),
  'Donaudampfschifffahrtsgesellschaft'.repeat(4),
  'ß'.repeat(90),
  '\u00a0',
  '\u200b',
] as const;

const WORD = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...WORDS) },
  { weight: 2, arbitrary: fc.stringMatching(/^[ -~]{1,12}$/) },
  {
    weight: 1,
    arbitrary: fc.string({ unit: 'grapheme', maxLength: 8 }).filter((text) => !CONTROL.test(text)),
  },
);

const CONTROL = /[\p{Cc}\u2028\u2029]/u;

const BLANKS = fc.constantFrom(' ', ' ', ' ', '  ', '   ', '');

/** One line of text without control characters. */
export const LINE = fc.array(fc.tuple(WORD, BLANKS), { maxLength: 24 }).map((parts) => parts.flat().join(''));

const BREAKS = fc.constantFrom(
  '\n',
  '\r\n',
  '\r',
  '\n\n',
  ' \n',
  '\t\r\n',
  '\n.',
  '\n..\n',
  '\nFrom ',
  '.\n',
  '\t',
  ' =\n',
);

/** Text of several lines, as a body may hold it. */
export const BODY = fc.array(fc.tuple(LINE, BREAKS), { maxLength: 10 }).map((parts) => parts.flat().join(''));

/** Anything at all, line ends, NUL and lone surrogates included. */
export const HOSTILE = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '\r\nBcc: victim@example.com',
        '\nX-Evil: 1',
        '\r\n\r\n<script>',
        '\r',
        '\0',
        '\ud800',
        '\udc00',
        '\u2028',
      ),
      fc.constantFrom(
        '\x0b',
        '\x0c',
        '\x85',
        '\t',
        '\x7f',
        '--=_0',
        '=?UTF-8?Q?=0D=0AX-Evil:_1?=',
        '>',
        '<',
        ',',
      ),
      fc.string({ unit: 'binary', maxLength: 6 }),
      LINE,
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''));

/** What a body reads as: CRLF line ends, lone surrogates replaced. */
export function readBack(text: string): string {
  return text.replace(/\r\n|\r|\n/g, '\r\n').replace(/\p{Cs}/gu, '\ufffd');
}

export const SENDER: Letterhead = {
  from: { name: 'Ada', address: { address: 'news@example.com', key: 'news@example.com' } },
  replyTo: undefined,
  listId: 'list.example.com',
  headers: [],
  attachments: [],
  stencil: new Stencil(),
  related: [],
};

/** A composer whose messages are octets alone. */
export function composed(letterhead: Letterhead): (letter: Letter) => Buffer {
  const compose = composer(letterhead);
  return (letter) => compose(letter).octets;
}

/** The headers of a message with both ways to unsubscribe, in their order. */
export const HEADER_NAMES = [
  ...['From', 'To', 'Subject', 'Date', 'Message-ID', 'List-Id', 'List-Unsubscribe', 'List-Unsubscribe-Post'],
  ...['Precedence', 'X-Mailblast-ID', 'MIME-Version', 'Content-Type'],
];

/** A letter with something in every field; the bodies are given decoded. */
export function letter(changes: Partial<Letter> = {}): Letter {
  const key = 'reader@example.org';
  const identity = identify('0123456789abcdef0123456789abcdef', key, 'example.com');
  return {
    to: { address: 'Reader@example.org', key },
    subject: 'News',
    text: QUOTED_PRINTABLE.literal('Hello.\n'),
    html: QUOTED_PRINTABLE.literal('<p>Hello.</p>\n'),
    date: Date.UTC(2026, 7, 1, 12, 30, 15, 250),
    messageId: identity.messageId,
    key: identity.mailblastId,
    boundary: identity.boundary,
    unsubscribeUrl: '',
    unsubscribeMailto: '',
    headers: [],
    attachments: [],
    ...changes,
  };
}
