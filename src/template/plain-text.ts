// Makes the text part of a newsletter from its HTML. The only file that knows html-to-text.
// Knows how MJML lays out its tables; knows nothing of merge tags but that they are words which must not be broken.

import { compile, type FormatCallback } from 'html-to-text';

/** As RFC 5322 2.1.1 likes lines to be. Longer words, links above all, are not broken. */
const WIDTH = 78;

type Element = Parameters<FormatCallback>[0];

/** A link as RFC 3986 Appendix C sets it off in plain text: `Read on <https://…>`. */
const link: FormatCallback = (element, walk, builder) => {
  let shown = '';
  builder.pushWordTransform((word) => {
    shown += word;
    return word;
  });
  walk(element.children, builder);
  builder.popWordTransform();
  const href = String(element.attribs?.href ?? '').trim();
  const address = href.replace(/^(?:mailto|tel):/i, '');
  const said = shown === address || shown === href || `https://${shown}` === href.replace(/\/$/, '');
  if (href === '' || href.startsWith('#') || said) return;
  builder.addInline(`${shown === '' ? '' : ' '}<${address}>`, { noWordTransform: true });
};

/** An image is what it says it is. */
const image: FormatCallback = (element, _walk, builder) => {
  builder.addInline(String(element.attribs?.alt ?? ''));
};

/** A row of a layout is a paragraph, a row of a table of data a line. */
const row: FormatCallback = (element, walk, builder) => {
  const breaks = holdsData(element) ? 1 : 2;
  builder.openBlock({ leadingLineBreaks: breaks });
  walk(element.children, builder);
  builder.closeBlock({ trailingLineBreaks: breaks });
};

const cell: FormatCallback = (element, walk, builder) => {
  walk(element.children, builder);
  const last = !siblings(element).some((other) => /^t[dh]$/.test(other.name ?? ''));
  if (holdsData(element) && !last) builder.addInline(' | ', { noWordTransform: true });
};

/** MJML marks the tables that only lay out. */
function holdsData(element: Element): boolean {
  let table: Element | null | undefined = element;
  while (table && table.name !== 'table') table = table.parent;
  return table?.attribs?.role !== 'presentation';
}

function siblings(element: Element): Element[] {
  const all: Element[] = element.parent?.children ?? [];
  return all.slice(all.indexOf(element) + 1);
}

const paragraph = { leadingLineBreaks: 2, trailingLineBreaks: 2 };
const heading = { ...paragraph, uppercase: false };

const convert = compile({
  wordwrap: WIDTH,
  formatters: { link, image, row, cell },
  selectors: [
    // The preheader, and whatever else is hidden.
    { selector: '*[style*="display:none"]', format: 'skip' },
    { selector: '*[style*="display: none"]', format: 'skip' },
    { selector: 'a', format: 'link' },
    { selector: 'img', format: 'image' },
    { selector: 'table', format: 'block', options: { leadingLineBreaks: 1, trailingLineBreaks: 1 } },
    { selector: 'tr', format: 'row' },
    { selector: 'td', format: 'cell' },
    { selector: 'th', format: 'cell' },
    { selector: 'div', format: 'block', options: { leadingLineBreaks: 1, trailingLineBreaks: 1 } },
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({
      selector,
      format: 'heading',
      options: heading,
    })),
    { selector: 'p', format: 'paragraph', options: paragraph },
    { selector: 'ul', format: 'unorderedList', options: { ...paragraph, itemPrefix: '- ' } },
  ],
});

/**
 * The text of an HTML document: links behind their words, images by what they say, no hidden preheader, nothing that
 * only Outlook sees. `blocks` finds words that stand for block tags: they keep their places, and blank lines stand
 * before them, not behind, so that a block left out leaves no gap.
 */
export function toPlainText(html: string, blocks: RegExp): string {
  const written = convert(html).trim();
  const lines: string[] = [];
  // True at the beginning and behind a blank line, block tags passed over.
  let gap = true;
  for (const raw of written.split('\n')) {
    // Empty cells at the end of a row say nothing.
    const line = raw.replace(/(?:\s*\|)+\s*$/, '').trimEnd();
    if (line !== '' && line.replace(blocks, '').trim() === '') {
      // Handlebars takes out the line of a tag that has it to itself.
      lines.push(...line.match(blocks)!);
    } else if (line === '') {
      if (!gap) lines.push('');
      gap = true;
    } else if (!gap || !/^<\S+>$/.test(line) || !saidWithWords(written, line)) {
      lines.push(line);
      gap = false;
    }
  }
  return `${lines.join('\n').trim()}\n`;
}

/** A piece of HTML as text, links behind their words. */
export function toReadableText(html: string): string {
  return convert(html).trim();
}

/** One line of HTML text, such as a title, as plain text. */
export function decodeText(html: string): string {
  return titleOf(html).trim();
}

const titleOf = compile({ wordwrap: false, selectors: [{ selector: '*', format: 'inline' }] });

/** True when words lead to the link somewhere: then the picture beside them need not be told. */
function saidWithWords(text: string, link: string): boolean {
  return text.split('\n').some((line) => line.includes(link) && line.trim() !== link);
}
