// What a reader sees of a message's HTML: its sentences, and where its links lead. Read by parse5.
// Knows HTML; knows nothing of templates.

import { type DefaultTreeAdapterMap, parse, defaultTreeAdapter as tree } from 'parse5';

type Node = DefaultTreeAdapterMap['node'];
type Element = DefaultTreeAdapterMap['element'];

const INLINE = new Set(['a', 'b', 'strong', 'em', 'i', 'span', 'u']);
const UNSEEN = new Set(['head', 'style', 'script', 'title']);

export interface Visible {
  readonly sentences: readonly string[];
  readonly links: readonly string[];
  /** The names of what is wrong with the HTML. */
  readonly errors: readonly string[];
}

export function readHtml(html: string): Visible {
  const errors: string[] = [];
  const onParseError = ({ code }: { code: string }) => errors.push(code);
  const links: string[] = [];
  let text = '';
  const walk = (node: Node): void => {
    if (tree.isTextNode(node)) text += node.value;
    if (!('childNodes' in node)) return;
    const element = node as Element;
    if (UNSEEN.has(element.tagName) || /display:\s*none/.test(attribute(element, 'style'))) return;
    if (element.tagName === 'a') links.push(attribute(element, 'href'));
    const apart = INLINE.has(element.tagName) ? '' : '\0';
    text += apart;
    for (const child of element.childNodes) walk(child);
    text += apart;
  };
  walk(parse(html, { onParseError }));
  const sentences = text
    .split('\0')
    .flatMap((piece) =>
      piece
        .replace(/\s+/g, ' ')
        .trim()
        .split(/(?<=[.!?]) /),
    )
    .filter((sentence) => sentence !== '');
  return { sentences, links, errors };
}

function attribute(element: Element, name: string): string {
  return element.attrs?.find((each) => each.name === name)?.value ?? '';
}
