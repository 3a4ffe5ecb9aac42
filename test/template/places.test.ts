// Where a tag may stand: a place where no value can be made safe is refused, and branches meet in one place.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MailblastError } from '../../src/domain/errors.js';
import { merge, row } from './rows.js';

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

test("no value helps to write the end of Outlook's comment", () => {
  const source = '<!--[if mso]>{{v}}>{{v}}-><i alt="{{v}}>"></i><a href="https://x/{{v}}>"></a><![endif]-->';
  for (const value of ['--', '-', '--!', 'a-', '---']) {
    const html = merge('html', source, row({ v: value }));
    assert.equal(html.indexOf('-->'), html.length - 3, html);
    assert.doesNotMatch(html, /--!>/);
  }
});

test("no value ends a style's link", () => {
  for (const source of [
    `<p style="background:url('{{v}}')">`,
    '<p style="background:url({{v}})">',
    '<p style="background:url(&quot;{{v}}&quot;)">',
    "<style>p{background:url('{{v}}')}</style>",
  ]) {
    const html = merge('html', source, row({ v: `https://x.example/');x:url("//evil` }));
    assert.ok(html.includes('https://x.example/%27%29;x:url%28%22//evil'), html);
  }
});

test('a link whose rounds would each begin it is refused', () => {
  const rounds = () =>
    merge('html', '<a href="{{#each v}}{{this}}{{/each}}">', row({ v: '[]' }), { jsonColumns: ['v'] });
  assert.throws(rounds, /depends on a block before it/);
});
