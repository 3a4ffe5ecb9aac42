// What is wrong with a template is told before the first message, at the author's own line.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MailblastError } from '../../src/domain/errors.js';
import { compileTemplate } from '../../src/template/compile.js';
import { compileBody, inColumn } from './rows.js';

const COLUMNS = ['name', 'color', 'link', 'size', 'items'];

async function refused(inner: string, sentence: RegExp, columns: readonly string[] = COLUMNS): Promise<void> {
  await assert.rejects(compileBody(inner, columns, ['items']), (error) => {
    assert.ok(error instanceof MailblastError, String(error));
    assert.equal(error.trouble, 'data');
    assert.match(error.message, sentence);
    return true;
  });
}

test('what MJML finds is told with file and line, a finding about a merge tag is not', async () => {
  await refused(
    '<mj-body>\n<mj-section>\n<mj-text foo="{{name}}">x</mj-text><mj-bad /></mj-section>\n<mj-column /></mj-body>',
    /^news\.mjml:4: mj-text cannot be used inside mj-section.*\nnews\.mjml:4: <mj-text>: Attribute foo is illegal\nnews\.mjml:4: Element mj-bad doesn't exist.*\nnews\.mjml:5: mj-column cannot be used/,
  );
  await refused(
    inColumn('\n<mj-text color="rod">{{name}}</mj-text>'),
    /^news\.mjml:4: <mj-text>: Attribute color has invalid value: rod/,
  );
  await refused(
    '<mj-head>\n<!-- a\nb -->\n{{! c\nd }}\n<mj-tit /></mj-head><mj-body></mj-body>',
    /^news\.mjml:7: Element mj-tit/,
  );
});

test('elements that are not closed are told where they begin', async () => {
  await refused(
    '<mj-body>\n<mj-section><mj-column>\n<mj-text>x</mj-column></mj-section></mj-body>',
    /^news\.mjml:4:1: <mj-text> is not closed before <\/mj-column>/,
  );
  await refused('<mj-body>\n<mj-section>', /^news\.mjml:3:1: <mj-section> is not closed before <\/mjml>/);
  await assert.rejects(
    compileTemplate({ path: 'a.mjml', text: 'hello' }, { columns: [], builtins: [] }),
    /a\.mjml:1:1: this is no MJML/,
  );
});

test('a tag that MJML does not give back is told at its line', async () => {
  await refused(
    inColumn('<mj-image src="{{link}}"\n width="{{size}}" alt="" />'),
    /^news\.mjml:4:9: MJML computes with the width of <mj-image>.*\{\{size\}\}/,
  );
  await refused(
    '<mj-body>\n<mj-section padding="{{size}}"><mj-column><mj-text>x</mj-text></mj-column></mj-section></mj-body>',
    /^news\.mjml:3:22: MJML computes with the padding of <mj-section>/,
  );
  await refused(
    '<mj-body>\n<mj-section>{{name}}<mj-column><mj-text>x</mj-text></mj-column></mj-section></mj-body>',
    /^news\.mjml:3:13: MJML leaves out what stands here/,
  );
  await refused(
    inColumn(
      '<mj-text>x</mj-text>',
      '<mj-head><mj-style inline="inline">.zz{color:{{color}};}</mj-style></mj-head>',
    ),
    /^news\.mjml:2:46: no element takes over the inline style/,
  );
});

test('a tag in something that nothing uses is told as that', async () => {
  const head = (inner: string) => inColumn('<mj-text>x</mj-text>', `<mj-head>\n${inner}</mj-head>`);
  await refused(
    head('<mj-attributes><mj-class name="k" color="{{color}}" /></mj-attributes>'),
    /^news\.mjml:3:42: no element uses the mj-class in which \{\{color\}\} stands, or none of those that do takes its color/,
  );
  await refused(
    head(
      '<mj-html-attributes><mj-selector path=".none"><mj-html-attribute name="id">{{name}}</mj-html-attribute></mj-selector></mj-html-attributes>',
    ),
    /^news\.mjml:3:76: no element is found for the attribute that \{\{name\}\} gives/,
  );
});

test('a tag in what MJML computes with is refused, in defaults and classes too; a colour behind a width is not', async () => {
  const head = (inner: string) =>
    inColumn(
      '<mj-image mj-class="k" src="https://x/a" alt="" />',
      `<mj-head><mj-attributes>${inner}</mj-attributes></mj-head>`,
    );
  await refused(
    inColumn('<mj-image src="x" border="{{size}} solid red" />'),
    /computes with the border of <mj-image>/,
  );
  await refused(head('<mj-all padding-left="{{size}}" />'), /computes with the padding-left of <mj-all>/);
  await refused(head('<mj-class name="k" border="{{size}}" />'), /computes with the border of <mj-class>/);
  await refused(head('<mj-image border="{{size}}" />'), /computes with the border of <mj-image>/);
  const { html } = await compileBody(head('<mj-class name="k" border="1px solid {{color}}" />'), COLUMNS);
  assert.match(html, /border:1px solid \{\{color\}\}/);
  assert.match(html, /width:548px/);
});

test('wrong tags are told at their own line and column', async () => {
  await refused(
    inColumn('<mj-text>\n  Hi {{nam}}</mj-text>'),
    /^news\.mjml:4:6: no column is called nam; did you mean name\?/,
  );
  await refused(
    inColumn('<mj-text>\n{{#if name}}x</mj-text>'),
    /^news\.mjml:4:1: \{\{#if name\}\} is never closed by \{\{\/if\}\}/,
  );
  await refused(
    inColumn('<mj-text>\n{{#if name}}x\n {{/each}}</mj-text>'),
    /^news\.mjml:5:2: \{\{\/each\}\} stands where \{\{#if name\}\} of line 4/,
  );
  await refused(inColumn('<mj-text>{{/if}}</mj-text>'), /\{\{\/if\}\} closes nothing/);
  await refused(inColumn('<mj-text>{{else}}</mj-text>'), /\{\{else\}\} stands in no block/);
  await refused(
    inColumn('<mj-text>\n {{name "x}}</mj-text>'),
    /^news\.mjml:4:2: the merge tag that begins here is never closed|cannot be read/,
  );
  await refused(
    inColumn('<mj-text>\n {{a b=}}</mj-text>'),
    /^news\.mjml:4:2: \{\{a b=\}\} cannot be read as a merge tag/,
  );
  await refused(inColumn('<mj-text>\n<a title={{name}}>x</a></mj-text>'), /^news\.mjml:4:10: .*needs quotes/);
  await refused(inColumn('<mj-text>\n{{{name}}}</mj-text>'), /^news\.mjml:4:1: .*unescaped/);
  await refused(inColumn('<mj-text>\n{{> header}}</mj-text>'), /^news\.mjml:4:1: .*partials/);
  await refused(
    inColumn('<mj-text>\n<a href="{{#if name}}"{{/if}}">x</a></mj-text>'),
    /^news\.mjml:4:10: \{\{#if\}\} cannot be escaped safely/,
  );
});

test('lines are counted the same with CRLF, a byte order mark and tags over several lines', async () => {
  const text =
    '\ufeff<mjml>\r\n<mj-body><mj-section><mj-column><mj-text>{{default\r\n name "x"}}\r\n {{nope}}</mj-text></mj-column></mj-section></mj-body></mjml>';
  await assert.rejects(
    compileTemplate({ path: 'a.mjml', text }, { columns: ['name'], builtins: [] }),
    /^MailblastError: a\.mjml:4:2: no column is called nope/,
  );
});
