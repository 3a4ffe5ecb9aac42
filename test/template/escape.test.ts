// Hostile values: whatever a row holds, it is read back as that value, where it was merged, and as nothing else.
// HTML is read by parse5, which is not ours and reads as browsers do.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import { MailblastError, UnmergeableRow } from '../../src/domain/errors.js';
import { merge, row } from './rows.js';

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</style><script>',
  '</title></textarea><b>',
  '--><b>',
  '--!><b>',
  '-',
  '->',
  '<![endif]--><b>',
  ']]><b>',
  'javascript:alert(1)',
  ' JaVaScRiPt:alert(1)',
  'java\tscript:alert(1)',
  'java\nscript:alert(1)',
  '&#106;avascript:alert(1)',
  'javascript&colon;alert(1)',
  '\u0001javascript:alert(1)',
  'data:text/html,<b>',
  'vbscript:x',
  '//evil.example/x',
  '\\\\evil.example',
  '`onerror=`',
  '{{city}} {{{x}}} {{#if}}',
  '\u2028\u2029 \u202e \u2066',
  '\0\b\x1b[31m',
  '\ud800 lone',
  'a&b&amp;c&#60;',
  'expression(alert(1))',
  'red;background:url(//evil.example)',
  'url(javascript:alert(1))',
  '</a href="x">',
];

/** What no message can carry is taken out before anything else. */
const carried = (value: string) => value.replace(UNCARRIED, '').replace(/\p{Surrogate}/gu, '\ufffd');
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters in question.
const UNCARRIED = /[\0-\x08\v\f\x0e-\x1f\x7f-\x9f]/g;
/** HTML reads CR and CRLF as LF. */
const asHtmlReads = (value: string) => carried(value).replace(/\r\n?/g, '\n');

type Node = DefaultTreeAdapterTypes.Node;

/** Element and attribute names in their order, texts and values apart. */
function shape(html: string): {
  readonly names: string;
  readonly values: string[];
  readonly comments: string[];
} {
  const names: string[] = [];
  const values: string[] = [];
  const comments: string[] = [];
  const visit = (node: Node): void => {
    if (node.nodeName === '#text') values.push((node as DefaultTreeAdapterTypes.TextNode).value);
    else if (node.nodeName === '#comment') comments.push((node as DefaultTreeAdapterTypes.CommentNode).data);
    else names.push(node.nodeName);
    for (const attribute of (node as Partial<DefaultTreeAdapterTypes.Element>).attrs ?? []) {
      names.push(`@${attribute.name}`);
      values.push(attribute.value);
    }
    for (const child of (node as Partial<DefaultTreeAdapterTypes.ParentNode>).childNodes ?? []) visit(child);
    names.push('/');
  };
  visit(parse(html));
  return { names: names.join(' '), values, comments };
}

const WORDS =
  '<!doctype html><html><head><title>t {{v}}</title></head><body title="a {{v}} b" data-x=\'{{v}}\'>' +
  '<p>x{{v}}y</p><textarea>{{v}}</textarea><!--[if mso]><td title="{{v}}">o{{v}}</td><![endif]--><i alt="{{v}}">z</i></body></html>';

function readBack(value: string): void {
  const benign = shape(merge('html', WORDS, row({ v: 'benign' })));
  const html = merge('html', WORDS, row({ v: value }));
  const read = shape(html);
  assert.equal(read.names, benign.names, html);
  const want = asHtmlReads(value);
  assert.deepEqual(
    read.values,
    benign.values.map((text) => text.replace('benign', () => want)),
  );
  // To Outlook the conditional comment is HTML, to others it stays one comment.
  assert.equal(read.comments.length, 1);
  const outlook = shape(`<table><tr>${read.comments[0]!.replace('[if mso]>', '').replace('<![endif]', '')}`);
  const calm = shape(`<table><tr>${benign.comments[0]!.replace('[if mso]>', '').replace('<![endif]', '')}`);
  assert.equal(outlook.names, calm.names);
  assert.deepEqual(
    outlook.values,
    calm.values.map((text) => text.replace('benign', () => want)),
  );
}

test('a hostile value in text, attribute, title or conditional comment is read back as itself', () => {
  for (const value of HOSTILE) if (value.trim() !== '' && carried(value) !== '') readBack(value);
});

