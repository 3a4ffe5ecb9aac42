// The newsletter that comes with mailblast keeps what its first comment promises.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'parse5';
import { compileTemplate } from '../../src/template/compile.js';
import { BUILTINS, merge, row } from './rows.js';

const path = new URL('../../templates/newsletter.mjml', import.meta.url).pathname;
const source = readFileSync(path, 'utf8');
const columns = ['email', 'First Name', 'City', 'Plan'];
const compiled = await compileTemplate({ path, text: source }, { columns, builtins: BUILTINS });

function letter(values: Record<string, string>) {
  const given = { unsubscribe_url: 'https://example.com/u?t=1&x=2' };
  const fields = row({ email: 'ada@example.com', ...values });
  const options = { columns, given };
  const [html, text, title] = [
    merge('html', compiled.html, fields, options),
    merge('text', compiled.text, fields, options),
    merge('header', compiled.title, fields, options),
  ];
  return { html, text, title };
}

test('its first comment lists the fields that it reads', () => {
  const listed = [...source.slice(0, source.indexOf('-->')).matchAll(/^ {4}\{\{(\w+)\}\}/gm)].map(
    (found) => found[1],
  );
  assert.deepEqual([...compiled.fields].sort(), listed.sort());
});

test('it says nothing empty to a row with empty fields', () => {
  const { html, text, title } = letter({ 'First Name': '', City: '', Plan: '' });
  assert.match(text, /^Hello there,$/m);
  assert.doesNotMatch(text + html, /Near you|members? (?:can )?read/i);
  assert.equal(title, 'The Lantern: slow evenings, dear reader');
});

test('it speaks to a row with fields, with the same links in text and HTML', () => {
  const { html, text } = letter({ 'First Name': 'Ada', City: 'New York', Plan: 'pro' });
  assert.match(text, /Hello Ada,[\s\S]*Near you in New York[\s\S]*As\s+a\s+member/);
  assert.ok(text.includes('<https://example.com/lantern/events?city=New%20York>'));
  assert.ok(html.includes('href="https://example.com/lantern/events?city=New%20York"'));
  assert.ok(text.includes('Unsubscribe <https://example.com/u?t=1&x=2>'));
});

test('it is small, loads nothing, knows dark mode, and is sound HTML', () => {
  const { html } = letter({ 'First Name': 'Ada', City: 'Paris', Plan: 'free' });
  assert.ok(html.length < 20_000);
  assert.deepEqual(compiled.notes, []);
  assert.doesNotMatch(html, /<img|@import|<link/);
  assert.match(html, /name="color-scheme" content="light dark"/);
  assert.match(html, /prefers-color-scheme: dark/);
  assert.doesNotMatch(html, /[ \t]{2}|\n\n/);
  const found: string[] = [];
  parse(html, { onParseError: (error: { code: string }) => found.push(error.code) } as never);
  assert.deepEqual(found, []);
});
