// The templates that come with mailblast keep what their first comments promise.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'parse5';
import { type CompiledTemplate, compileTemplate } from '../../src/template/compile.js';
import { BUILTINS, merge, row } from './rows.js';

const folder = new URL('../../templates/', import.meta.url);
const columns = ['email', 'First Name', 'City', 'Plan'];
const sources = new Map(
  readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), 'utf8')] as const),
);
const compiled = new Map<string, CompiledTemplate>();
for (const [name, text] of sources) {
  const path = new URL(name, folder).pathname;
  compiled.set(name, await compileTemplate({ path, text }, { columns, builtins: BUILTINS }));
}

function letter(name: string, values: Record<string, string>) {
  const given = { unsubscribe_url: 'https://example.com/u?t=1&x=2' };
  const fields = row({ email: 'ada@example.com', ...values });
  const empty: string[] = [];
  const options = { columns, given, onEmpty: (field: string) => empty.push(field) };
  const { html, text, title } = compiled.get(name)!;
  return {
    html: merge('html', html, fields, options),
    text: merge('text', text, fields, options),
    title: merge('header', title, fields, options),
    empty,
  };
}

const ADA = { 'First Name': 'Ada', City: 'New York', Plan: 'pro' };
const NOBODY = { 'First Name': '', City: '', Plan: '' };

test('there are a newsletter and an announcement', () => {
  assert.deepEqual([...sources.keys()].sort(), ['announcement.mjml', 'newsletter.mjml']);
});

for (const [name, source] of sources) {
  test(`${name}: its first comment lists the fields that it reads`, () => {
    const head = source.slice(0, source.indexOf('-->'));
    const listed = [...head.matchAll(/^ {4}\{\{(\w+)\}\}/gm)].map((found) => found[1]);
    assert.deepEqual([...compiled.get(name)!.fields].sort(), listed.sort());
  });

  test(`${name}: it speaks to a row with fields, and shows no gap to one without`, () => {
    const { html, text, title } = letter(name, ADA);
    assert.match(text, /Hello Ada,[\s\S]*New\s+York[\s\S]*As\s+a\s+member/);
    assert.match(title, /\bAda$/);
    assert.ok(text.includes('Unsubscribe <https://example.com/u?t=1&x=2>'));
    assert.ok(html.includes('href="https://example.com/u?t=1&amp;x=2"'));
    const nobody = letter(name, NOBODY);
    assert.match(nobody.text, /^Hello there,$/m);
    assert.doesNotMatch(nobody.text + nobody.html, /As\s+a\s+member|New\s+York/);
    assert.deepEqual(nobody.empty, []);
    assert.doesNotMatch(nobody.text, /\n\n\n| ,|, [.!]/);
  });

  test(`${name}: it is small, loads nothing, knows dark mode, and is sound HTML`, () => {
    const { html } = letter(name, { ...ADA, Plan: 'free' });
    assert.ok(html.length < 20_000);
    assert.deepEqual(compiled.get(name)!.notes, []);
    assert.doesNotMatch(html, /<img|@import|<link/);
    assert.match(html, /name="color-scheme" content="light dark"/);
    assert.match(html, /prefers-color-scheme: dark/);
    assert.doesNotMatch(html, /[ \t]{2}|\n\n/);
    const found: string[] = [];
    parse(html, { onParseError: (error: { code: string }) => found.push(error.code) } as never);
    assert.deepEqual(found, []);
  });
}

test('the newsletter leads to the same page near the reader in text and HTML, and nowhere without a city', () => {
  const { html, text } = letter('newsletter.mjml', ADA);
  assert.ok(text.includes('Near you in New York'));
  assert.ok(text.includes('<https://example.com/lantern/events?city=New%20York>'));
  assert.ok(html.includes('href="https://example.com/lantern/events?city=New%20York"'));
  assert.doesNotMatch(letter('newsletter.mjml', NOBODY).html, /Near you|members? (?:can )?read/i);
});

test('the announcement says what changes to members and to everybody else', () => {
  assert.match(letter('announcement.mjml', { ...ADA, Plan: 'free' }).text, /Desks can be booked/);
  assert.doesNotMatch(letter('announcement.mjml', ADA).text, /Desks can be booked/);
});
