// Every template that comes with mailblast keeps what its first comment promises, with every one of its sample rows.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { compileTemplate } from '../../src/template/compile.js';
import { assertBalanced } from '../template/balanced.js';
import { BUILTINS, merge, row } from '../template/rows.js';
import { type Letter, letterOf, SHIPPED, type Shipped } from './shipped.js';
import { readHtml } from './visible.js';

/** Gmail shows no more of a message than this many octets of HTML. */
const GMAIL_LIMIT = 102 * 1024;

/** What must hold for the letter of each sample row of each template. A statement more is a line more. */
const HOLDS_FOR_EVERY_LETTER: readonly (readonly [
  statement: string,
  check: (letter: Letter, template: Shipped) => void,
])[] = [
  ['two alternatives, text and HTML', twoAlternatives],
  ['the text says what the HTML shows, links kept', textSaysTheSame],
  ['the text has no gaps', textHasNoGaps],
  ['the HTML is sound', ({ html }) => assert.deepEqual(readHtml(html).errors, [])],
  ['the HTML is whole for Outlook and for others', ({ html }) => assertBalanced(html)],
  ['Gmail shows all of it', ({ html }) => assert.ok(Buffer.byteLength(html) < GMAIL_LIMIT)],
  ['dark mode is known to Apple Mail and to Outlook', knowsDarkMode],
  ['nothing is loaded', ({ html }) => assert.doesNotMatch(html, /<img|@import|<link|url\(/)],
  ['every tag is merged', ({ octets }) => assert.doesNotMatch(Buffer.from(octets).toString(), /\{\{|\}\}/)],
  ['the reader can leave, or is told why the mail came', toldWhy],
];

test('each kind has a template and sample rows, and there are no others', () => {
  const names = (folder: string, ending: string) =>
    readdirSync(new URL(`../../${folder}/`, import.meta.url))
      .filter((name) => name.endsWith(ending))
      .map((name) => name.slice(0, -ending.length));
  const kinds = SHIPPED.map(({ name }) => name).sort();
  assert.deepEqual(names('templates', '.mjml').sort(), kinds);
  const samples = names('samples', '.csv');
  assert.deepEqual(
    kinds.filter((name) => !samples.includes(name)),
    [],
  );
});

for (const template of SHIPPED) {
  test(`${template.name}: every letter keeps its word`, async (t) => {
    for (const sample of template.rows) {
      const letter = await letterOf(template, sample);
      for (const [statement, check] of HOLDS_FOR_EVERY_LETTER) {
        await t.test(`${statement} (${sample[0]})`, () => check(letter, template));
      }
    }
  });

  test(`${template.name}: it compiles without a word, and its first comment lists the fields that it reads`, async () => {
    const compiled = await compileTemplate(
      { path: `${template.name}.mjml`, text: template.source },
      schema(template),
    );
    assert.deepEqual(compiled.notes, []);
    const head = template.source.slice(0, template.source.indexOf('-->'));
    const listed = [...head.matchAll(/^ {4}\{\{(\w+)\}\}/gm)].map((found) => found[1]);
    assert.deepEqual([...compiled.fields].sort(), listed.sort());
    assert.ok(head.includes(`samples/${template.name}.csv`));
    for (const column of template.jsonColumns) assert.ok(head.includes(`--json-column ${column}`));
  });

  test(`${template.name}: its sparsest row leaves no field empty that has no fallback`, async () => {
    const options = schema(template);
    const compiled = await compileTemplate({ path: `${template.name}.mjml`, text: template.source }, options);
    const cells = template.rows.at(-1)!;
    const fields = row(template.columns.map((column, index) => [column, cells[index]!] as const));
    const empty: string[] = [];
    for (const [part, source] of [
      ['html', compiled.html],
      ['header', compiled.title],
    ] as const) {
      const given = { unsubscribe_url: 'https://example.com/u', token: 't' };
      merge(part, source, fields, { ...options, given, onEmpty: (field) => empty.push(field) });
    }
    assert.deepEqual(empty, []);
  });

  test(`${template.name}: its accent colour stands in one mj-class and in one rule of its style at the most`, () => {
    const inClass = /<mj-class name="accent" color="(#\w{6})"/.exec(template.source)?.[1];
    const color = inClass ?? /\.ink a \{ color: (#\w{6})/.exec(template.source)![1]!;
    const lines = template.source.split('\n').filter((line) => line.includes(color));
    const rules = lines.filter((line) => /^ {6}\.\w+ (?:a|th) \{ color: /.test(line));
    assert.deepEqual(lines.length - rules.length, inClass === undefined ? 0 : 1);
    assert.ok(rules.length <= 1);
  });
}

function schema({ columns, jsonColumns }: Shipped) {
  return { columns, jsonColumns, builtins: BUILTINS };
}

function twoAlternatives({ octets, mail, text, html }: Letter): void {
  const source = Buffer.from(octets).toString();
  assert.match(source, /^Content-Type: multipart\/alternative;/m);
  const types = [...source.matchAll(/^Content-Type: (text\/\w+)/gm)].map((found) => found[1]);
  assert.deepEqual(types, ['text/plain', 'text/html']);
  assert.ok(text.length > 200 && html.length > 1000);
  assert.ok(
    mail.subject !== undefined && mail.subject.length > 10 && mail.subject.length <= 78,
    mail.subject,
  );
}

function textSaysTheSame({ html, text }: Letter): void {
  const { sentences, links } = readHtml(html);
  assert.ok(sentences.length > 5);
  // Where a line breaks is the text part's own affair, and so are the links between its words.
  const bare = (words: string) => words.replace(/<(?:https?:|[^<>\s]+@)[^<>\s]*>|\s|\|/g, '');
  const said = bare(text);
  assert.deepEqual(
    sentences.filter((sentence) => !said.includes(bare(sentence))),
    [],
  );
  assert.deepEqual(
    links.filter((link) => !text.includes(link.replace(/^mailto:/, ''))),
    [],
  );
}

function textHasNoGaps({ text }: Letter): void {
  assert.doesNotMatch(text, /\n\n\n| ,|, [.!]|^\s|undefined|NaN|\[object/);
}

function knowsDarkMode({ html }: Letter): void {
  assert.match(html, /<meta name="color-scheme" content="light dark"/);
  assert.match(html, /@media \(prefers-color-scheme: dark\)/);
  assert.match(html, /\[data-ogsc\]/);
}

function toldWhy({ mail, text, html }: Letter, { triggered }: Shipped): void {
  const list = mail.headers.get('list') as { unsubscribe?: unknown } | undefined;
  if (triggered) {
    assert.match(text, /You\s+get\s+this\s+message\s+because/);
    assert.doesNotMatch(text, /unsubscribe/i);
    assert.equal(list?.unsubscribe, undefined);
  } else {
    assert.match(html, /<a href="https:\/\/example\.com\/u\?t=[^"]+"[^>]*>unsubscribe/i);
    assert.ok(list?.unsubscribe);
  }
}
