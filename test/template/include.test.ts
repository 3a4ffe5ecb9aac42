// mj-include: files of the template's folder, and no others.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { MailblastError } from '../../src/domain/errors.js';
import { compileTemplate } from '../../src/template/compile.js';
import { mergeAll, row } from './rows.js';

const home = mkdtempSync(join(tmpdir(), 'mailblast-include-'));
after(() => rmSync(home, { recursive: true }));
mkdirSync(join(home, 'letters/parts'), { recursive: true });
writeFileSync(join(home, 'secret.mjml'), '<mj-section></mj-section>');

function put(name: string, text: string): void {
  writeFileSync(join(home, 'letters', name), text);
}

function compile(text: string) {
  const path = join(home, 'letters/news.mjml');
  return compileTemplate({ path, text }, { columns: ['name', 'color'], builtins: [] });
}

const body = (inner: string) => `<mjml><mj-body>\n${inner}\n</mj-body></mjml>`;

test('included MJML, styles and HTML are part of the template, tags and all, and of its files', async () => {
  put(
    'parts/greeting.mjml',
    '<mj-section><mj-column><mj-text css-class="hi">Hi {{name}}</mj-text></mj-column></mj-section>',
  );
  put(
    'parts/whole.mjml',
    '<mjml><mj-head><mj-title>Whole {{name}}</mj-title></mj-head><mj-body><mj-include path="greeting.mjml" /></mj-body></mjml>',
  );
  put('parts/look.css', '.hi { color: {{color}}; }');
  put('parts/foot.html', '<p>{{name}}</p>');
  const compiled = await compile(
    body(
      '<mj-include path="./parts/whole.mjml" />\n<mj-include path="parts/look.css" type="css"></mj-include><mj-include path="parts/foot.html" type="html" />',
    ),
  );
  const { html, title } = mergeAll(compiled, row({ name: '<Ada>', color: 'red' }));
  assert.equal(title, 'Whole <Ada>');
  assert.match(html, /Hi &lt;Ada&gt;/);
  assert.match(html, /\.hi \{ color: red; \}/);
  assert.match(html, /<p>&lt;Ada&gt;<\/p>/);
  assert.deepEqual(
    compiled.files.map((file) => file.path.replace(/^.*letters\//, '')),
    ['news.mjml', 'parts/whole.mjml', 'parts/greeting.mjml', 'parts/look.css', 'parts/foot.html'],
  );
});

test('an include in the head goes where it stands, and an included head joins the head there is', async () => {
  put('attributes.mjml', '<mj-attributes><mj-text color="{{color}}" /></mj-attributes>');
  put('titled.mjml', '<mjml><mj-head><mj-preview>{{name}}!</mj-preview></mj-head></mjml>');
  const { html } = mergeAll(
    await compile(
      '<mjml><mj-head><mj-include path="attributes.mjml" /></mj-head><mj-body><mj-include path="titled.mjml" /><mj-section><mj-column><mj-text>x</mj-text></mj-column></mj-section></mj-body></mjml>',
    ),
    row({ name: 'Ada', color: 'red' }),
  );
  assert.match(html, /color:red;[^>]*>x</);
  assert.match(html, /display:none[^>]*>Ada!</);
});

test('trouble in an included file is told with that file and its line', async () => {
  put('bad.mjml', '<mj-section><mj-column>\n<mj-text>{{nam}}</mj-text></mj-column></mj-section>');
  await assert.rejects(
    compile(body('<mj-include path="bad.mjml" />')),
    /letters\/bad\.mjml:2:10: no column is called nam; did you mean name\?/,
  );
  put('bad.mjml', '<mj-section>\n<mj-column foo="1"></mj-column></mj-section>');
  await assert.rejects(
    compile(body('<mj-include path="bad.mjml" />')),
    /letters\/bad\.mjml:2: <mj-column>: Attribute foo is illegal/,
  );
});

test('no include leaves the folder of the template', async () => {
  symlinkSync(join(home, 'secret.mjml'), join(home, 'letters/link.mjml'));
  symlinkSync(home, join(home, 'letters/up'));
  put('parts/climb.mjml', '<mj-include path="../../secret.mjml" />');
  for (const path of [
    '../secret.mjml',
    join(home, 'secret.mjml'),
    'parts/../../secret.mjml',
    'link.mjml',
    'up/secret.mjml',
    'parts/climb.mjml',
    '/etc/passwd',
    '.',
  ]) {
    await assert.rejects(
      compile(body(`<mj-include path="${path}" />`)),
      (error) =>
        error instanceof MailblastError &&
        error.trouble === 'data' &&
        /stays inside the template's folder/.test(error.message),
      path,
    );
  }
});

test('an include that is missing, goes in circles or holds a tag is told at its line', async () => {
  put('round.mjml', '<mj-include path="again.mjml" />');
  put('again.mjml', '<mj-include path="round.mjml" />');
  const told = (include: string, trouble: string, sentence: RegExp) =>
    assert.rejects(
      compile(body(include)),
      (error) => error instanceof MailblastError && error.trouble === trouble && sentence.test(error.message),
    );
  await told(
    '<mj-include path="none.mjml" />',
    'no_input',
    /news\.mjml:2:1: none\.mjml cannot be included: there is no such file/,
  );
  await told('<mj-include path="round.mjml" />', 'data', /again\.mjml:1:1: round\.mjml includes itself/);
  await told('<mj-include path="news.mjml" />', 'no_input', /no such file/);
  await told('<mj-include path="{{name}}.mjml" />', 'data', /without merge tags/);
  await told('<mj-include />', 'data', /written like/);
});
