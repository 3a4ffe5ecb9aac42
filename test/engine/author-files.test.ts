// Which files an author's saves are looked for in.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { authorFiles } from '../../src/engine/preview/author-files.js';

test('includes of includes, the text part and local images are found, there or not; nothing outside the folder is', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'mailblast-files-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  mkdirSync(join(folder, 'parts'));
  write(
    'news.mjml',
    '<mj-include path="./parts/head.mjml" /><mj-include path="parts/gone.mjml"/><mj-include path="../out.mjml" />' +
      '<mj-image src="logo.png" /><mj-image src="https://example.com/x.png" /><mj-image src="/etc/passwd" /><mj-image src="{{picture}}" />',
  );
  write(
    'parts/head.mjml',
    '<mj-include path="../news.mjml" /><mj-style>p { background: url("img/back.png?v=2") }</mj-style>{{unsubscribe_url}}',
  );
  const { paths, reads } = authorFiles(join(folder, 'news.mjml'));
  assert.deepEqual(
    paths.map((path) => path.slice(folder.length + 1)),
    ['news.mjml', 'parts/head.mjml', 'parts/gone.mjml', 'news.txt', 'logo.png', 'img/back.png'],
  );
  assert.ok(reads('unsubscribe_url'));
  assert.ok(!reads('other_field'));
});
