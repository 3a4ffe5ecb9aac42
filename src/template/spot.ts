// What surrounds a merge tag at a place of a document, or why no tag can stand there; and how places behind the
// branches of a block meet. Knows the places of standing.ts; knows nothing of values or of escaping.

import { beginsLink, type LinkSoFar, linkAfterTag } from './link.js';
import { advance, holdsOf, type Standing } from './standing.js';

/** What surrounds a merge tag, and so decides how its value is escaped. */
export type Spot =
  /** No markup at all: a text part, or a header. */
  | { readonly in: 'plain' | 'header' }
  /** `words` is text in which entities count but tags do not: a title. */
  | { readonly in: 'text' | 'attribute' | 'words'; readonly outlook: boolean }
  | { readonly in: 'style'; readonly outlook: boolean }
  | {
      readonly in: 'link';
      /** The tag begins the link, and so decides where it leads. */
      readonly begins: boolean;
      readonly scheme: LinkSoFar['settled'];
      /** Something that is loaded, not followed. */
      readonly image: boolean;
      /** What the link itself stands in; `bare` is a link by itself. */
      readonly within: 'attribute' | 'style-attribute' | 'style-element' | 'bare';
      readonly outlook: boolean;
    };

/** What surrounds a tag that stands here, or why none can: a sentence. */
export function spotAt(s: Standing): Spot | string {
  const { outlook } = s;
  if (s.pending !== '') return 'a merge tag cannot stand in the middle of an HTML tag';
  switch (s.mode) {
    case 'plain':
    case 'header':
      return { in: s.mode };
    case 'text':
      return { in: 'text', outlook };
    case 'comment':
    case 'declaration':
      return 'a merge tag cannot stand in an HTML comment';
    case 'raw':
      if (s.attribute === 'style') return styleSpot(s);
      return /title$|^textarea$/.test(s.element)
        ? { in: 'words', outlook }
        : `a merge tag cannot stand in <${s.element}>`;
    case 'value':
      return valueSpot(s);
    case 'before-value':
      return `a merge tag that is the value of an attribute needs quotes around it: ${s.attribute}="{{…}}"`;
    default:
      return 'a merge tag cannot stand in the name of an HTML tag or attribute, or in the place of one';
  }
}

function valueSpot(s: Standing): Spot | string {
  if (s.attribute === '') return linkSpot(s, s.link!, 'bare', false);
  if (s.quote === '') {
    return `a merge tag that is part of an attribute needs quotes around the whole: ${s.attribute}="…"`;
  }
  if (s.attribute === 'style') return styleSpot(s);
  const holds = holdsOf(s);
  if (holds === 'code') return `a merge tag cannot stand in ${s.attribute}, which holds code`;
  if (holds === 'meta') return 'a merge tag cannot stand in the content of <meta>';
  if (!s.link) return { in: 'attribute', outlook: s.outlook };
  const image = !/href|action|cite|longdesc|ur[il]/.test(s.attribute) || s.attribute === 'background-url';
  return linkSpot(s, s.link, 'attribute', image);
}

function styleSpot(s: Standing): Spot | string {
  return s.link
    ? linkSpot(s, s.link, s.mode === 'raw' ? 'style-element' : 'style-attribute', true)
    : { in: 'style', outlook: s.outlook };
}

function linkSpot(
  s: Standing,
  link: LinkSoFar,
  within: Extract<Spot, { in: 'link' }>['within'],
  image: boolean,
): Spot | string {
  if (link.settled === 'code') return 'a merge tag cannot stand in a javascript:, vbscript: or data: link';
  if (link.settled === 'descriptor') return 'a merge tag cannot stand in the sizes of a srcset';
  if (link.settled === 'unsure') {
    return 'whether this merge tag begins the link depends on a block before it; put the whole link into each branch';
  }
  return { in: 'link', begins: beginsLink(link), scheme: link.settled, image, within, outlook: s.outlook };
}

/** The place behind a tag that stands here. */
export function passTag(s: Standing): Standing {
  return s.link ? { ...s, link: linkAfterTag(s.link) } : s;
}

/**
 * The place behind a block whose branches end at these two, or undefined when they end in different contexts.
 * Branches may differ in attributes written (`{{#if a}}selected{{/if}}`), and in how far a link has got.
 */
export function join(a: Standing, b: Standing): Standing | undefined {
  if (same(a, b)) return a;
  const left = betweenAttributes(a);
  const right = betweenAttributes(b);
  if (same(left, right)) return left;
  if (left.link && right.link) {
    const unsure: Standing = { ...left, link: { prefix: '', settled: 'unsure' } };
    if (same(unsure, { ...right, link: unsure.link })) return unsure;
  }
  return undefined;
}

/** True when both are the same place, as far as what follows is concerned. */
export function same(a: Standing, b: Standing): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** A name that was just read may be a tag's or an attribute's whole name, as far as the next branch cares. */
function betweenAttributes(standing: Standing): Standing {
  const s = /^<\/?[a-z]/i.test(standing.pending) ? advance(standing, ' ') : standing;
  return s.mode === 'attribute-name' || s.mode === 'after-name' ? { ...s, mode: 'tag', attribute: '' } : s;
}
