// Hostile values in text and attributes: whatever a row holds is read back as that value, where it was merged.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { asHtmlReads, carried, HOSTILE, shape } from './hostile.js';
import { merge, row } from './rows.js';

const WORDS =
  '<!doctype html><html><head><title>t {{v}}</title></head><body title="a {{v}} b" data-x=\'{{v}}\'>' +
  '<p>x{{v}}y</p><textarea>{{v}}</textarea><!--[if mso]><td title="{{v}}">o{{v}}</td><![endif]--><i alt="{{v}}">z</i></body></html>';

function readBack(value: string): void {
  const benign = shape(merge('html', WORDS, row({ v: 'benign' })));
  const html = merge('html', WORDS, row({ v: value }));
  const read = shape(html);
  assert.equal(read.names, benign.names, html);
  const want = asHtmlReads(value);
  assert.deepEqual(
    read.values,
    benign.values.map((text) => text.replace('benign', () => want)),
  );
  // To Outlook the conditional comment is HTML, to others it stays one comment.
  assert.equal(read.comments.length, 1);
  const outlook = shape(`<table><tr>${read.comments[0]!.replace('[if mso]>', '').replace('<![endif]', '')}`);
  const calm = shape(`<table><tr>${benign.comments[0]!.replace('[if mso]>', '').replace('<![endif]', '')}`);
  assert.equal(outlook.names, calm.names);
  assert.deepEqual(
    outlook.values,
    calm.values.map((text) => text.replace('benign', () => want)),
  );
}

test('a hostile value in text, attribute, title or conditional comment is read back as itself', () => {
  for (const value of HOSTILE) if (value.trim() !== '' && carried(value) !== '') readBack(value);
});

test('any value in text, attribute, title or conditional comment is read back as itself', () => {
  const pieces = fc.constantFrom(
    '<',
    '>',
    '"',
    "'",
    '&',
    '-',
    '--',
    '!',
    '/',
    '`',
    '{{',
    '}}',
    ';',
    '=',
    ' ',
    'b',
    '\\',
    'ü',
    '😀',
    '\u2028',
  );
  // A textarea drops a first line break, so values begin with a letter here.
  const value = fc
    .array(fc.oneof(pieces, fc.string({ unit: 'binary' })), { maxLength: 8 })
    .map((parts) => `v${parts.join('')}`);
  fc.assert(fc.property(value, readBack), { numRuns: 300 });
});
