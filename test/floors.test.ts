// Reads the import lines of src/ and holds the floors: imports point down only, each package is known to one floor.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const SRC = fileURLToPath(new URL('../src/', import.meta.url));

/** What each floor may import from, besides itself. */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  list: ['domain'],
  template: ['domain'],
  message: ['domain'],
  relay: ['domain'],
  'relay-log': ['domain'],
  store: ['domain'],
  dns: ['domain'],
  engine: ['domain', 'list', 'template', 'message', 'relay', 'relay-log', 'store'],
  check: ['domain', 'list', 'template', 'message', 'relay', 'store', 'dns', 'engine'],
  web: ['domain', 'list', 'template', 'message', 'relay', 'store'],
  cli: [
    'domain',
    'list',
    'template',
    'message',
    'relay',
    'relay-log',
    'store',
    'dns',
    'engine',
    'check',
    'web',
  ],
  '': ['domain', 'list', 'template', 'message', 'relay', 'relay-log', 'store', 'engine'],
};

/** The only places that may import a package. Packages that are not here are forbidden. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  'mime-types': ['engine/attached-files.ts', 'engine/local-images.ts', 'engine/personal-files.ts'],
  commander: [
    'cli/bound-options.ts',
    'cli/main.ts',
    'cli/commands.ts',
    'cli/options.ts',
    'cli/help.ts',
    'cli/init-options.ts',
    'cli/failed.ts',
    'cli/option-kinds.ts',
    'cli/check-relay-flags.ts',
    'cli/check-content-flags.ts',
    'cli/file-flags.ts',
    'cli/relay-flags.ts',
    'cli/page-options.ts',
    'cli/settings/',
  ],
  htmlparser2: ['check/content/'],
  domhandler: ['check/content/'],
  'css-select': ['check/content/dark-mode.ts'],
  postcss: ['check/content/'],
  'string-width': ['cli/terminal.ts', 'cli/summary.ts'],
  'jsonc-parser': ['cli/settings/json-file.ts'],
  'cli-progress': ['cli/progress.ts'],
  '@clack/prompts': ['cli/ask-campaign.ts'],
  'csv-stringify': ['cli/attempts.ts', 'cli/commands/recipients.ts', 'cli/commands/suppress.ts'],
  'csv-parse': ['list/'],
  mjml: ['template/compile.ts'],
  handlebars: ['template/'],
  'html-to-text': ['template/plain-text.ts'],
  nodemailer: ['relay/connect.ts', 'relay/oauth2.ts', 'relay/proxy.ts'],
  socks: ['relay/proxy.ts'],
  mailauth: ['dns/'],
  tldts: ['dns/dmarc.ts'],
  'smtp-server': ['relay/sandbox.ts'],
  'postal-mime': ['message/read-mail.ts'],
  hono: ['web/'],
  '@hono/node-server': ['web/serve.ts'],
  open: ['cli/browser.ts'],
  'better-sqlite3': ['store/sqlite/'],
};

interface Import {
  readonly file: string;
  readonly from: string;
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
const imports: Import[] = files.flatMap((file) => {
  const source = readFileSync(join(SRC, file), 'utf8');
  const found = source.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^;'"]*?from\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g,
  );
  return [...found].map((match) => ({ file, from: (match[1] ?? match[2])! }));
});

function floorOf(file: string): string {
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : '';
}

test('every source file was read', () => {
  assert.ok(files.length > 30, `only ${files.length} files found`);
  assert.ok(imports.length > files.length, `only ${imports.length} imports found`);
});

test('imports point down only', () => {
  const wrong = imports
    .filter(({ from }) => from.startsWith('.'))
    .map(({ file, from }) => ({ file, target: relative(SRC, join(SRC, dirname(file), from)) }))
    .filter(({ file, target }) => {
      const [floor, other] = [floorOf(file), floorOf(target)];
      return floor !== other && !(BELOW[floor] ?? []).includes(other);
    });
  assert.deepEqual(wrong, []);
});

test('each package is known only where it belongs', () => {
  const wrong = imports
    .filter(({ from }) => !from.startsWith('.') && !from.startsWith('node:'))
    .filter(({ file, from }) => {
      const name = from.startsWith('@') ? from.split('/').slice(0, 2).join('/') : from.split('/')[0]!;
      return !(PACKAGES[name] ?? []).some((place) =>
        place.endsWith('/') ? file.startsWith(place) : file === place,
      );
    });
  assert.deepEqual(wrong, []);
});

test('the domain knows no package and no Node API', () => {
  assert.deepEqual(
    imports.filter(({ file, from }) => file.startsWith('domain/') && !/^\.\.?\//.test(from)),
    [],
  );
});

test('the engine knows no driver', () => {
  const wrong = imports.filter(
    ({ file, from }) =>
      file.startsWith('engine/') && /store\/sqlite|relay\/(?:smtp|file|sandbox|connect)/.test(from),
  );
  assert.deepEqual(wrong, []);
});

test('every file begins with a comment and stays within 250 lines', () => {
  const wrong = files.filter((file) => {
    const source = readFileSync(join(SRC, file), 'utf8');
    return !source.startsWith('// ') || source.split('\n').length > 251;
  });
  assert.deepEqual(wrong, []);
});
