// Names, helpers and blocks: what a template may say, and what it says for a row.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MailblastError, UnmergeableRow } from '../../src/domain/errors.js';
import { compileMerge } from '../../src/template/merge.js';
import { BUILTINS, merge, row } from './rows.js';

const ADA = row({ 'First Name': 'Ada', city: 'Paris', plan: 'pro', points: '10', empty: ' ' });
const LIST = row({ items: '[{"n":"one","tags":["a","b"]},{"n":"two"}]', city: 'Paris' });
const json = { jsonColumns: ['items'] };

function refused(source: string, sentence: RegExp, fields = ADA): void {
  assert.throws(
    () => merge('html', source, fields),
    (error) => error instanceof MailblastError && error.trouble === 'data' && sentence.test(error.message),
    source,
  );
}

test('a field answers to its column name and to its folded form', () => {
  assert.equal(merge('html', '{{[First Name]}} {{first_name}} {{"First Name"}}', ADA), 'Ada Ada Ada');
});

test('names of JavaScript and of helpers are plain fields when a column has them, and unknown otherwise', () => {
  const names = ['__proto__', 'constructor', 'toString', 'if', 'each', 'default', 'hole', 'f0', '12'];
  const fields = row(names.map((name) => [name, `<${name}>`] as const));
  for (const name of names) {
    const [bare, bracketed] = [`{{${name}}}`, `{{[${name}]}}`].map((source) => merge('text', source, fields));
    assert.equal(bare, `<${name}>`);
    assert.equal(bracketed, `<${name}>`);
  }
  for (const name of [
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'if',
    '@f0',
    'this.constructor',
  ]) {
    refused(`{{${name}}}`, /no column is called|is nothing here/);
  }
});

test('an unknown field is told with its place, the nearest name and the columns there are', () => {
  refused(
    'one\n  two {{fist_name}}',
    /^news\.mjml:2:9: no column is called fist_name; did you mean first_name\?/,
  );
  refused('{{zzz}}', /The list has: first_name, city, plan, points, empty\./);
  refused('{{First Name}}', /brackets: \{\{\[First Name\]\}\}/);
  refused('{{#if fist_name}}x{{/if}}', /did you mean first_name/);
  refused('{{default fist_name "x"}}', /did you mean first_name/);
});

test('a column hides the field that is always there, and only then', () => {
  const given = { campaign: 'spring', email: 'a@b.example' };
  assert.equal(merge('text', '{{campaign}} {{email}}', ADA, { given }), 'spring a@b.example');
  assert.equal(merge('text', '{{campaign}}', row({ Campaign: 'own' }), { given }), 'own');
});

test('a row of an older list is read by the columns that fold to the same name', () => {
  const columns = ['First Name', 'first_name'];
  const options = { columns, builtins: [], what: 't', encoder: { literal: String, value: String } };
  const merged = compileMerge('text', '{{first_name}}|{{[First Name]}}', options);
  assert.equal(merged.render(row({ 'First Name': 'A' }), {}), 'A|A');
  assert.equal(merged.render(row({ first_name: 'B' }), {}), 'B|B');
  assert.equal(merged.render(row({ 'First Name': 'A', first_name: 'B' }), {}), 'B|A');
  assert.equal(merged.render(row({ other: 'C' }), {}), '|');
});

test('a blank value is false, takes the fallback, and is told when there is none', () => {
  const heard: string[] = [];
  const onEmpty = (field: string) => heard.push(field);
  const source =
    '{{#if empty}}yes{{empty}}{{else}}no{{/if}} {{default empty "there"}} {{insert empty "default=you"}}';
  assert.equal(merge('text', source, ADA, { onEmpty }), 'no there you');
  assert.deepEqual(heard, []);
  merge('text', '{{#unless empty}}{{empty}}{{/unless}}', ADA, { onEmpty });
  merge('text', '{{default empty empty}}{{#each empty}}{{this}}{{/each}}', ADA, {
    onEmpty,
    jsonColumns: ['empty'],
  });
  assert.deepEqual(heard, ['empty']);
});

