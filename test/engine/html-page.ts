// The HTML part as a reader's program sees it, by parse5, which reads as browsers do; and as Outlook sees it, to which
// conditional comments are HTML. Knows nothing of how it was made.

import { type DefaultTreeAdapterTypes, parse } from 'parse5';

type Node = DefaultTreeAdapterTypes.Node;
type Element = DefaultTreeAdapterTypes.Element;

export class HtmlPage {
  readonly #root: Node;

  constructor(html: string) {
    this.#root = parse(html);
  }

  /** The same document as Outlook reads it. */
  static asOutlook(html: string): HtmlPage {
    return new HtmlPage(html.replace(/<!--\[if [^\]]*\]>(?:<!-->|-->)?|(?:<!--)?<!\[endif\]-->/g, ''));
  }

  /** Names of elements and attributes in their order, and where there are comments: all that a value must not change. */
  get shape(): string {
    const names: string[] = [];
    for (const node of this.#nodes()) {
      if (node.nodeName === '#comment') names.push('#comment');
      if ('tagName' in node)
        names.push([node.tagName, ...node.attrs.map(({ name }) => `@${name}`)].join(' '));
    }
    return names.join('\n');
  }

  /** What the page's comments hold. */
  get comments(): string[] {
    return [...this.#nodes()].flatMap((node) =>
      node.nodeName === '#comment' ? [(node as DefaultTreeAdapterTypes.CommentNode).data] : [],
    );
  }

  /** All text of the only element of that name or with that id (`#here`). */
  text(which: string): string {
    return textOf(this.#element(which));
  }

  /** The attribute's value, references resolved. */
  attribute(which: string, name: string): string {
    const found = this.#element(which).attrs.find((attribute) => attribute.name === name);
    if (found === undefined) throw new Error(`${which} has no attribute ${name}`);
    return found.value;
  }

  /** Values of every attribute of that name. */
  attributes(name: string): string[] {
    return [...this.#nodes()].flatMap((node) =>
      'tagName' in node ? node.attrs.filter((each) => each.name === name).map(({ value }) => value) : [],
    );
  }

  #element(which: string): Element {
    const is = (node: Element) =>
      which.startsWith('#')
        ? node.attrs.some(({ name, value }) => name === 'id' && value === which.slice(1))
        : node.tagName === which;
    const found = [...this.#nodes()].filter((node): node is Element => 'tagName' in node && is(node));
    if (found.length !== 1) throw new Error(`there are ${found.length} elements ${which}`);
    return found[0]!;
  }

  *#nodes(from: Node = this.#root): IterableIterator<Node> {
    yield from;
    for (const child of 'childNodes' in from ? from.childNodes : []) yield* this.#nodes(child);
  }
}

function textOf(node: Node): string {
  if (node.nodeName === '#text') return (node as DefaultTreeAdapterTypes.TextNode).value;
  return 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';
}
