// Cells of a list that want to be more than data: commands, headers, markup, merge tags, links that run code.
// Knows what mail software and browsers have stumbled over; knows nothing of templates.

import fc from 'fast-check';

/** Tried in every place, one by one. */
export const HOSTILE_CELLS: readonly string[] = [
  // Lines: SMTP commands, headers, the end of a message.
  'a\rb\nc\r\nd',
  '\r\n.\r\n',
  '\r\n.\r\nMAIL FROM:<evil@example.net>\r\nRCPT TO:<victim@example.net>\r\nDATA\r\n',
  '\n.\n',
  '\r.\r',
  '.',
  '..',
  '../../x',
  'From ',
  '\nFrom me',
  'x\r\nBcc: victim@example.net',
  'x\nBcc: victim@example.net\n\n<script>alert(1)</script>',
  'x\r\n Bcc: victim@example.net',
  '%0d%0aBcc:%20victim@example.net',
  '%0D%0A.%0D%0A',
  // What no message can carry, and what reads as nothing or as a line end somewhere.
  '\0',
  'a\0b',
  '\ud800',
  'a\udc00b',
  '\u0085Bcc: victim@example.net',
  '\x0bx\x0c',
  '\x1b[31m',
  '\u2028Bcc: victim@example.net\u2029',
  '\u202eevil\u202c',
  '\u2066x\u2069\u200f\u200e',
  '\ufeffx',
  '\u200b',
  '\ufffe\uffff',
  '👩‍👩‍👧‍👦🏴󠁧󠁢󠁳󠁣󠁴󠁿👍🏽',
  'e\u0301'.repeat(40),
  'क्षत्रिय',
  // MIME.
  '=?utf-8?q?=0D=0ABcc:_victim=40example.net?=',
  '=?utf-8?b?PHNjcmlwdD4=?=',
  '=?',
  '=3Cscript=3E',
  'soft break=\r\nhere=',
  '--=_boundary--\r\nContent-Type: text/html\r\n\r\n<b>',
  // Markup.
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '` onmouseover=`alert(1)',
  '</style><script>alert(1)</script>',
  '</title></textarea></span><b>',
  '-->',
  '--!><b>',
  '->',
  '-',
  'x--',
  'x--!',
  '<!--',
  '<!--[if mso]><b><![endif]-->',
  '<![endif]--><b>',
  ']]><b>',
  '<b',
  '&lt;script&gt;&#60;&amp;copy;&',
  '\\"\\\'\\',
  // Merge tags.
  '{{value}}',
  '{{{value}}}',
  '{{#if value}}x{{/if}}',
  '{{constructor.constructor "return process"}}',
  '{{',
  '}}',
  '$&$1$$',
  '__proto__',
  'constructor',
  // Links.
  'javascript:alert(1)',
  ' JaVaScRiPt:alert(1)',
  'java\tscript:alert(1)',
  'java\r\nscript:alert(1)',
  '&#106;avascript:alert(1)',
  'javascript&colon;alert(1)',
  'javascript%3Aalert(1)',
  'vbscript:x',
  'data:text/html,<script>alert(1)</script>',
  'file:///etc/passwd',
  '//evil.example/x',
  '\\\\evil.example\\x',
  '@evil.example/',
  '?a=b&c=d#e',
  'https://example.org/p=?utf-8?b?PHNjcmlwdD4=?=',
  'https://example.org/?q=?utf-8?q?=3Cscript=3E?=&x=1',
  'a/b/../c;d=e',
  '%',
  '%zz%41',
  'a+b c',
  // Styles.
  'red;background:url(//evil.example)',
  'expression(alert(1))',
  'url(javascript:alert(1))',
  'red}body{display:none',
  '/*',
  '\\65xpression(1)',
  // Nothing, and much.
  '',
  ' ',
  '\t',
  ' x ',
  'x'.repeat(10_000),
  'ß'.repeat(1_000),
  '.'.repeat(1_200),
  'a b '.repeat(300),
  // A spreadsheet's formulas are plain text in a message.
  '=HYPERLINK("http://evil.example")',
  '@SUM(1)',
];

/** Values that are what they should be where only some may stand. */
const FIT = ['red', '#ff8800', 'rgb(1, 2, 3)', 'Ada', 'Łódź 😀', '7'];

const PIECE = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...HOSTILE_CELLS.filter((cell) => cell.length < 200)) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(...FIT, 'https://example.org/', 'mailto:', 'http://', '"', '<', '\n'),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 8 }) },
);

const LINK_BEGINNINGS = ['https://example.org/', 'http://bücher.example/?q=', 'mailto:', 'tel:', 'https://'];

/** Cells put together from the above and from anything at all. */
export const ANY_CELL: fc.Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: fc.array(PIECE, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('')) },
  { weight: 1, arbitrary: fc.constantFrom(...FIT) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom(...LINK_BEGINNINGS), PIECE).map((parts) => parts.join('')),
  },
);

/** A cell as the list's file holds it: octets know no lone surrogates. */
export const asWritten = (cell: string): string => Buffer.from(cell).toString();

/** Control characters other than tab, CR and LF: the reader of the list refuses the row. */
export const isUncarried = (cell: string): boolean => UNCARRIED.test(cell);
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters in question.
const UNCARRIED = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/;

/** What a header shows: one line. */
export const asOneLine = (cell: string): string => cell.replace(/[\t\r\n\u2028\u2029]+/g, ' ');

/** What a body shows, as HTML and text programs read line ends. */
export const asLines = (cell: string): string => cell.replace(/\r\n?/g, '\n');

/** Blanks folded: for readers that fold them themselves. */
export const folded = (text: string): string => text.replace(/[ \t\r\n]+/g, ' ').trim();