test('tests compare as numbers when both sides are numbers', () => {
  const yes = (test: string) => merge('text', `{{#${test}}}yes{{else}}no{{/${test.split(' ')[0]}}}`, ADA);
  assert.equal(yes('greaterThan points 9'), 'yes');
  assert.equal(yes('lessThan points "9"'), 'no');
  assert.equal(yes('equals points "10.0"'), 'yes');
  assert.equal(yes('notEquals plan "pro"'), 'no');
  assert.equal(yes('equals plan "pro"'), 'yes');
  assert.equal(yes('and city empty'), 'no');
  assert.equal(yes('or empty city'), 'yes');
  assert.equal(yes('lessThan empty 9'), 'no');
  assert.equal(yes('if (equals plan "pro")'), 'yes');
  assert.equal(yes('greaterThan (length city) 4'), 'yes');
});

test('blocks choose with else and else if', () => {
  const source = '{{#if empty}}a{{else if city}}b{{else}}c{{/if}}';
  assert.equal(merge('text', source, ADA), 'b');
  assert.equal(merge('text', source, row({ empty: '', city: '' })), 'c');
});

test('each and with walk a JSON column: index, outer fields, root fields, block parameters', () => {
  const walk = (source: string, fields = LIST) => merge('text', source, fields, json);
  assert.equal(
    walk('{{#each items}}{{@index}}{{n}}{{../city}}{{@root.city}};{{/each}}'),
    '0oneParisParis;1twoParisParis;',
  );
  assert.equal(
    walk('{{#each items}}{{#each tags}}{{this}}{{../n}}{{../../city}} {{/each}}{{/each}}'),
    'aoneParis boneParis ',
  );
  assert.equal(walk('{{#each items as |item i|}}{{i}}{{item.n}}{{/each}}'), '0one1two');
  assert.equal(
    walk('{{#with items.[1]}}{{n}}{{#if @root.city}}!{{/if}}{{/with}} {{items.length}}'),
    'two! 2',
  );
  assert.equal(walk('{{#each items}}x{{else}}none{{/each}}', row({ items: '[]', city: '' })), 'none');
  assert.equal(walk('{{#each items}}x{{else}}none{{/each}}', row({ items: '', city: '' })), 'none');
});

test("an item's own names are not checked against the columns, and reach no prototype", () => {
  const source = '{{#each items}}[{{constructor}}{{__proto__}}{{this.toString}}{{nothing}}]{{/each}}';
  assert.equal(merge('text', source, LIST, json), '[][]');
});

test('a row whose JSON cannot be read, or is shown as a whole, cannot be merged', () => {
  const unfit = (source: string, items: string) =>
    assert.throws(
      () => merge('text', source, row({ items }), json),
      (error) => error instanceof UnmergeableRow && error.field === 'items',
    );
  unfit('{{#each items}}x{{/each}}', '[1,');
  unfit('{{items}}', '[1]');
});

test('text is no list: each, with and parts of a field need a JSON column', () => {
  refused('{{#each city}}x{{/each}}', /--json-column city/);
  refused('{{city.name}}', /has no part name; --json-column city/);
});

