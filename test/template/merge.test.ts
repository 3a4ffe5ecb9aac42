// Names, helpers and blocks: what a template may say, and what it says for a row.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MailblastError, UnmergeableRow } from '../../src/domain/errors.js';
import { compileMerge } from '../../src/template/merge.js';
import { BUILTINS, merge, row } from './rows.js';

const ADA = row({ 'First Name': 'Ada', city: 'Paris', plan: 'pro', points: '10', empty: ' ' });

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

test('a name that folds to the same as a column is that column; other spellings of built-in fields are not', () => {
  assert.equal(merge('html', '{{First_Name}} {{CITY}} {{[first name]}}', ADA), 'Ada Paris Ada');
  const given = { email: 'built@in.example' };
  assert.equal(merge('text', '{{Email}}', row({ email: 'a@b.example' }), { given }), 'a@b.example');
  // A row of another list, which calls it E-Mail.
  const older = { columns: ['email', 'E-Mail'], given };
  assert.equal(merge('text', '{{Email}}', row({ 'E-Mail': 'x' }), older), 'built@in.example');
  refused('{{Email}}', /no column is called Email; did you mean email\?/);
  refused('{{Unsubscribe_URL}}', /did you mean unsubscribe_url\?/);
});

test('names of JavaScript and of helpers are plain fields when a column has them, and unknown otherwise', () => {
  const names = ['__proto__', 'constructor', 'toString', 'if', 'each', 'default', 'hole', 'part', 'f0', '12'];
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
  merge('text', '{{default empty empty}}{{insert empty "default="}}{{#each empty}}{{this}}{{/each}}', ADA, {
    onEmpty,
    jsonColumns: ['empty'],
  });
  assert.deepEqual(heard, ['empty']);
  // These show nothing when there is nothing, and have no fallback of their own.
  const passing =
    '{{formatDate empty "D"}}{{formatNumber empty}}{{insert empty}}{{default (formatDate empty "D") "x"}}';
  merge('text', passing, ADA, { onEmpty });
  assert.deepEqual(heard, ['empty', 'empty', 'empty', 'empty']);
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

test('text is no list: each, with and parts of a field need a JSON column', () => {
  refused('{{#each city}}x{{/each}}', /--json-column city/);
  refused('{{city.name}}', /has no part name; --json-column city/);
});

test('what templates do not have is refused at its place', () => {
  refused('x {{{city}}}', /^news\.mjml:1:3: .*unescaped; write \{\{city\}\}.*--allow-raw city/);
  refused('{{{[First Name]}}}', /--allow-raw first_name/);
  refused('{{{email}}}', /write \{\{email\}\}$/);
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

test('linkPart encodes a value for a link in a text part or a header, and is refused where links are known', () => {
  assert.equal(merge('text', 'https://x/?q={{linkPart (default empty "a b")}}', ADA), 'https://x/?q=a%20b');
  assert.equal(merge('header', '<https://x/{{linkPart city}}>', row({ city: 'a b' })), '<https://x/a%20b>');
  refused(
    '<a href="https://x/{{linkPart city}}">',
    /linkPart is for links in a text part or a header.*write the tag alone/,
  );
  assert.throws(() => merge('url', 'https://x/{{linkPart city}}', ADA), /write the tag alone/);
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

test('blanks around tags are taken off before pieces are encoded, and nothing of a piece after that', () => {
  const piece = (text: string) => `${text}=\n \n`;
  const pieces = (source: string) =>
    merge('text', source, row({ name: 'Ada' }), { encoder: { literal: piece, value: piece } });
  assert.equal(pieces('Dear {{~name~}} !'), ['Dear', 'Ada', '!'].map(piece).join(''));
  assert.equal(
    pieces('Dear\n{{#if name}}\nAda\n{{~else~}} you {{/if}}\n!'),
    ['Dear\n', 'Ada', '\n!'].map(piece).join(''),
  );
});
