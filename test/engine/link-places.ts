// Places where a value is a link or part of one. Each says what a reader must find there, and where it must lead.

import assert from 'node:assert/strict';
import { assertPart, column, HERE, HREF, header, type MergePlace, news } from './merge-place.js';

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

export const LINK_PLACES: readonly MergePlace[] = [
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
