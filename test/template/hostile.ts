// Values that want to be more than values, and HTML read by parse5, which is not ours and reads as browsers do.

import { type DefaultTreeAdapterTypes, parse } from 'parse5';

export const HOSTILE = [
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
export const carried = (value: string) => value.replace(UNCARRIED, '').replace(/\p{Surrogate}/gu, '\ufffd');
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters in question.
const UNCARRIED = /[\0-\x08\v\f\x0e-\x1f\x7f-\x9f]/g;
/** HTML reads CR and CRLF as LF. */
export const asHtmlReads = (value: string) => carried(value).replace(/\r\n?/g, '\n');

type Node = DefaultTreeAdapterTypes.Node;

/** Element and attribute names in their order, texts and values apart. */
export function shape(html: string): {
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
