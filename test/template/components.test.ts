// Every component of MJML's own registry, with tags in each of its attributes and texts: either the message is the one
// that MJML makes of the value itself, or the template is refused at the tag's line. Nothing goes wrong in silence.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import mjml2html from 'mjml';
import { MailblastError, UnmergeableRow } from '../../src/domain/errors.js';
import { foldHtml } from '../../src/template/fold.js';
import { shape } from './hostile.js';
import { ATTRIBUTES, ELEMENTS, inHead, instance, TEXTS, template } from './registry.js';
import { compileBody, merge, row } from './rows.js';

/**
 * The attributes in which no tag can stand, since MJML computes with them (widths, Outlook's backgrounds), chooses by
 * them (mode, position), or has them in its list and does not use them.
 */
const REFUSED: Readonly<Record<string, string>> = {
  'mj-body': 'width',
  'mj-font': 'name',
  'mj-style': 'inline',
  'mj-raw': 'position css-class',
  'mj-section':
    'background-position background-position-x background-position-y background-repeat background-size border border-left border-right full-width gutter padding padding-left padding-right text-padding',
  'mj-wrapper':
    'background-position background-position-x background-position-y background-repeat background-size border border-left border-right full-width gutter padding padding-left padding-right text-padding',
  'mj-group': 'width',
  'mj-column':
    'border border-left border-right inner-border inner-border-left inner-border-right padding padding-left padding-right width',
  'mj-hero': 'height mode padding padding-bottom padding-left padding-right padding-top',
  'mj-text': 'background-color vertical-align',
  'mj-button': 'width',
  'mj-image':
    'border border-left border-right fluid-on-mobile height padding padding-left padding-right width',
  'mj-divider': 'align padding padding-left padding-right width',
  'mj-spacer': 'border border-bottom border-left border-right border-top',
  'mj-table': 'cellspacing font-weight vertical-align width',
  'mj-social': 'icon-size mode table-layout vertical-align',
  'mj-social-element': 'icon-position icon-size name',
  'mj-navbar': 'hamburger',
  'mj-accordion': 'icon-position',
  'mj-accordion-element': 'icon-position',
  'mj-carousel': 'icon-width tb-width thumbnails',
};

/** Values that an attribute of a type may have, so different that whatever MJML decides by them shows. */
function valuesFor(attribute: string, type: string): readonly [string, string] {
  if (type === 'color') return ['#ff0000', 'rgba(1, 2, 3, 0.5)'];
  if (type === 'boolean') return ['true', 'false'];
  if (type === 'integer') return ['3', '0'];
  if (type.startsWith('unit')) return ['21px', '50%'];
  const choices = /^enum\((.*)\)$/.exec(type)?.[1]?.split(',').filter(Boolean);
  if (choices) return [choices[0]!, choices.at(-1)!];
  if (/href|url|src(?:set)?$|-icon$/.test(attribute)) return ['https://v.example/a?b=1', 'https://w.example'];
  if (/position/.test(attribute)) return ['left', '10% bottom'];
  if (/size/.test(attribute)) return ['cover', '10px 20px'];
  if (/border/.test(attribute)) return ['2px solid #00ff00', '0'];
  // MJML gives each of several classes a twin for Outlook; of a tag with several it knows one.
  if (attribute === 'css-class') return ['one', 'other'];
  return ['some words', 'others'];
}

/** MJML gives accordions and carousels ids of their own each time, and a colour before a brace is followed by a blank. */
const calm = (html: string) =>
  html.replace(/carousel-?[0-9a-f]{16}|\b[0-9a-f]{16}\b/g, 'id').replace(/(:[^;{}\s]+) \}/g, '$1}');

async function byMjml(inner: string): Promise<string> {
  return foldHtml(
    (await mjml2html(`<mjml>\n${inner}\n</mjml>`, { validationLevel: 'skip' })).html,
    () => false,
  );
}

const all = [...ATTRIBUTES].flatMap(([name, attributes]) =>
  Object.entries(attributes).map(([attribute, type]) => ({ name, attribute, type })),
);
const isRefused = (name: string, attribute: string) => REFUSED[name]?.split(' ').includes(attribute) === true;

test("the registry is MJML's, and every exception is one of its attributes", () => {
  assert.ok(ELEMENTS.length >= 31 && all.length >= 400);
  for (const [name, list] of Object.entries(REFUSED)) {
    for (const attribute of list.split(' '))
      assert.ok(ATTRIBUTES.get(name)?.[attribute], `${name} ${attribute}`);
  }
});

