// The part of the check that a page shows beside one message: no list, no row, and the places as compilers write them.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findInContent } from '../../../src/check/content/static-check.js';
import { isRule, RULES } from '../../../src/check/finding.js';
import type { Content } from '../../../src/domain/campaign.js';

const MJML = `<mjml><mj-head><mj-title>[DRAFT] For {{first_name}}</mj-title></mj-head><mj-body>
<mj-text>Hello {{first_name}}, <a href="http://localhost/">read it here</a>.</mj-text></mj-body></mjml>`;

function contentOf(template: string): Content {
  return {
    subject: '[DRAFT] For {{first_name}}',
    html: '<p>Hello {{first_name}}, <a href="http://localhost/">read it here</a>.</p>',
    text: 'Hello {{first_name}}, read it here: this has words enough to be no thin text part of a letter.',
    sender: { from: 'a@example.com', replyTo: '', returnPath: 'a@example.com' },
    headers: [],
    listId: 'a.example.com',
    sources: [template, 'gone.mjml', 'logo.png'],
    locale: 'en',
    attachments: [],
    jsonColumns: [],
    rawFields: [],
    unsubscribeUrl: 'https://example.com/u',
    unsubscribeMailto: '',
  };
}

test('the findings of a content need no list, and name file, line and column', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'mailblast-shown-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const template = join(folder, 'news.mjml');
  writeFileSync(template, MJML);
  const found = await findInContent({ content: contentOf(template), columns: ['email', 'first_name'] });
  assert.deepEqual(
    found.map(({ level, rule, where }) => [level, rule, where.replace(folder, '')]),
    [
      ['error', 'localhost-link', '/news.mjml:2:41'],
      ['warning', 'missing-unsubscribe', '/news.mjml'],
      ['warning', 'subject-leftover', '/news.mjml:1:16'],
    ],
  );
  for (const { sentence, mend } of found) {
    assert.match(sentence, /^[A-Z].*\.$/);
    assert.match(mend, /^[A-Z].*\.$/);
  }
});

test('rules are known by their own names alone', () => {
  for (const name of Object.keys(RULES)) assert.ok(isRule(name));
  for (const name of ['toString', '', 'Empty-Link']) assert.ok(!isRule(name));
});
