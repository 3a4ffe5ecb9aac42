// Every place in which a template or an option can put a recipient's value, each with what a reader must find there.
// Knows templates and what becomes of them; knows nothing of how a list is read.

import assert from 'node:assert/strict';
import type { ParsedMail } from 'mailparser';
import type { CampaignRequest } from '../../src/engine/begin.js';
import type { PythonMail } from '../message/readers.js';
import { asLines, asOneLine, folded } from './hostile-values.js';
import type { HtmlPage } from './html-page.js';

/** A message as readers that are not ours read it. */
export interface ReadMail {
  readonly python: PythonMail;
  readonly mailparser: ParsedMail;
  readonly page: HtmlPage;
  readonly outlook: HtmlPage;
}

export interface MergePlace {
  readonly name: string;
  readonly template: string;
  /** A text part of one's own, beside the template. */
  readonly text?: string;
  readonly settings?: Partial<CampaignRequest>;
  /** A value that fits every such place, and so shows what a message looks like there. */
  readonly benign: string;
  /** Whether this value must give a message; else the row may be refused instead, its field named. All must, if absent. */
  readonly mustFit?: (value: string) => boolean;
  /** Headers besides the usual ones for this value, and behind which of them they stand. */
  readonly headers?: (value: string) => { readonly behind: string; readonly names: readonly string[] };
  /** Finds the value where it was merged. */
  readonly check: (mail: ReadMail, value: string) => void;
}

const SAFE = /^[A-Za-z0-9._~%-]*$/;
const HREF = 'https://example.com';

/** A value between two literal pieces of a link: nothing but octets, and decoded the value again. */
function assertPart(link: string, before: string, after: string, value: string): void {
  assert.ok(link.startsWith(before) && link.endsWith(after), link);
  const part = link.slice(before.length, link.length - after.length);
  assert.match(part, SAFE);
  assert.equal(decodeURIComponent(part), value);
}

/** The text part's line ends are the message's. */
function assertText(mail: ReadMail, value: string): void {
  assert.ok(asLines(mail.python.text!).includes(`[${asLines(value)}]`), mail.python.text!);
}

function assertOneLine(read: string, value: string): void {
  assert.equal(read, `[${asOneLine(value)}]`);
}

function header(mail: ReadMail, name: string): string | undefined {
  return mail.python.headers[mail.python.names.indexOf(name)];
}

