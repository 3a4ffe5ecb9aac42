// Blanks that nobody sees are folded, blanks that somebody sees stay.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldHtml } from '../../src/template/fold.js';

const fold = (html: string) => foldHtml(html, (comment) => comment.includes('keep'));

test('runs of blanks become one blank or one line break, and words stay apart', () => {
  assert.equal(fold('<p>\n\n   a  b\n   <b>c</b>   <i>d</i>\n</p>'), '<p>\na b\n<b>c</b> <i>d</i>\n</p>\n');
  assert.equal(fold('<b>a</b><b>b</b>'), '<b>a</b><b>b</b>\n');
  assert.equal(fold('<p>a\u00a0\u00a0b</p>'), '<p>a\u00a0\u00a0b</p>\n');
});

test('blanks between attributes are folded, those in values stay', () => {
  assert.equal(
    fold('<td\n   align="center"\n  title="a  > b"  ><br  /></td  >'),
    '<td align="center" title="a  > b"><br /></td>\n',
  );
});

test('pre, textarea, script and white-space styles keep their blanks', () => {
  for (const html of ['<pre>a\n  b</pre>', '<textarea>\n  x</textarea>', '<script>\n  x</script>'])
    assert.equal(fold(html), `${html}\n`);
  assert.equal(
    fold('<p style="white-space: pre-wrap">a\n   b</p>  <p>'),
    '<p style="white-space: pre-wrap">a\n   b</p> <p>\n',
  );
});

test('style sheets lose their indentation, not the blanks in their strings', () => {
  assert.equal(
    fold('<style type="text/css">\n    a  { content:"x  y";\n      b: c }\n</style>'),
    '<style type="text/css">\na { content:"x  y";\nb: c }\n</style>\n',
  );
});

test("comments go, but for Outlook's and those that are wanted", () => {
  const kept = '<!--[if mso | IE]><td><![endif]--><!--[if !mso]><!--><p></p><!--<![endif]--><!--keep-->';
  assert.equal(fold(`a  <!-- gone -->  b<!--x-->${kept}`), `a b${kept}\n`);
  assert.equal(
    fold('<!--[if mso]>\n\n  <td\n  a="b" >  <![endif]-->'),
    '<!--[if mso]>\n<td a="b"> <![endif]-->\n',
  );
});
