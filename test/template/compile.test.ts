// From MJML to what is merged: tags survive MJML wherever they stand, and blocks stay balanced for Outlook.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'parse5';
import { assertBalanced } from './balanced.js';
import { compileBody, inColumn, mergeAll, row } from './rows.js';

const ROW = row({
  name: 'A<1>',
  color: '#ff0000',
  link: 'https://x.example/?a=1&b=2',
  city: 'New York',
  size: '20px',
  cls: 'quiet',
  items: '[{"n":"one"},{"n":"two"}]',
});
const COLUMNS = Object.keys(ROW);

async function made(inner: string, fields = ROW) {
  return mergeAll(await compileBody(inner, COLUMNS, ['items']), fields, ['items']);
}

test('tags in texts, links and attributes of every component come back escaped for their places', async () => {
  const components: Record<string, string> = {
    text: '<mj-text color="{{color}}" font-size="{{size}}" css-class="{{cls}}">{{name}} <a href="{{link}}">{{city}}</a></mj-text>',
    button:
      '<mj-button href="https://x/?q={{insert city "default=1"}}" background-color="{{color}}" title="{{name}}">{{name}}</mj-button>',
    image: '<mj-image src="{{link}}" alt="{{name}}" href="{{link}}" title="{{city}}" srcset="{{link}} 2x" />',
    table:
      '<mj-table color="{{color}}"><tr><th>N</th></tr>{{#each items}}<tr><td style="color:{{../color}}">{{n}}</td></tr>{{/each}}</mj-table>',
    divider: '<mj-divider border-color="{{color}}" />',
    spacer: '<mj-spacer height="20px" container-background-color="{{color}}" />',
    social:
      '<mj-social mode="horizontal"><mj-social-element name="facebook" href="{{link}}">{{name}}</mj-social-element><mj-social-element src="{{link}}" href="{{link}}" alt="{{city}}">x</mj-social-element></mj-social>',
    socialVertical:
      '<mj-social mode="vertical"><mj-social-element name="x-noshare" href="{{link}}">{{name}}</mj-social-element></mj-social>',
    navbar:
      '<mj-navbar hamburger="hamburger" ico-color="{{color}}"><mj-navbar-link href="{{link}}" color="{{color}}">{{name}}</mj-navbar-link></mj-navbar>',
    accordion:
      '<mj-accordion border="1px solid {{color}}"><mj-accordion-element><mj-accordion-title color="{{color}}">{{name}}</mj-accordion-title><mj-accordion-text>{{city}}</mj-accordion-text></mj-accordion-element></mj-accordion>',
    carousel:
      '<mj-carousel><mj-carousel-image src="{{link}}" href="{{link}}" alt="{{name}}" /><mj-carousel-image src="https://x/{{city}}.png" /></mj-carousel>',
    raw: '<mj-raw><p title="{{name}}">{{name}}</p><!--[if mso]>{{#if name}}<p title="{{name}}"></p>{{/if}}<![endif]--></mj-raw>',
  };
  for (const [component, source] of Object.entries(components)) {
    const { html } = await made(inColumn(source));
    assert.doesNotMatch(html, /mbtag|\{\{|NaN/, component);
    for (const [tag, value] of [
      ['{{name}}', 'A&lt;1&gt;'],
      ['{{color}}', '#ff0000'],
      ['"{{link}}"', 'https://x.example/?a=1&amp;b=2'],
    ] as const) {
      if (source.includes(tag)) assert.ok(html.includes(value), `${component} ${tag}`);
    }
  }
  const { html } = await made(
    '<mj-body background-color="{{color}}"><mj-wrapper background-url="{{link}}" background-color="{{color}}"><mj-section css-class="{{cls}}"><mj-group background-color="{{color}}"><mj-column><mj-text>x</mj-text></mj-column></mj-group></mj-section></mj-wrapper><mj-hero background-url="{{link}}" background-width="600px" background-height="300px"><mj-text>{{name}}</mj-text></mj-hero></mj-body>',
  );
  assert.match(html, /class="quiet-outlook"/);
  assert.match(html, /url\('https:\/\/x\.example\/\?a=1&amp;b=2'\)/);
  assert.match(html, /<v:fill[^>]* src="https:\/\/x\.example\/\?a=1&amp;b=2"/);
});

test('tags in the head come back: title, preview, styles, attributes, fonts', async () => {
  const head = `<mj-head>
    <mj-title>The "best" of {{name}} &amp; {{default city "there"}} &#123;&#123;x}}</mj-title>
    <mj-preview>{{name}} and more</mj-preview>
    <mj-style>.a{color:{{color}}}{{#if name}}.b{width:{{size}};}{{/if}}</mj-style>
    <mj-style inline="inline">.c div { text-shadow: {{color}}; }</mj-style>
    <mj-font name="Own" href="{{link}}" />
    <mj-attributes><mj-all font-family="Own" /><mj-class name="k" color="{{color}}" /></mj-attributes>
    <mj-html-attributes><mj-selector path=".c"><mj-html-attribute name="data-n">{{name}}</mj-html-attribute></mj-selector></mj-html-attributes>
  </mj-head>`;
  const { html, title, text } = await made(inColumn('<mj-text mj-class="k" css-class="c">x</mj-text>', head));
  assert.equal(title, 'The "best" of A<1> & New York {{x}}');
  assert.match(html, /<title>The &quot;best&quot; of A&lt;1&gt; &amp; New York/);
  assert.match(html, /aria-label="The &quot;best&quot; of A&lt;1&gt; &amp; New York/);
  assert.match(html, /\.a\{color:#ff0000 \}\.b\{width:20px;\}/);
  assert.match(html, /text-shadow: #ff0000/);
  assert.match(html, /<link href="https:\/\/x\.example\/\?a=1&amp;b=2"/);
  assert.match(html, /data-n="A&lt;1&gt;"/);
  assert.equal(text, 'x\n');
});

test("blocks around and inside elements stand right between Outlook's comments, however many items there are", async () => {
  const column = '<mj-column><mj-text>{{n}}</mj-text></mj-column>';
  const bodies = [
    `<mj-raw>{{#each items}}</mj-raw><mj-section>${column}</mj-section><mj-raw>{{/each}}</mj-raw>`,
    `{{#each items}}<mj-section>${column}</mj-section>{{else}}<mj-section><mj-column><mj-text>none</mj-text></mj-column></mj-section>{{/each}}`,
    `<mj-wrapper>{{#each items}}<mj-section>${column}</mj-section>{{/each}}</mj-wrapper>`,
    `<mj-section>{{#each items}}${column}{{/each}}</mj-section>`,
    `<mj-section><mj-group>{{#each items}}${column}{{/each}}</mj-group></mj-section>`,
    '<mj-section><mj-column>{{#each items}}<mj-text>{{n}}</mj-text><mj-divider />{{/each}}</mj-column></mj-section>',
    '<mj-hero background-height="9px">{{#each items}}<mj-text>{{n}}</mj-text>{{/each}}</mj-hero>',
    '<mj-section><mj-column><mj-social>{{#each items}}<mj-social-element href="https://x/{{n}}">{{n}}</mj-social-element>{{/each}}</mj-social></mj-column></mj-section>',
    '<mj-section><mj-column><mj-navbar>{{#each items}}<mj-navbar-link href="https://x/{{n}}">{{n}}</mj-navbar-link>{{/each}}</mj-navbar></mj-column></mj-section>',
    '<mj-section><mj-column><mj-text>{{#each items}}<b>{{n}}</b> {{/each}}</mj-text></mj-column></mj-section>',
    '<mj-section><mj-column><mj-table>{{#each items}}<tr><td>{{n}}</td></tr>{{/each}}</mj-table></mj-column></mj-section>',
  ];
  for (const body of bodies) {
    const compiled = await compileBody(`<mj-body>${body}</mj-body>`, COLUMNS, ['items']);
    for (const count of [0, 1, 2]) {
      const items = JSON.stringify(['alpha', 'beta'].slice(0, count).map((n) => ({ n })));
      const { html, text } = mergeAll(compiled, row({ ...ROW, items }), ['items']);
      assertBalanced(html);
      assert.equal(text.includes('alpha'), count > 0, text);
      assert.equal(html.includes('beta'), count > 1);
      assert.doesNotMatch(text, /\n\n\n/);
    }
  }
});

test('comments of the author are left out, tags and all; those that Outlook reads stay', async () => {
  const { html } = await made(
    inColumn(
      '<!-- {{nope}} {{ broken -->{{! {{nope}} }}<mj-text>a<!-- {{nope}} -->b{{!-- }} --}}c</mj-text><mj-raw><!--[if mso]>{{name}}<![endif]--></mj-raw>',
    ),
  );
  assert.match(html, />abc</);
  assert.match(html, /<!--\[if mso\]>A&lt;1&gt;<!\[endif\]-->/);
  assert.doesNotMatch(html, /nope|broken/);
});

test("blocks inside Outlook's comments stay inside when MJML inlines styles", async () => {
  const head = '<mj-head><mj-style inline="inline">.q { color: red; }</mj-style></mj-head>';
  const source =
    '<mj-raw><!--[if mso]>{{#if name}}<p>{{name}}</p>{{/if}}<![endif]--></mj-raw><mj-text css-class="q">x</mj-text>';
  const { html } = await made(inColumn(source, head));
  assert.match(html, /<!--\[if mso\]><p>A&lt;1&gt;<\/p><!\[endif\]-->/);
});

test('escaped braces, backslashes and whitespace control come through', async () => {
  const { html, text } = await made(
    inColumn('<mj-text>\\{{name}} \\\\{{city}} a {{~city~}} b C:\\x</mj-text>'),
  );
  assert.match(html, />\{\{name\}\} \\New York aNew Yorkb C:\\x</);
  assert.equal(text, '{{name}} \\New York aNew Yorkb C:\\x\n');
});

test('a word that looks like the lifter’s own is left alone', async () => {
  const { html } = await made(inColumn('<mj-text>mbtag0z MBTAG1Z {{name}}</mj-text>'));
  assert.match(html, />mbtag0z MBTAG1Z A&lt;1&gt;</);
});

test('fields, notes and the files that were read are reported', async () => {
  const compiled = await compileBody(inColumn('<mj-text>{{name}} {{email}}</mj-text>'), COLUMNS);
  assert.deepEqual(compiled.fields, ['name', 'email']);
  assert.equal(compiled.title, '');
  assert.match(compiled.notes.join('\n'), /no <mj-title>[\s\S]*fonts\.googleapis\.com/);
  assert.deepEqual(
    compiled.files.map((file) => file.path),
    ['news.mjml'],
  );
  assert.match(compiled.files[0]!.sha256, /^[0-9a-f]{64}$/);
  const long = await compileBody(inColumn(`<mj-text>${'long '.repeat(25_000)}</mj-text>`), COLUMNS);
  assert.match(long.notes.join('\n'), /Gmail hides/);
});

test('compiled HTML is read without errors that MJML did not make', async () => {
  const { html } = await made(
    inColumn('<mj-text>{{name}}</mj-text><mj-button href="{{link}}">{{city}}</mj-button>'),
  );
  const found: string[] = [];
  parse(html, { onParseError: (error: { code: string }) => found.push(error.code) } as never);
  assert.deepEqual(found, []);
});