for (const [name, attributes] of ATTRIBUTES) {
  const open = Object.entries(attributes).filter(([attribute]) => !isRefused(name, attribute));
  if (open.length === 0) continue;
  test(`${name}: tags in its attributes give what MJML makes of the values`, async () => {
    // A body is there once.
    const groups = name === 'mj-body' ? open.map((one) => [one]) : [open];
    for (const group of groups) {
      const columns = group.map(([attribute]) => attribute.replaceAll('-', '_'));
      const tagged = group.map(([attribute], at) => instance(name, { [attribute]: `{{${columns[at]}}}` }));
      const compiled = await compileBody(template(name, tagged), columns);
      const render = (chosen: (attribute: string, type: string) => string) =>
        merge(
          'html',
          compiled.html,
          row(group.map(([a, type], at) => [columns[at]!, chosen(a, type)] as const)),
        );
      for (const which of [0, 1] as const) {
        const value = (attribute: string, type: string) => valuesFor(attribute, type)[which];
        const written = group.map(([a, type]) => instance(name, { [a]: value(a, type) }));
        assert.equal(calm(render(value)), calm(await byMjml(template(name, written))));
      }
      const benign = shape(render((attribute, type) => valuesFor(attribute, type)[0])).names;
      for (const hostile of ['"><b>&\'', 'x" onclick="y']) {
        for (const [attribute] of group) {
          let html: string;
          try {
            html = render((a, type) => (a === attribute ? hostile : valuesFor(a, type)[0]));
          } catch (error) {
            assert.ok(
              error instanceof UnmergeableRow && error.field === attribute.replaceAll('-', '_'),
              String(error),
            );
            continue;
          }
          assert.equal(shape(html).names, benign, attribute);
        }
      }
    }
  });
}

test('a tag in any other attribute is refused at its line', async () => {
  for (const { name, attribute } of all.filter((one) => isRefused(one.name, one.attribute))) {
    const source = template(name, [instance(name, { [attribute]: '{{v}}' })]);
    const line = source.slice(0, source.indexOf('{{v}}')).split('\n').length + 1;
    await assert.rejects(
      compileBody(source, ['v']),
      (error) => {
        assert.ok(error instanceof MailblastError, `${name} ${attribute}: ${error}`);
        assert.equal(error.place.line, line, `${name} ${attribute}`);
        assert.match(
          error.message,
          new RegExp(`${attribute} of <${name}>.*\\{\\{v\\}\\} cannot stand there`),
        );
        return true;
      },
      `${name} ${attribute}`,
    );
  }
});

test('a tag in the text of any component is escaped text there, or refused at its line', async () => {
  /** A picture, a gap and a breakpoint show no text. */
  const silent = ['mj-carousel-image', 'mj-spacer', 'mj-breakpoint'];
  for (const name of TEXTS) {
    const source = template(name, [
      instance(name, {}, `\n${name === 'mj-style' ? '.c{color:{{v}}}' : '{{v}}'}`),
    ]);
    if (silent.includes(name)) {
      await assert.rejects(
        compileBody(source, ['v']),
        (error) => error instanceof MailblastError && /MJML leaves out/.test(error.message),
        name,
      );
      continue;
    }
    const compiled = await compileBody(source, ['v']);
    if (name === 'mj-style') {
      assert.ok(merge('html', compiled.html, row({ v: 'red' })).includes('color:red'));
      assert.throws(() => merge('html', compiled.html, row({ v: '</style>' })), UnmergeableRow);
      continue;
    }
    const html = merge('html', compiled.html, row({ v: '<b>"&' }));
    assert.ok(html.includes('&lt;b&gt;&quot;&amp;') && !html.includes('<b>'), name);
  }
});

test('components that hold others keep tags out of their own text, at its line', async () => {
  const holders = [...ATTRIBUTES.keys(), 'mj-selector', 'mj-attributes'].filter(
    (name) => !TEXTS.includes(name) && !inHead(name) && name !== 'mj-body',
  );
  for (const name of holders) {
    const source = template(name, [instance(name, {}, '\n{{v}}')]);
    const line = source.slice(0, source.indexOf('{{v}}')).split('\n').length + 1;
    await assert.rejects(
      compileBody(source, ['v']),
      (error) => error instanceof MailblastError && error.place.line === line,
      name,
    );
  }
});
