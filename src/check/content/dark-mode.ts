// How well the text is read where a reader has dark mode on and the mail program follows the letter's own dark styles, as
// Apple Mail, Outlook for Mac and Samsung Email do. Programs that change colours by themselves are not foretold.
// Knows compiled HTML and the cascade as far as colours need it.

import { selectAll } from 'css-select';
import { type ChildNode, Element, Text } from 'domhandler';
import { parseDocument } from 'htmlparser2';
import postcss from 'postcss';
import type { Place } from '../../domain/errors.js';
import type { Find } from '../finding.js';
import type { AuthorFile } from './author-files.js';
import { type Colour, contrast, parseColour } from './colours.js';
import { shorten } from './links.js';

/** WCAG 2.2, 1.4.3: 4.5 for text, 3 for large text. Told below 3 only, which nobody calls readable. */
const READABLE = 3;

const DARK = /prefers-color-scheme\s*:\s*dark/i;

interface Painted {
  readonly value: string;
  readonly weight: number;
}

type Painting = Map<Element, { color?: Painted; background?: Painted }>;

/** Looks only at letters that have dark styles: without them, what a mail program does is its own choice. */
export function checkDarkMode(html: string, files: readonly AuthorFile[], find: Find): void {
  if (!DARK.test(html)) return;
  // Outlook for Windows alone reads the comments; merge tags are words like others.
  const covered = html.replace(/\{\{[\s\S]*?\}\}/g, (tag) =>
    (/^\{\{~?(?:[#/^!]|else\b)/.test(tag) ? ' ' : 'x').repeat(tag.length),
  );
  const tree = parseDocument(covered, { withStartIndices: true, withEndIndices: true });
  const painting: Painting = new Map();
  let order = 0;
  for (const [, css = ''] of covered.matchAll(/<style\b[^>]*>([\s\S]*?)<\/style/gi)) {
    let root: postcss.Root;
    try {
      root = postcss.parse(css);
    } catch {
      continue;
    }
    root.walkRules((rule) => {
      const media = rule.parent?.type === 'atrule' ? (rule.parent as postcss.AtRule) : undefined;
      if (media !== undefined && !(media.name === 'media' && DARK.test(media.params))) return;
      paint(rule, tree.children, painting, ++order);
    });
  }
  const told = new Set<string>();
  const WHITE = parseColour('#ffffff')!;
  const BLACK = parseColour('#000000')!;
  walk(tree.children, { text: BLACK, ground: WHITE }, painting, (node, text, ground) => {
    const words = html
      .slice(node.startIndex ?? 0, (node.endIndex ?? 0) + 1)
      .replace(/\s+/g, ' ')
      .trim();
    const ratio = contrast(text, ground);
    const pair = `${shown(text)} on ${shown(ground)}`;
    if (ratio >= READABLE || told.has(pair)) return;
    told.add(pair);
    find(
      'dark-contrast',
      placeOfWords(words, files),
      `In dark mode "${shorten(words)}" is ${pair}, a contrast of ${ratio.toFixed(1)} to 1: readers of Apple Mail and others that follow your dark styles hardly see it.`,
      'Give both its colour and its background in @media (prefers-color-scheme: dark), with !important; 4.5 to 1 is read well.',
    );
  });
}

/** What one rule does to the elements that it selects. A later or more particular one wins, `!important` before all. */
function paint(rule: postcss.Rule, nodes: ChildNode[], painting: Painting, order: number): void {
  const wanted = rule.nodes.filter(
    (node): node is postcss.Declaration =>
      node.type === 'decl' && /^(?:color|background|background-color)$/.test(node.prop),
  );
  if (wanted.length === 0) return;
  for (const selector of rule.selectors) {
    let selected: Element[];
    try {
      selected = selectAll<ChildNode, Element>(selector, nodes);
    } catch {
      continue;
    }
    for (const declaration of wanted) {
      const weight = (declaration.important ? 2e9 : 0) + specificity(selector) * 1e4 + order;
      for (const element of selected) {
        set(painting, element, declaration.prop === 'color' ? 'color' : 'background', {
          value: declaration.value,
          weight,
        });
      }
    }
  }
}

function set(painting: Painting, element: Element, what: 'color' | 'background', painted: Painted): void {
  const known = painting.get(element) ?? {};
  if ((known[what]?.weight ?? -1) <= painted.weight) known[what] = painted;
  painting.set(element, known);
}

/** Ids, then classes, attributes and pseudo-classes, then elements. */
function specificity(selector: string): number {
  const count = (pattern: RegExp) => selector.match(pattern)?.length ?? 0;
  return (
    count(/#[\w-]+/g) * 100 +
    count(/\.[\w-]+|\[[^\]]*\]|:(?!:)[\w-]+/g) * 10 +
    count(/(?:^|[\s>+~])[a-z][\w-]*/gi)
  );
}

interface Shade {
  /** Undefined where it cannot be told: behind a picture, or from a merge tag. */
  readonly text: Colour | undefined;
  readonly ground: Colour | undefined;
}

const SILENT = /^(?:head|style|script|title|template)$/;

function walk(
  nodes: readonly ChildNode[],
  around: Shade,
  painting: Painting,
  read: (node: Text, text: Colour, ground: Colour) => void,
): void {
  for (const node of nodes) {
    if (node instanceof Text) {
      const { text, ground } = around;
      if (/[\p{L}\p{N}]{2}/u.test(node.data) && text !== undefined && ground !== undefined)
        read(node, text, ground);
    } else if (node instanceof Element && !SILENT.test(node.name)) {
      if (/display\s*:\s*none/i.test(node.attribs.style ?? '')) continue;
      walk(node.children, shadeOf(node, around, painting), painting, read);
    }
  }
}

const INLINE = 1e9;

function shadeOf(element: Element, around: Shade, painting: Painting): Shade {
  const rules = painting.get(element) ?? {};
  const inline = inlineStyles(element.attribs.style ?? '');
  const wins = (rule: Painted | undefined, own: string | undefined) =>
    rule !== undefined && (own === undefined || rule.weight > INLINE) ? rule.value : own;
  const text = wins(rules.color, inline.color);
  const ground = wins(rules.background, inline.background) ?? element.attribs.bgcolor;
  return {
    text: text === undefined || text === 'inherit' ? around.text : parseColour(text),
    ground: ground === undefined ? around.ground : groundOf(ground, around.ground),
  };
}

/** The last of a style's own declarations counts; `background: url(…)` hides what the colour is. */
function inlineStyles(style: string): { color?: string; background?: string } {
  const found: { color?: string; background?: string } = {};
  for (const part of style.split(';')) {
    const at = part.indexOf(':');
    const name = part.slice(0, at).trim().toLowerCase();
    const value = part
      .slice(at + 1)
      .replace(/!important/i, '')
      .trim();
    if (name === 'color') found.color = value;
    if (name === 'background' || name === 'background-color') found.background = value;
  }
  return found;
}

function groundOf(value: string, around: Colour | undefined): Colour | undefined {
  if (/url\(|gradient\(/i.test(value)) return undefined;
  if (/^(?:transparent|none|inherit|initial)$/i.test(value.trim())) return around;
  return parseColour(value) ?? parseColour(value.trim().split(/\s+/)[0] ?? '');
}

function shown({ red, green, blue }: Colour): string {
  return `#${[red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/** The words as they stand in a file, or their beginning: MJML writes them on other lines, and the title is no place. */
function placeOfWords(words: string, files: readonly AuthorFile[]): Place {
  for (const piece of [words, words.slice(0, 24)]) {
    for (const file of files) {
      const body = Math.max(0, file.text.search(/<mj-body\b/i));
      const at = file.text.indexOf(piece, body);
      if (at >= 0) return file.placeOf(at);
    }
  }
  return files[0] === undefined ? {} : { file: files[0].path };
}
