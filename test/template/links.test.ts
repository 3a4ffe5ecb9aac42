// Hostile values in links and styles: a value decides where a link leads only if it begins it, and never runs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { UnmergeableRow } from '../../src/domain/errors.js';
import { carried, HOSTILE, shape } from './hostile.js';
import { merge, row } from './rows.js';

const LINKS =
  '<a href="{{v}}">a</a><td background="{{v}}"></td><img src="{{v}}"><div style="background:url(\'{{v}}\')"></div>';

test('a tag that begins a link yields an allowed link as it is, or the row cannot be merged', () => {
  const link = (value: string, source = '<a href="{{v}}">') =>
    shape(merge('html', source, row({ v: value }))).values[0];
  for (const fine of [
    'https://x.example/?a=1&b=2#c',
    'http://x.example/(a)\'b"'.replace('"', ''),
    'mailto:a@b.example?subject=x',
    'tel:+49-30-1',
    'HTTPS://X.example/%20%41',
    'https://[2001:db8::1]/',
  ]) {
    assert.equal(link(fine), fine);
  }
  assert.equal(
    link(' https://x.example/a b"<>\\^`{|}ü\n '),
    'https://x.example/a%20b%22%3C%3E%5C%5E%60%7B%7C%7D%C3%BC',
  );
  assert.equal(link('https://bücher.example/'), 'https://xn--bcher-kva.example/');
  assert.equal(link('https://x.example/100%'), 'https://x.example/100%25');
  assert.equal(link(''), '');
  const bad = HOSTILE.filter((value) => !/^https?:/.test(value));
  for (const value of [
    ...bad,
    'www.x.example',
    '/path',
    'ftp://x',
    'https:javascript:alert(1)',
    'https://',
    'https:///x',
    'http://a b/',
    'file:///etc/passwd',
  ]) {
    assert.throws(
      () => link(value),
      (error) => error instanceof UnmergeableRow && error.field === 'v',
      value,
    );
  }
  assert.throws(() => link('javascript:alert(1)'), /v is not a link that may be sent \(javascript:\)/);
});

test('what is loaded may be http, https or cid, what is followed may be mail or telephone', () => {
  const image = (value: string) => merge('html', '<img src="{{v}}">', row({ v: value }));
  assert.equal(image('cid:logo'), '<img src="cid:logo">');
  assert.throws(() => image('mailto:a@b.example'), UnmergeableRow);
  assert.throws(() => merge('html', '<a href="{{v}}">', row({ v: 'cid:logo' })), UnmergeableRow);
});

test('a link is never anything but a link, whatever the value', () => {
  const calm = shape(merge('html', LINKS, row({ v: 'https://x.example/' }))).names;
  const tail = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(tail, (value) => {
      let html: string;
      try {
        html = merge('html', LINKS, row({ v: `https://x.example/${value}` }));
      } catch (error) {
        return error instanceof UnmergeableRow;
      }
      const read = shape(html);
      assert.equal(read.names, calm);
      const [href] = read.values;
      const style = read.values.find((text) => text.startsWith('background:'));
      assert.match(href!, /^https:\/\/x\.example\/[^\s"<>\\^`{|}]*$/);
      assert.match(style ?? '', /^background:url\('https:\/\/x\.example\/[^\s"'()<>\\]*'\)$/);
      return true;
    }),
  );
});

test('behind its beginning a link takes a value as one percent-encoded piece', () => {
  const source = '<a href="https://x.example/{{v}}?q={{v}}&amp;r=1#{{v}}">';
  for (const value of HOSTILE) {
    const href = shape(merge('html', source, row({ v: value }))).values[0]!;
    const url = new URL(href);
    assert.equal(url.host, 'x.example');
    assert.equal(url.searchParams.get('q'), carried(value));
    assert.equal(url.searchParams.get('r'), '1');
    assert.equal(decodeURIComponent(url.hash.slice(1)), carried(value));
  }
  const host = shape(merge('html', '<a href="https://x.example{{v}}/">', row({ v: '@evil.example' })))
    .values[0];
  assert.equal(host, 'https://x.example%40evil.example/');
});

test('mail and telephone links keep what makes them', () => {
  const fields = row({ mail: 'a+b@c.example', phone: '+49 (30) 123', q: 'a&b' });
  const html = merge('html', '<a href="mailto:{{mail}}?subject={{q}}"><a href="tel:{{phone}}">', fields);
  assert.equal(html, '<a href="mailto:a%2Bb@c.example?subject=a%26b"><a href="tel:+49%2830%29123">');
});

test('an ampersand of a link is escaped for its attribute, and plain in a style sheet', () => {
  const fields = row({ v: 'https://x.example/?a=1&b=2' });
  assert.equal(merge('html', '<a href="{{v}}">', fields), '<a href="https://x.example/?a=1&amp;b=2">');
  assert.equal(
    merge('html', '<style>a{background:url({{v}}) }</style>', fields),
    '<style>a{background:url(https://x.example/?a=1&b=2) }</style>',
  );
});

test('srcset takes links, each with its own beginning', () => {
  const fields = row({ a: 'https://x.example/1', b: 'https://x.example/2' });
  assert.equal(
    merge('html', '<img srcset="{{a}} 1x, {{b}} 2x">', fields),
    '<img srcset="https://x.example/1 1x, https://x.example/2 2x">',
  );
  assert.throws(
    () =>
      merge(
        'html',
        '<img srcset="{{a}} 1x, {{b}} 2x">',
        row({ a: 'https://x.example/1', b: 'javascript:x' }),
      ),
    UnmergeableRow,
  );
  assert.throws(() => merge('html', '<img srcset="https://x/ {{a}}">', fields), /sizes of a srcset/);
});

test('a style takes colours, lengths and names, and nothing that ends or calls', () => {
  const style = (value: string) => merge('html', '<p style="color:{{v}}">', row({ v: value }));
  for (const fine of [
    'red',
    '#ff00AA',
    'rgba(1, 2, 3, .5)',
    'hsl(120 50% 50% / 0.5)',
    '12.5px',
    '-1em',
    '50%',
    '1px solid red',
    'Café Sans',
  ]) {
    assert.equal(style(fine), `<p style="color:${fine}">`);
  }
  for (const bad of [
    'red;x:y',
    'expression(1)',
    'url(x)',
    'a"b',
    "a'b",
    'a/*',
    '}',
    '</style>',
    '\\65',
    'a:b',
    '@import',
    'r&gb',
    'red!important',
    'a\nb',
    'x'.repeat(300),
  ]) {
    assert.throws(() => style(bad), UnmergeableRow, bad);
    assert.throws(
      () => merge('html', '<style>p{color:{{v}} }</style>', row({ v: bad })),
      UnmergeableRow,
      bad,
    );
  }
});