test('any value in text, attribute, title or conditional comment is read back as itself', () => {
  const pieces = fc.constantFrom(
    '<',
    '>',
    '"',
    "'",
    '&',
    '-',
    '--',
    '!',
    '/',
    '`',
    '{{',
    '}}',
    ';',
    '=',
    ' ',
    'b',
    '\\',
    'ü',
    '😀',
    '\u2028',
  );
  // A textarea drops a first line break, so values begin with a letter here.
  const value = fc
    .array(fc.oneof(pieces, fc.string({ unit: 'binary' })), { maxLength: 8 })
    .map((parts) => `v${parts.join('')}`);
  fc.assert(fc.property(value, readBack), { numRuns: 300 });
});

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

function refused(source: string, sentence: RegExp): void {
  const named = (error: unknown) =>
    error instanceof MailblastError && error.place.line === 1 && sentence.test(error.message);
  assert.throws(() => merge('html', source, row({ v: 'x', w: 'y' })), named, source);
}

test('a tag is refused where no value can be made safe', () => {
  refused('<p title={{v}}>', /needs quotes around it: title=/);
  refused('<p title=a{{v}}>', /needs quotes/);
  refused('<{{v}}>', /middle of an HTML tag/);
  refused('</{{v}}>', /middle of an HTML tag/);
  refused('<p{{v}}>', /middle of an HTML tag/);
  refused('<p {{v}}>', /name of an HTML tag or attribute/);
  refused('<p {{v}}="x">', /name of an HTML tag or attribute/);
  refused('<p da{{v}}="x">', /name of an HTML tag or attribute/);
  refused('<script>{{v}}</script>', /in <script>/);
  refused('<p onclick="f({{v}})">', /onclick, which holds code/);
  refused('<iframe srcdoc="{{v}}">', /srcdoc, which holds code/);
  refused('<a href="javascript:f({{v}})">', /javascript:/);
  refused('<img src="data:image/png;base64,{{v}}">', /data: link/);
  refused('<meta http-equiv="refresh" content="0;url={{v}}">', /content of <meta>/);
  refused('<!-- {{v}} -->', /HTML comment/);
  refused('<style>a{}</sty{{v}}', /middle of an HTML tag/);
});

test('a block whose branches end in different places is refused at its line', () => {
  refused('<p title="{{#if v}}a"{{/if}}>', /\{\{#if\}\} cannot be escaped safely/);
  refused('<p {{#if v}}title="{{/if}}">', /cannot be escaped safely/);
  refused('{{#if v}}<style>{{/if}}{{w}}', /cannot be escaped safely/);
  refused('{{#if v}}<!--[if mso]>{{/if}}x', /cannot be escaped safely/);
  refused('<a href="{{#if v}}https://x/{{/if}}{{w}}">', /depends on a block before it/);
  assert.throws(
    () => merge('html', '<p title="{{#each v}}a"{{/each}}>', row({ v: '[]' }), { jsonColumns: ['v'] }),
    /a round of it ends in another place/,
  );
});

test('blocks may hold whole attributes, whole links and whole tags', () => {
  const fields = row({ v: 'x', link: 'https://x.example/' });
  const fine = (source: string, html: string) => assert.equal(merge('html', source, fields), html);
  fine('<p {{#if v}}hidden{{/if}} class="a">{{v}}', '<p hidden class="a">x');
  fine('<p{{#if v}} title="{{v}}"{{/if}}>', '<p title="x">');
  fine('<a href="{{#if v}}{{link}}{{else}}https://y.example/{{/if}}">', '<a href="https://x.example/">');
  fine('<p style="{{#if v}}color:{{v}};{{/if}}margin:{{v}}">', '<p style="color:x;margin:x">');
  fine('{{#if v}}<b>{{/if}}{{v}}{{#if v}}</b>{{/if}}', '<b>x</b>');
});

test("Outlook's conditional comments are HTML, those that others read are comments around HTML", () => {
  const fields = row({ v: '"<' });
  const revealed = '<!--[if !mso]><!--><p title="{{v}}">{{v}}</p><!--<![endif]-->{{v}}';
  assert.equal(merge('html', revealed, fields), revealed.replaceAll('{{v}}', '&quot;&lt;'));
  assert.throws(() => merge('html', '<!--[if mso]><p title={{v}}><![endif]-->', fields), /needs quotes/);
});
