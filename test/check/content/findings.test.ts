// What the check of a letter finds, rule by rule, and what it leaves alone.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type CheckedLetter, check, LIST, only, told } from './letters.js';
import { clientSupport, FILE } from './make-client-support.js';

const TEXT = (inner: string) => `<mj-text>${inner}</mj-text>`;

/** Each line: what is wrong, the letter, and all that is told of it. */
const LETTERS: readonly (readonly [name: string, letter: CheckedLetter, told: readonly string[]])[] = [
  [
    'a sound letter',
    { body: TEXT('Hello {{first_name}}, <a href="https://example.com/a?b=1&amp;c=2">read</a>.') },
    [],
  ],
  ['a link to nothing', { body: TEXT('<a href="">x</a>') }, ['empty-link:8']],
  ['a link that is #', { body: TEXT('<a href="#">x</a>') }, ['empty-link:8']],
  ['a button without a link', { body: '<mj-button>Go</mj-button>' }, ['empty-link:8']],
  ['a name in the text', { body: TEXT('<a name="top">x</a> <a href="#top">up</a>') }, []],
  ['a link to localhost', { body: TEXT('<a href="http://localhost:3000/x">x</a>') }, ['localhost-link:8']],
  [
    'a link into a private network',
    { body: TEXT('<a href="https://192.168.1.4/">x</a>') },
    ['localhost-link:8'],
  ],
  [
    'a localhost link with a tag',
    { body: TEXT('<a href="http://localhost/{{first_name}}">x</a>') },
    ['localhost-link:8'],
  ],
  ['an http link', { body: TEXT('<a href="http://example.com/">x</a>') }, ['http-link:8']],
  ['a link without its beginning', { body: TEXT('<a href="www.example.com">x</a>') }, ['broken-link:8']],
  [
    'a link with an escaped tag',
    { body: TEXT('<a href="https://example.com/\\{{first_name}}">x</a>') },
    ['unmerged-tag:8', 'unmerged-tag:8'],
  ],
  ["another tool's tag", { body: TEXT('Hello *|FNAME|*') }, ['unmerged-tag:8']],
  ['a tag with one brace', { body: TEXT('Hello {first_name} {other}') }, ['unmerged-tag:8']],
  ['an image without alt', { body: '<mj-image src="https://example.com/a.png" />' }, ['missing-alt:8']],
  ['an image that only decorates', { body: '<mj-image alt="" src="https://example.com/a.png" />' }, []],
  [
    'an image without width',
    { body: TEXT('<img alt="a" src="https://example.com/a.png">') },
    ['missing-size:8'],
  ],
  ['an image that is not there', { body: '<mj-image alt="" src="nope.png" />' }, ['missing-image:8']],
  ['an image out of the folder', { body: '<mj-image alt="" src="../nope.png" />' }, ['missing-image:8']],
  [
    'an image beside the template',
    { body: '<mj-image alt="" src="a.png" />', files: { 'a.png': new Uint8Array([1, 2]) } },
    [],
  ],
  [
    'images on a machine that readers do not reach',
    {
      body: '<mj-image alt="" src="a.png" />',
      files: { 'a.png': new Uint8Array([1, 2]) },
      request: { assetsUrl: 'http://localhost:8080/news' },
    },
    ['missing-image:'],
  ],
  [
    'images that are fetched in clear',
    { body: '<mj-image alt="" src="a.png" />', request: { assetsUrl: 'http://cdn.example.com/' } },
    ['http-link:'],
  ],
  ['an SVG', { body: '<mj-image alt="" src="https://example.com/a.svg" />' }, ['unsupported-image:8']],
  ['a film', { body: TEXT('<video src="https://example.com/a.mp4"></video>') }, ['unsupported-html:8']],
  ['a script', { body: '<mj-raw><script>1</script></mj-raw>' }, ['unsupported-html:8']],
  [
    'flex in a style attribute',
    { body: TEXT('<p style="color: red; display: flex">x</p>') },
    ['unsupported-css:8'],
  ],
  [
    'position in a style sheet',
    { body: '', head: '<mj-style>.a { position: absolute }</mj-style>' },
    ['unsupported-css:3'],
  ],
  [
    'flex for those who know media queries',
    { body: '', head: '<mj-style>@media (min-width: 1px) { .a { display: flex } }</mj-style>' },
    [],
  ],
  ['a subject that is a test', { body: '', title: '[TEST] News' }, ['subject-leftover:2']],
  ['a subject that claims to answer', { body: '', title: 'Re: your order' }, ['subject-leftover:2']],
  ['a long subject', { body: '', title: 'News '.repeat(20) }, ['long-subject:2']],
  ['a row without @', { body: '', list: `${LIST}nobody,x\n` }, ['invalid-row:4']],
  ['an address twice', { body: '', list: `${LIST}ADA@example.com,x\n` }, ['duplicate-row:4']],
  ['a mistyped address', { body: '', list: `${LIST}eve@gmial.com,x\n` }, ['mistyped-address:4']],
  ['a role', { body: '', list: `${LIST}info@example.com,x\n` }, ['role-address:4']],
  [
    'braces in a cell',
    { body: TEXT('{{first_name}}'), list: `${LIST}eve@example.com,{{x}}\n` },
    ['unmerged-tag:4'],
  ],
  ['braces in a cell that nobody reads', { body: '', list: `${LIST}eve@example.com,{{x}}\n` }, []],
  ['no way out', { body: '', request: { unsubscribeUrl: '' } }, ['missing-unsubscribe:']],
  ['broken MJML', { body: '<mj-text>x' }, ['template-error:8']],
];