/** A link that a value began, as browsers resolve it: where the list's keeper meant it to lead, and to no script. */
function assertWholeLink(link: string, value: string, schemes: readonly string[]): void {
  if (value.trim() === '') return assert.equal(link, '');
  const followed = new URL(link, 'http://base.example/');
  assert.ok(schemes.includes(followed.protocol), link);
  assert.equal(followed.host, new URL(value.trim()).host, link);
  const plain = (text: string) => unescaped(text).replace(/^https?:\/\/[^/?#]*/i, '');
  assert.equal(plain(link), plain(value.trim()));
}

/** Escapes that are there stay, so both sides are compared without any. */
function unescaped(text: string): string {
  const octets = Buffer.from(text).toString('latin1');
  const decoded = octets.replace(/%([0-9A-Fa-f]{2})/g, (_, hex) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return decoded === octets
    ? Buffer.from(octets, 'latin1').toString()
    : unescaped(Buffer.from(decoded, 'latin1').toString());
}

function news(body: string, head = '<mj-title>News</mj-title>'): string {
  return `<mjml>\n<mj-head>${head}</mj-head>\n<mj-body>${body}</mj-body>\n</mjml>\n`;
}

function column(content: string, head?: string): string {
  return news(`<mj-section><mj-column>${content}</mj-column></mj-section>`, head);
}

const HERE = '<mj-text><span id="here">[{{value}}]</span></mj-text>';

export const MERGE_PLACES: readonly MergePlace[] = [
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
    name: 'the path of a link',
    template: column(`<mj-button href="${HREF}/p/{{value}}/x">go</mj-button>`),
    benign: 'Ada',
    check(mail, value) {
      const link = mail.page.attribute('a', 'href');
      assertPart(link, `${HREF}/p/`, '/x', value);
      assert.equal(new URL(link).host, 'example.com');
      assert.ok(mail.python.text!.includes(`<${link}>`), mail.python.text!);
    },
  },
  {
    name: 'the query and the fragment of a link',
    template: column(`<mj-text><a href="${HREF}/?q={{value}}&amp;r=1#{{value}}">go</a></mj-text>`),
    benign: 'Ada',
    check(mail, value) {
      const link = mail.page.attribute('a', 'href');
      const [query, fragment] = link.split('#');
      assertPart(query!, `${HREF}/?q=`, '&r=1', value);
      assertPart(fragment!, '', '', value);
      assert.deepEqual(
        [...new URL(link).searchParams],
        [
          ['q', value],
          ['r', '1'],
        ],
      );
      assert.ok(mail.python.text!.includes(`<${link}>`), mail.python.text!);
    },
  },
  {
    name: 'the subject of a mailto link',
    template: column(
      '<mj-text><a href="mailto:x@example.com?subject={{value}}&amp;cc=y@example.com">go</a></mj-text>',
    ),
    benign: 'Ada',
    check({ page }, value) {
      const link = page.attribute('a', 'href').replaceAll('@', '%40');
      assertPart(link, 'mailto:x%40example.com?subject=', '&cc=y%40example.com', value);
    },
  },
  {
    name: 'the beginning of a link',
    template: column('<mj-button href="{{value}}">go</mj-button>'),
    benign: 'https://example.com/',
    mustFit: (value) => /^(?:https:\/\/example\.(?:com|org)\/|mailto:|tel:)[!-~]*$/.test(value),
    check({ page }, value) {
      assertWholeLink(page.attribute('a', 'href'), value, ['http:', 'https:', 'mailto:', 'tel:']);
    },
  },
  {
    name: 'the beginning of an image’s address',
    template: column('<mj-image src="{{value}}" alt="" />'),
    benign: 'https://example.com/',
    mustFit: (value) => /^https:\/\/example\.(?:com|org)\/[!-~]*$/.test(value),
    check({ page }, value) {
      assertWholeLink(page.attribute('img', 'src'), value, ['http:', 'https:', 'cid:']);
    },
  },
  {
    name: 'the address of a background, which Outlook gets as well',
    template: news(
      `<mj-section background-url="${HREF}/{{value}}.png"><mj-column><mj-text>x</mj-text></mj-column></mj-section>`,
    ),
    benign: 'Ada',
    check({ page, outlook }, value) {
      const drawn = page.attributes('style').flatMap((style) => /url\('([^']*)'\)/.exec(style)?.[1] ?? []);
      assert.ok(drawn.length > 0);
      for (const link of drawn) assertPart(link, `${HREF}/`, '.png', value);
      assertPart(outlook.attribute('v:fill', 'src'), `${HREF}/`, '.png', value);
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
      '<mj-raw><!--[if mso]><p id="here" title="[{{value}}]"><a href="https://example.com/{{value}}">[{{value}}]</a></p><![endif]--></mj-raw>',
    ),
    benign: 'Ada',
    check({ outlook, page }, value) {
      assert.equal(outlook.text('#here'), `[${asLines(value)}]`);
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
  {
    name: '--unsubscribe-url',
    template: column('<mj-text><a href="{{unsubscribe_url}}">leave</a></mj-text>'),
    settings: { unsubscribeUrl: `${HREF}/u?v={{value}}&t={{token}}`, unsubscribeMailto: 'u@example.com' },
    benign: 'Ada',
    mustFit: (value) => value.length < 200 && /^[!-~ ]*$/.test(value),
    headers: () => ({ behind: 'List-Id', names: ['List-Unsubscribe', 'List-Unsubscribe-Post'] }),
    check(mail, value) {
      const written = header(mail, 'List-Unsubscribe')!;
      const [, uri = ''] = /^<([^<>\s]*)>,\s*<mailto:u@example\.com>$/.exec(written) ?? [];
      assertPart(uri.replace(/&t=[\w-]+$/, ''), `${HREF}/u?v=`, '', value);
      assert.equal(mail.page.attribute('a', 'href'), uri);
      assert.equal(header(mail, 'List-Unsubscribe-Post'), 'List-Unsubscribe=One-Click');
    },
  },
  {
    name: 'the beginning of --unsubscribe-url',
    template: column(HERE),
    settings: { unsubscribeUrl: '{{value}}', unsubscribeMailto: 'u@example.com' },
    benign: 'https://example.com/',
    mustFit: (value) => /^https:\/\/example\.(?:com|org)\/[!-~]{0,200}$/.test(value),
    headers: (value) => {
      const names = ['List-Unsubscribe', 'List-Unsubscribe-Post'];
      return { behind: 'List-Id', names: /^\s*https:/i.test(value) ? names : names.slice(0, 1) };
    },
    check(mail, value) {
      const [, uri] =
        /^(?:<([^<>\s]*)>,\s*)?<mailto:u@example\.com>$/.exec(header(mail, 'List-Unsubscribe')!) ?? [];
      assertWholeLink(uri ?? '', value, ['http:', 'https:']);
    },
  },
];
