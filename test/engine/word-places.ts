// Places where a value stands as words: text, attributes, styles, headers. Each says what a reader must find there.

import assert from 'node:assert/strict';
import { asLines, asOneLine, folded } from './hostile-values.js';
import { assertPart, column, HERE, HREF, header, type MergePlace, type ReadMail } from './merge-place.js';

/** The text part's line ends are the message's. */
function assertText(mail: ReadMail, value: string): void {
  assert.ok(asLines(mail.python.text!).includes(`[${asLines(value)}]`), mail.python.text!);
}

function assertOneLine(read: string, value: string): void {
  assert.equal(read, `[${asOneLine(value)}]`);
}

export const WORD_PLACES: readonly MergePlace[] = [
  {
    name: 'text',
    template: column(HERE),
    benign: 'Ada',
    check(mail, value) {
      assert.equal(mail.page.text('#here'), `[${asLines(value)}]`);
      assertText(mail, value);
    },
  },
  {
    name: 'a text part of one’s own',
    template: column('<mj-text>x</mj-text>'),
    text: 'Hello\n[{{value}}]\n',
    benign: 'Ada',
    check(mail, value) {
      assert.equal(asLines(mail.python.text!), `Hello\n[${asLines(value)}]\n`);
    },
  },
  {
    name: 'attributes',
    template: column(
      `<mj-image src="${HREF}/a.png" alt="[{{value}}]" title="[{{value}}]" />
       <mj-raw><i id="here" data-a='[{{value}}]' lang="{{value}}">x</i></mj-raw>`,
    ),
    benign: 'Ada',
    check({ page, ...mail }, value) {
      const shown = `[${asLines(value)}]`;
      assert.equal(page.attribute('img', 'alt'), shown);
      assert.equal(page.attribute('img', 'title'), shown);
      assert.equal(page.attribute('#here', 'data-a'), shown);
      assert.equal(page.attribute('#here', 'lang'), asLines(value));
      assertText({ page, ...mail }, value);
    },
  },
  {
    name: 'styles',
    template: column(
      '<mj-text color="{{value}}"><span id="here" style="width: 1px; color: {{value}}; margin: 0">x</span></mj-text>',
    ),
    benign: 'red',
    mustFit: (value) => /^(?:red|#ff8800|rgb\(1, 2, 3\)|Ada|7)$/.test(value),
    check({ page }, value) {
      const style = page.attribute('#here', 'style');
      assert.equal(style, `width: 1px; color: ${value.trim()}; margin: 0`);
      assert.doesNotMatch(value, /[;:{}<>"'\\/*@!]|\((?![0-9 .,%-]*\))/);
    },
  },
  {
    name: 'the title, which is the subject',
    template: column('<mj-text>x</mj-text>', '<mj-title>[{{value}}]</mj-title>'),
    benign: 'Ada',
    check({ page, python, mailparser }, value) {
      assert.equal(page.text('title'), `[${asLines(value)}]`);
      assertOneLine(python.subject!, value);
      assert.equal(folded(mailparser.subject!), folded(`[${asOneLine(value)}]`));
    },
  },
  {
    name: '--subject',
    template: column(HERE),
    settings: { subject: '[{{value}}]' },
    benign: 'Ada',
    check({ page, python }, value) {
      assertOneLine(python.subject!, value);
      assert.equal(page.text('title'), 'News');
    },
  },
  {
    name: 'the preview',
    template: column('<mj-text>x</mj-text>', '<mj-title>News</mj-title><mj-preview>[{{value}}]</mj-preview>'),
    benign: 'Ada',
    check({ page }, value) {
      assert.ok(page.text('body').includes(`[${asLines(value)}]`));
    },
  },
  {
    name: 'what only Outlook reads',
    template: column(
      '<mj-raw><!--[if mso]><p id="here" title="[{{value}}]"><a href="https://example.com/{{value}}">[{{value}}]</a><i id="arrow">{{value}}></i></p><![endif]--></mj-raw>',
    ),
    benign: 'Ada',
    check({ outlook, page }, value) {
      assert.equal(outlook.text('#here'), `[${asLines(value)}]${asLines(value)}>`);
      assert.equal(outlook.text('#arrow'), `${asLines(value)}>`);
      assert.equal(outlook.attribute('#here', 'title'), `[${asLines(value)}]`);
      assertPart(outlook.attribute('a', 'href'), `${HREF}/`, '', value);
      assert.equal(page.comments.filter((comment) => comment.includes('id="here"')).length, 1);
    },
  },
  {
    name: '--header',
    template: column(HERE),
    settings: {
      headers: [
        ['X-Person', '[{{value}}]'],
        ['X-Alone', '{{value}}'],
      ],
    },
    benign: 'Ada',
    headers: (value) => ({
      behind: 'X-Mailblast-ID',
      names: asOneLine(value).trim() === '' ? ['X-Person'] : ['X-Person', 'X-Alone'],
    }),
    check(mail, value) {
      assertOneLine(header(mail, 'X-Person')!, value);
      assert.equal(header(mail, 'X-Alone') ?? '', asOneLine(value).trim());
    },
  },
];
