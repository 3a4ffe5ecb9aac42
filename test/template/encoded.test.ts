// A template filled in with its own text encoded beforehand says what it says when nothing is encoded, whatever stands
// around its blocks and tags.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Stencil } from '../../src/message/stencil.js';
import { compileMerge } from '../../src/template/merge.js';
import { row } from './rows.js';

const ITEMS = JSON.stringify([{ name: 'ä soup', price: '3' }, { name: 'bread' }]);
const ADA = row({ name: 'Ada', city: 'Ciudad de México', items: ITEMS, empty: '' });
const LONG = 'The same sentence for everybody, long enough that it is kept as octets. ';

/** Quoted-printable as RFC 2045 6.7 reads it. */
function decoded(octets: Buffer): string {
  const text = octets.toString('latin1').replace(/=\r\n/g, '');
  const raw = text.replace(/=([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(raw, 'latin1').toString('utf8');
}

const TEMPLATES: Readonly<Record<string, string>> = {
  'text alone': LONG.repeat(3),
  nothing: '',
  'a tag alone': '{{name}}',
  'tags side by side': `${LONG}{{name}}{{city}}${LONG}`,
  'blank lines and blanks at the ends of lines': `${LONG}\n\n  {{name}}  \n\t\n${LONG} \n`,
  'a block on lines of its own': `${LONG}\n{{#if name}}\n${LONG}{{name}}\n{{else}}\nnobody\n{{/if}}\n${LONG}\n`,
  'a block in a line': `${LONG}{{#if empty}}${LONG}{{else}}${LONG}{{city}}{{/if}}.\n`,
  'a block that takes the blanks around it': `${LONG}  \n {{~#if name~}}  \n ${LONG} {{~name~}} \n{{~/if~}} \n ${LONG}`,
  'a tag that takes the blanks around it': `${LONG} {{~name~}} ${LONG} {{~default empty "x"~}} ${LONG}`,
  'a comment on a line of its own': `${LONG}\n{{!-- aside --}}\n${LONG}\n{{! aside }}${LONG}`,
  'blocks in blocks': `{{#each items}}\n${LONG}{{name}} {{#if price}}for {{price}} {{../name}}{{/if}} {{@index}}\n{{else}}\nnone\n{{/each}}\n`,
  'items by name': `{{#each items as |item number|}}${LONG}{{item.name}} {{number}} {{@last}}\n{{/each}}`,
  'a helper in a tag': `${LONG}{{default empty "some\nbody"}} {{formatNumber "1234.5"}}${LONG}`,
  'a text that would end in a blank': `${LONG}{{name}} `,
  'lines that begin with dots': `.${LONG}\n.{{name}}\n..\n{{#if name}}.{{/if}}\n.`,
  'characters of every width': `é${LONG}\u{1f600}{{name}}\u4e00${LONG}\ud7ff\u3400{{city}}\u00ff`,
};

for (const [what, source] of Object.entries(TEMPLATES)) {
  test(`${what}: the same encoded as not encoded`, () => {
    const schema = { what: 'news.mjml', columns: Object.keys(ADA), builtins: [], jsonColumns: ['items'] };
    const stencil = new Stencil();
    const plain = compileMerge('text', source, {
      ...schema,
      encoder: { literal: (t) => t, value: (t) => t },
    });
    const encoded = compileMerge('text', source, { ...schema, encoder: stencil });
    for (const fields of [ADA, row({ name: '', city: '', items: '', empty: 'full' })]) {
      const text = encoded.render(fields, {});
      const octets = Buffer.alloc(stencil.lengthOf(text));
      stencil.write(text, octets, () => {});
      assert.equal(decoded(octets), plain.render(fields, {}).replaceAll('\n', '\r\n'));
    }
  });
}

test('what a row’s values are decides for the row alone', () => {
  const encoder = new Stencil();
  const source = `{{#if name}}${LONG}{{name}}{{/if}}{{default city "nowhere"}}`;
  const merge = compileMerge('text', source, { what: 'a', columns: ['name', 'city'], builtins: [], encoder });
  const [first, second] = [row({ name: 'Ada', city: 'Paris' }), row({ name: '', city: '' })];
  const alone = [first, second].map((fields) => merge.render(fields, {}));
  assert.deepEqual(
    [first, second, first].map((fields) => merge.render(fields, {})),
    [...alone, alone[0]],
  );
  assert.notEqual(alone[0], alone[1]);
});
