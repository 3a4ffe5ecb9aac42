// Fields that --allow-raw names: HTML in the texts of the HTML, text in the text part, refused everywhere else.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MailblastError, UnmergeableRow } from '../../src/domain/errors.js';
import { HOSTILE } from './hostile.js';
import { compileBody, inColumn, merge, mergeAll, row } from './rows.js';

const BIO = '<b>Ada</b> &amp; <a href="https://x.example/?a=1&amp;b=2">more</a>';
const FIELDS = row({ 'Short Bio': BIO, city: 'Paris', items: '[{"html":"<i>1</i>"}]' });
const RAW = { rawFields: ['short_bio'] };

function refused(
  source: string,
  sentence: RegExp,
  options: object = RAW,
  part: 'html' | 'header' | 'url' = 'html',
): void {
  assert.throws(
    () => merge(part, source, FIELDS, options),
    (error) => error instanceof MailblastError && error.trouble === 'data' && sentence.test(error.message),
    source,
  );
}

test('a named field stands as it is in the HTML, by its name or its folded name, however the tag is written', () => {
  for (const rawFields of [['short_bio'], ['Short Bio'], ['SHORT-BIO']]) {
    for (const tag of [
      '{{{short_bio}}}',
      '{{&short_bio}}',
      '{{{[Short Bio]}}}',
      '{{{default short_bio "<i>no</i>"}}}',
    ]) {
      assert.equal(merge('html', `<p>${tag}</p>`, FIELDS, { rawFields }), `<p>${BIO}</p>`);
    }
  }
  assert.equal(
    merge('html', '{{short_bio}}', FIELDS, RAW),
    BIO.replace(/[&<>"]/g, (found) => ENTITIES[found]!),
  );
});

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

test('any other field is refused, alone or mixed in, and the sentence names the option', () => {
  refused(
    '{{{city}}}',
    /news\.mjml:1:1: \{\{\{city\}\}\} would put the field into the message unescaped; write \{\{city\}\}, or allow its HTML with --allow-raw city/,
  );
  refused('{{&city}}', /--allow-raw city/);
  refused('{{{default short_bio city}}}', /unescaped/);
  refused('{{{short_bio}}}', /--allow-raw short_bio/, {});
  refused('{{#each items}}{{{html}}}{{/each}}', /unescaped/, { ...RAW, jsonColumns: ['items'] });
});

test('what a named JSON column holds is raw, too, as long as nothing else can be reached', () => {
  const options = { jsonColumns: ['items'], rawFields: ['items'] };
  assert.equal(
    merge('html', '{{#each items}}{{{html}}}{{{this.html}}}{{/each}}', FIELDS, options),
    '<i>1</i><i>1</i>',
  );
  assert.equal(merge('html', '{{{items.[0].html}}}', FIELDS, options), '<i>1</i>');
  refused('{{#each items}}{{{../city}}}{{/each}}', /unescaped/, options);
  const mixed = { jsonColumns: ['items', 'city'], rawFields: ['items'] };
  refused('{{#each city}}{{#each @root.items}}{{{../html}}}{{/each}}{{/each}}', /unescaped/, mixed);
  refused('{{#each items}}{{#with @root.city}}{{{html}}}{{/with}}{{/each}}', /unescaped/, mixed);
  refused('{{#each items}}{{{@root.city}}}{{/each}}', /unescaped/, options);
});

test('a named field is refused as HTML wherever HTML is not text', () => {
  const tag = '{{{short_bio}}}';
  refused(
    `<p title="${tag}">`,
    /news\.mjml:1:11: .*stands as HTML in texts only, not in an attribute; write it with two braces here/,
  );
  refused(`<a href="${tag}">`, /not in a link/);
  refused(`<a href="https://x.example/${tag}">`, /not in a link/);
  refused(`<p style="color:${tag}">`, /not in a style/);
  refused(`<style>p{color:${tag} }</style>`, /not in a style/);
  refused(`<title>${tag}</title>`, /not in a title/);
  refused(`<textarea>${tag}</textarea>`, /not in a title/);
  refused(`<!--[if mso]><p>${tag}</p><![endif]-->`, /Outlook/);
  refused(`<!-- ${tag} -->`, /HTML comment/);
  refused(`<script>${tag}</script>`, /in <script>/);
  refused(tag, /not in a header/, RAW, 'header');
  refused(`https://x.example/${tag}`, /not in a link/, RAW, 'url');
});

test('HTML that would take what follows with it makes the row unmergeable', () => {
  const show = (value: string) => merge('html', '<p>{{{short_bio}}}</p>', row({ 'Short Bio': value }), RAW);
  for (const open of [
    '<b',
    'x <',
    '<a href="',
    "<a href='>",
    '<!-- x',
    '<![endif',
    '<style>p{}',
    '<textarea>',
    '<!--[if mso]>',
    '</',
  ]) {
    assert.throws(
      () => show(open),
      (error) =>
        error instanceof UnmergeableRow &&
        error.message ===
          'Short Bio is HTML that ends inside a tag, a comment or a style'.replace('Short Bio', 'short_bio'),
      open,
    );
  }
  for (const whole of [
    'a < b',
    '<br>',
    '<style>p{}</style>',
    '<!-- x -->',
    '<!--[if mso]>x<![endif]-->',
    '<div>left open',
    '',
  ]) {
    assert.equal(show(whole), `<p>${whole}</p>`);
  }
  assert.equal(show('a\0b{{city}}{{{city}}}'), '<p>ab{{city}}{{{city}}}</p>');
});

test('in the text part it is text, links behind their words', () => {
  const text = (value: string) => merge('text', 'Hi {{{short_bio}}}!', row({ 'Short Bio': value }), RAW);
  assert.equal(text(BIO), 'Hi Ada & more <https://x.example/?a=1&b=2>!');
  assert.equal(text('<p>one</p><p>two</p><script>x</script><style>y</style>'), 'Hi one\n\ntwo!');
  assert.equal(text('plain'), 'Hi plain!');
  assert.equal(text(''), 'Hi !');
  for (const value of HOSTILE) assert.doesNotMatch(text(value), /<(?:script|img|style)/i);
  const deep = `${'<div>'.repeat(100_000)}x`;
  assert.throws(
    () => text(deep),
    (error) => error instanceof UnmergeableRow && /too many levels/.test(error.message),
  );
});

test('a whole template: HTML, text and an empty value that is heard of', async () => {
  const source = inColumn(
    '<mj-text>Bio: {{{short_bio}}}</mj-text><mj-raw><div>{{&short_bio}}</div></mj-raw>',
  );
  const compiled = await compileBody(source, Object.keys(FIELDS), [], { raw: ['Short Bio'] });
  const { html, text } = mergeAll(compiled, FIELDS, [], ['Short Bio']);
  assert.ok(html.includes(`>Bio: ${BIO}<`) && html.includes(`<div>${BIO}</div>`));
  assert.equal(
    text,
    'Bio: Ada & more <https://x.example/?a=1&b=2>\n\nAda & more <https://x.example/?a=1&b=2>\n',
  );
  const heard: string[] = [];
  merge('html', compiled.html, row({ 'Short Bio': ' ' }), { ...RAW, onEmpty: (field) => heard.push(field) });
  assert.deepEqual(heard, ['short_bio', 'short_bio']);
});

test('a template is refused at the tag’s line, and an option that names no column at once', async () => {
  const where = async (body: string, raw: string[], sentence: RegExp) =>
    assert.rejects(compileBody(inColumn(body), ['bio'], [], { raw }), (error) => {
      assert.ok(error instanceof MailblastError);
      assert.match(error.message, sentence);
      return true;
    });
  await where('<mj-text>\n{{{bio}}}</mj-text>', [], /^news\.mjml:4:1: .*--allow-raw bio/);
  await where('<mj-button\n href="{{{bio}}}">x</mj-button>', ['bio'], /^news\.mjml:4:8: .*not in a link/);
  await where(
    '<mj-text>\n<a href="https://x/{{{bio}}}">x</a></mj-text>',
    ['bio'],
    /^news\.mjml:4:20: .*not in a link/,
  );
  await where(
    '<mj-text>x</mj-text>',
    ['boi'],
    /^--allow-raw boi: no column is called boi; did you mean bio\?/,
  );
});