test('what templates do not have is refused at its place', () => {
  refused('x {{{city}}}', /^news\.mjml:1:3: .*unescaped; write \{\{city\}\}/);
  refused('{{&city}}', /unescaped/);
  refused('{{> header}}', /partials/);
  refused('{{#> header}}{{/header}}', /partials/);
  refused('{{* deco}}', /decorators/);
  refused('{{#*inline "x"}}{{/inline}}', /decorators/);
  refused('{{lookup city 0}}', /no helper called lookup/);
  refused('{{log city}}', /no helper called log/);
  refused('{{hole 0 city}}', /no helper called hole/);
  refused('{{constructor city}}', /no helper called constructor/);
  refused('{{#toString city}}{{/toString}}', /no block helper called toString/);
  refused('{{formatDat city "x"}}', /did you mean formatDate\?/);
  refused('{{#plan}}x{{/plan}}', /write \{\{#if plan\}\}/);
  refused('{{#if}}x{{/if}}', /if takes one value, not 0/);
  refused('{{#if city plan}}x{{/if}}', /if takes one value, not 2/);
  refused('{{if city}}', /if opens a block/);
  refused('{{#default city "x"}}{{/default}}', /default is no block/);
  refused('{{default city fallback="x"}}', /default takes no fallback=/);
  refused('{{this}}', /names no field/);
  refused('{{../city}}', /leads out of the template/);
  refused('{{@index}}', /inside \{\{#each\}\}/);
});

test('a tag that cannot be read is refused with its line', () => {
  refused('a\nb {{#if city}}', /never closed/);
  refused('a\n{{#if city}}{{/each}}', /^news\.mjml:2:.*\{\{#if\}\} is closed by \{\{\/each\}\}/);
  refused('a\n{{city "}}', /^news\.mjml:2:/);
});

test('comments, whitespace control and escaped braces are as in Handlebars', () => {
  assert.equal(merge('text', 'a {{~city~}} b{{! {{x}} }}{{!-- {{y}} }} --}}c', ADA), 'aParisb }}c');
  assert.equal(merge('text', '\\{{city}} \\\\{{city}}', ADA), '{{city}} \\Paris');
});

test('braces in a value stay braces', () => {
  assert.equal(merge('html', '{{city}}', row({ city: '{{plan}} {{{x}}}' })), '{{plan}} {{{x}}}');
});

test('a header is one line, and holds no control characters', () => {
  const fields = row({ a: 'one\r\n\ttwo\u2028three\0\u0007', b: 'x\ny' });
  assert.equal(merge('header', 'S: {{a}}\n{{b}}', fields), 'S: one two three x y');
});

test('a link of one option percent-encodes every value but one that begins it', () => {
  const fields = row({ base: 'https://x.example/a?b=1', q: 'a&b=/ü' });
  const given = { token: 'T_-', email: 'a+b@c.example' };
  assert.equal(
    merge('url', 'https://x.example/?e={{email}}&t={{token}}&q={{q}}', fields, { given }),
    'https://x.example/?e=a%2Bb%40c.example&t=T_-&q=a%26b%3D%2F%C3%BC',
  );
  assert.equal(merge('url', '{{base}}&q={{q}}', fields), 'https://x.example/a?b=1&q=a%26b%3D%2F%C3%BC');
  assert.throws(() => merge('url', '{{q}}', fields), UnmergeableRow);
});

test('a text part takes values as they are, line breaks and all', () => {
  assert.equal(merge('text', '{{a}}', row({ a: '<b> & "c"\r\nd\0' })), '<b> & "c"\r\nd');
});

test('linkPart encodes a value for a link in a text part', () => {
  assert.equal(merge('text', 'https://x/?q={{linkPart (default empty "a b")}}', ADA), 'https://x/?q=a%20b');
});

test('formatDate writes dates by SendGrid letters, without moving days', () => {
  const show = (value: string, call: string) =>
    merge('text', `{{formatDate due ${call}}}`, row({ due: value }));
  assert.equal(show('2026-03-01', '"dddd, MMMM D, YYYY"'), 'Sunday, March 1, 2026');
  assert.equal(
    show('2026-03-01T22:05:09Z', '"ddd MMM DD YY HH:mm:ss Z" "-0800"'),
    'Sun Mar 01 26 14:05:09 -08:00',
  );
  assert.equal(show('2026-07-01T22:05:09Z', '"h:mm A [at] D" "Europe/Berlin"'), '12:05 AM at 2');
  assert.equal(show('1767225600', '"YYYY-MM-DD"'), '2026-01-01');
  assert.equal(show('', '"YYYY"'), '');
  for (const bad of ['tomorrow', '2026-02-30', '2026-13-01']) {
    assert.throws(
      () => show(bad, '"YYYY"'),
      (error) => error instanceof UnmergeableRow && error.field === 'due',
    );
  }
  assert.throws(() => show('2026-07-01T22:05:09Z', '"YYYY" "Mars/Base"'), /time zone Mars\/Base/);
});

test('what is the same for everybody is encoded once, and each value each time', () => {
  let literals = 0;
  const encoder = {
    literal: (text: string) => {
      literals++;
      return `[${text}]`;
    },
    value: (text: string) => `<${text}>`,
  };
  const options = { columns: ['a'], builtins: BUILTINS, what: 't', encoder };
  const merged = compileMerge('html', 'x {{a}} y{{#if a}} z {{a}}{{/if}}', options);
  const before = literals;
  assert.equal(merged.render(row({ a: '&' }), {}), '[x ]<&amp;>[ y][ z ]<&amp;>');
  assert.equal(merged.render(row({ a: '' }), {}), '[x ][ y]');
  assert.equal(literals, before);
  assert.deepEqual(merged.fields, ['a']);
});
