// Which texts are entries of a suppression list, and whom they cover.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entriesFor, parseEntry, whySuppressed } from '../../src/domain/suppression.js';

test('an entry is an address by its key, or a domain with or without its @', () => {
  const entries: readonly (readonly [string, string])[] = [
    [' Ada@Example.COM ', 'ada@example.com'],
    ['@Example.com', '@example.com'],
    ['example.com', '@example.com'],
    ['@mail.example.co.uk', '@mail.example.co.uk'],
    ['@bücher.example', '@xn--bcher-kva.example'],
    ['ada@BÜCHER.example', 'ada@xn--bcher-kva.example'],
  ];
  for (const [text, entry] of entries) assert.deepEqual(parseEntry(text), { entry }, text);
});

test('what is neither is named with its reason', () => {
  for (const text of [
    '',
    ' ',
    'ada',
    '@',
    '@localhost',
    'ada@',
    'a b@example.com',
    '<ada@example.com>',
    '@@example.com',
  ]) {
    const parsed = parseEntry(text);
    assert.ok('reason' in parsed && parsed.reason !== '', text);
  }
});

test('an address is covered by itself and by exactly its domain', () => {
  assert.deepEqual(entriesFor('ada@mail.example.com'), ['ada@mail.example.com', '@mail.example.com']);
});

test('a suppression says whom it covers and why', () => {
  const about = { source: 'x', at: 1 };
  assert.equal(
    whySuppressed({ ...about, entry: 'ada@example.com', reason: 'unsubscribed' }),
    'the address is suppressed (unsubscribed)',
  );
  assert.equal(
    whySuppressed({ ...about, entry: '@example.com', reason: '' }),
    'everybody at example.com is suppressed',
  );
});
