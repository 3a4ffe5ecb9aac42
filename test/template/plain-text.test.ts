// The text part: what a reader without HTML gets.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileBody, inColumn, mergeAll, row } from './rows.js';

const ROW = row({
  name: 'Ada',
  city: 'New York',
  link: 'https://x.example/?a=1&b=2',
  items: '[{"n":"one"},{"n":"two"}]',
});

async function textOf(content: string, head = '', fields = ROW): Promise<string> {
  const compiled = await compileBody(inColumn(content, head), Object.keys(fields), ['items']);
  return mergeAll(compiled, fields, ['items']).text;
}

test('links stand behind their words, images are what they say, the preheader is left out', async () => {
  const head = '<mj-head><mj-title>T</mj-title><mj-preview>hidden words</mj-preview></mj-head>';
  const text = await textOf(
    '<mj-image src="https://x/a.png" alt="A lighthouse" /><mj-text>Read <a href="https://x.example/?a=1&amp;b=2">on</a> or <a href="mailto:a@b.example">a@b.example</a> or <a href="https://x.example">https://x.example</a> or <a href="#top">up</a>.</mj-text><mj-button href="{{link}}">Go</mj-button>',
    head,
  );
  assert.equal(
    text,
    'A lighthouse\n\nRead on <https://x.example/?a=1&b=2> or a@b.example or https://x.example or\nup.\n\nGo <https://x.example/?a=1&b=2>\n',
  );
});

test('a value inside a link is encoded as in the HTML, elsewhere it stands as it is', async () => {
  const text = await textOf(
    '<mj-text>{{city}}: <a href="https://x.example/{{city}}?q={{default city "x"}}">there</a> <a href="mailto:x@y.example?subject={{city}}">write</a></mj-text>',
  );
  assert.match(
    text,
    /^New York: there\s<https:\/\/x\.example\/New%20York\?q=New%20York> write\s<x@y\.example\?subject=New York>\n$/,
  );
});

test('components are paragraphs, headings keep their letters, lists have marks', async () => {
  const text = await textOf(
    '<mj-text><h1>Big News</h1><p>one</p><p>two<br />three</p><ul><li>a</li><li>b</li></ul></mj-text><mj-text>four</mj-text>',
  );
  assert.equal(text, 'Big News\n\none\n\ntwo\nthree\n\n- a\n- b\n\nfour\n');
});

test('columns follow each other, rows of data are lines', async () => {
  const compiled = await compileBody(
    '<mj-body><mj-section><mj-column><mj-text>left</mj-text></mj-column><mj-column><mj-table><tr><th>Item</th><th>n</th></tr>{{#each items}}<tr><td>{{n}}</td><td>{{@index}}</td></tr>{{/each}}</mj-table></mj-column></mj-section></mj-body>',
    Object.keys(ROW),
    ['items'],
  );
  assert.equal(mergeAll(compiled, ROW, ['items']).text, 'left\n\nItem | n\none | 0\ntwo | 1\n');
});

test('lines are 78 characters at most, but links and tags are not broken', async () => {
  const url = `https://x.example/${'long-'.repeat(30)}`;
  const compiled = await compileBody(
    inColumn(
      `<mj-text>${'words and '.repeat(30)}<a href="${url}">x</a> {{default name "${'a fallback '.repeat(12)}"}}</mj-text>`,
    ),
    ['name'],
  );
  assert.ok(compiled.text.includes(`<${url}>`));
  assert.ok(compiled.text.includes(`{{default name "${'a fallback '.repeat(12)}"}}`));
  const plain = compiled.text.split('\n').filter((line) => !/[<{]/.test(line));
  assert.ok(plain.length > 3 && plain.every((line) => line.length <= 78));
});

test('block tags do not make a line shorter, and the author’s own rare characters stay', async () => {
  const words = Array.from({ length: 20 }, () => '{{#if name}}seven77{{/if}}').join(' ');
  const icons = '\u{f0000}\u{f0001}\u{10fffd}\ue000';
  const text = await textOf(`<mj-text>${words}</mj-text><mj-text>${icons}</mj-text>`);
  const [first] = text.split('\n');
  assert.ok(first!.length >= 40 && first!.length <= 78, text);
  assert.ok(text.endsWith(`\n${icons}\n`));
});

test('a block left out leaves no gap, and one that is there stands apart', async () => {
  const content =
    '<mj-text>before</mj-text>{{#if name}}<mj-text>Hi {{name}}</mj-text>{{else}}<mj-text>nobody</mj-text>{{/if}}{{#if city}}<mj-text>in {{city}}</mj-text>{{/if}}<mj-text>after {{#if name}}all{{/if}}</mj-text>';
  const show = (name: string, city: string) => textOf(content, '', row({ ...ROW, name, city }));
  assert.equal(await show('Ada', 'Paris'), 'before\n\nHi Ada\n\nin Paris\n\nafter all\n');
  assert.equal(await show('Ada', ''), 'before\n\nHi Ada\n\nafter all\n');
  assert.equal(await show('', ''), 'before\n\nnobody\n\nafter\n'.replace('after', 'after '));
});

test('words and entities are decoded, and what only Outlook sees is left out', async () => {
  const text = await textOf(
    '<mj-text>Ben &amp; J&eacute;r&ocirc;me &lt;b&gt; &#123;&#123;x}}</mj-text><mj-raw><!--[if mso]><p>{{name}}</p><![endif]--></mj-raw>',
  );
  assert.equal(text, 'Ben & Jérôme <b> {{x}}\n');
});

test('a picture that links where words lead, too, is not told twice', async () => {
  const text = await textOf(
    '<mj-social mode="horizontal"><mj-social-element name="facebook-noshare" href="https://fb.example/">Facebook</mj-social-element><mj-social-element name="x-noshare" href="https://x.example/" /></mj-social>',
  );
  assert.equal(text, 'Facebook <https://fb.example/>\n\n<https://x.example/>\n');
});