for (const [name, letter, expected] of LETTERS) {
  test(`${name}: ${expected.length === 0 ? 'nothing is told' : expected.join(', ')}`, async () => {
    assert.deepEqual(told(await check(letter)), expected);
  });
}

test('every unknown field is told, with the column that was meant', async () => {
  const report = await check({ body: TEXT('{{frist_name}}\n{{colour}}') });
  assert.deepEqual(told(report), ['unknown-field:8', 'unknown-field:9']);
  assert.match(report.findings[0]!.sentence, /did you mean first_name\?/);
  assert.equal(report.messages, 2, 'rows are checked all the same');
});

test('an empty field is told with its rows and the lines that have no fallback', async () => {
  const body = `${TEXT('{{default first_name "you"}}')}\n${TEXT('{{first_name}}')}\n${TEXT('{{#if first_name}}{{first_name}}{{/if}}')}`;
  const { sentence, place } = only(
    await check({ body, list: 'email,first_name\na@example.com,\nb@example.com,\nc@example.com,C\n' }),
    'empty-field',
  );
  assert.match(sentence, /^2 rows have no first_name and lines? 9/);
  assert.match(sentence, /list: lines 2, 3/);
  assert.equal(place.line, 9);
});

test('a link from the list is judged for each row, also inside a block that leaves it out', async () => {
  const list =
    'email,shop\na@example.com,https://example.com/\nb@example.com,\nc@example.com,http://localhost/\nd@example.com,javascript:1\n';
  const bare = await check({ body: TEXT('<a href="{{shop}}">x</a>'), list });
  assert.deepEqual(told(bare), ['empty-link:8', 'localhost-link:8', 'invalid-row:5']);
  assert.match(only(bare, 'empty-link').sentence, /For 1 row .*list: line 3/);
  const guarded = await check({ body: TEXT('{{#if shop}}<a href="{{shop}}">x</a>{{/if}}'), list });
  assert.deepEqual(told(guarded), ['localhost-link:8', 'invalid-row:5']);
});

test('links of a repeated block are judged item by item', async () => {
  const list = `email,offers\na@example.com,"[{""url"":""https://example.com/""},{""url"":""""}]"\n`;
  const report = await check({
    body: TEXT('{{#each offers}}<a href="{{url}}">x</a>{{/each}}'),
    list,
    request: { jsonColumns: ['offers'] },
  });
  assert.equal(only(report, 'empty-link').place.line, 8);
});

test('the largest message of the list is found, and told when Gmail would clip it', async () => {
  const list = `email,bio\na@example.com,short\nb@example.com,${'long '.repeat(24_000)}\nc@example.com,short\n`;
  const report = await check({ body: TEXT('{{bio}}'), list });
  assert.equal(report.largest?.line, 3);
  assert.match(only(report, 'clipped-by-gmail').sentence, /The HTML of 1 row .*b@example\.com, line 3/);
});

test('text that dark styles make unreadable is told, with its words', async () => {
  const head =
    '<mj-style>@media (prefers-color-scheme: dark) { .c, .c > table { background-color: #111 !important } }</mj-style>';
  const dark = `${TEXT('Hidden words')}</mj-column></mj-section><mj-section css-class="c"><mj-column>${TEXT('Lost in the dark')}`;
  const { sentence, place } = only(await check({ head, body: dark }), 'dark-contrast');
  assert.match(sentence, /"Lost in the dark" is #000000 on #111111/);
  assert.equal(place.line, 8);
  const mended = head.replace(
    '</mj-style>',
    ' @media (prefers-color-scheme: dark) { .c div { color: #eee !important } }</mj-style>',
  );
  assert.deepEqual(told(await check({ head: mended, body: dark })), []);
});

test('a text part of the author that says little is told', async () => {
  assert.deepEqual(told(await check({ body: '', files: { 'news.txt': 'See the web page.' } })), [
    'thin-text:',
  ]);
  assert.deepEqual(told(await check({ body: '', files: { 'news.txt': '' } })), ['missing-text:']);
});

test('what is found in an include has its file and line', async () => {
  const { place } = only(
    await check({
      body: '<mj-include path="part.mjml" />',
      files: { 'part.mjml': '<mj-text>\n<a href="#">x</a></mj-text>' },
    }),
    'empty-link',
  );
  assert.match(place.file!, /part\.mjml$/);
  assert.equal(place.line, 2);
});

test('a silenced rule is not told and fails nothing', async () => {
  assert.deepEqual(told(await check({ body: TEXT('<a href="#">x</a>'), silence: ['empty-link'] })), []);
});

test('a missing file of a recipient ends its row, and the field is named', async () => {
  const list = 'email,invoice\na@example.com,a.pdf\nb@example.com,b.pdf\nc@example.com,../c.pdf\n';
  const report = await check({
    body: '',
    list,
    files: { 'a.pdf': 'x' },
    request: { attachColumn: 'invoice' },
  });
  assert.deepEqual(told(report), ['invalid-row:3', 'invalid-row:4']);
  assert.match(report.findings[0]!.sentence, /invoice names b\.pdf, which is not there/);
  assert.match(report.findings[1]!.sentence, /leads out of the folder/);
});

test('the table of what mail programs support is that of the package caniemail', () => {
  // However the formatter breaks its lines.
  const plain = (text: string) => text.replace(/\s+/g, '').replaceAll(',]', ']');
  assert.ok(plain(readFileSync(FILE, 'utf8')) === plain(clientSupport()), 'run make-client-support.ts');
});
