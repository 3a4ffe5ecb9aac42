// Escapes a recipient's value for the place in which it stands, so that it stays a value: never a tag, an attribute,
// a script, a header or another link. Knows the places of spot.ts; knows nothing of templates.

import { UnmergeableRow } from '../domain/errors.js';
import { encodeLinkPart, encodeLinkStart, UnfitLink } from './link.js';
import { toReadableText } from './plain-text.js';
import type { Spot } from './spot.js';
import { advance, BEGINNING } from './standing.js';

/**
 * Makes a value fit. The field's name is for the error.
 * @throws UnmergeableRow when the value cannot stand there.
 */
export type Escape = (value: string, field: string) => string;

/** The escaping that a place asks for. */
export function escapeFor(spot: Spot): Escape {
  switch (spot.in) {
    case 'plain':
      return clean;
    case 'header':
      return oneLine;
    case 'text':
    case 'attribute':
    case 'words':
      return spot.outlook ? (value) => guardComment(escapeMarkup(value)) : escapeMarkup;
    case 'style':
      return escapeStyle;
    case 'link':
      return linkEscape(spot);
  }
}

/**
 * The same for a field that may be HTML: as it is in a text of the HTML, and as text in the text part.
 * A sentence comes back where it can stand as neither.
 */
export function escapeRaw(spot: Spot): Escape | string {
  if (spot.in === 'plain') return rawAsText;
  if (spot.in === 'text' && !spot.outlook) return wholeHtml;
  return `a field that may be HTML stands as HTML in texts only, not in ${RAW_PLACES[spot.in]}; write it with two braces here`;
}

const RAW_PLACES = {
  text: "Outlook's conditional comments",
  attribute: 'an attribute',
  words: 'a title',
  style: 'a style',
  link: 'a link',
  header: 'a header',
} as const;

/** HTML that ended inside a tag or a comment would take what follows with it. */
function wholeHtml(value: string, field: string): string {
  const html = clean(value);
  const end = advance(BEGINNING.html, html);
  if (end.mode === 'text' && end.pending === '' && !end.outlook) return html;
  throw new UnmergeableRow(field, 'is HTML that ends inside a tag, a comment or a style');
}

function rawAsText(value: string, field: string): string {
  try {
    return toReadableText(clean(value));
  } catch (error) {
    if (error instanceof RangeError) throw new UnmergeableRow(field, 'is HTML of too many levels');
    throw error;
  }
}

// C0 and C1 controls other than tab, LF and CR say nothing in a message; a lone surrogate has no UTF-8.
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose.
const UNCLEAN = /[\0-\x08\v\f\x0e-\x1f\x7f-\x9f]|\p{Surrogate}/u;
const UNCLEAN_ALL = new RegExp(UNCLEAN, 'gu');

/** The value without characters that no message can carry. */
function clean(value: string): string {
  if (!UNCLEAN.test(value)) return value;
  return value.replace(UNCLEAN_ALL, (found) => (found >= '\ud800' ? '\ufffd' : ''));
}

/** One line for a header: every run of line breaks and tabs is one blank. */
export function oneLine(value: string): string {
  return clean(value.replace(/[\t\n\v\f\r\x85\u2028\u2029]+/g, ' '));
}

const MARKUP = /[&<>"'`]/;
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** For text and for quoted attributes alike. */
function escapeMarkup(value: string): string {
  const text = clean(value);
  return MARKUP.test(text) ? text.replace(/[&<>"'`]/g, (found) => ENTITIES[found]!) : text;
}

/** In a conditional comment no value may help to write the comment's end. */
function guardComment(escaped: string): string {
  return escaped.replace(/--|^-|-$/g, (found) => found.replaceAll('-', '&#45;'));
}

/** Colours, lengths, names and the functions that make colours: nothing that ends a declaration or calls for more. */
const STYLE_VALUE = /^(?:(?:rgb|hsl)a?\([0-9 .,%/-]*\)|[#\p{L}\p{N} .,%+-])*$/iu;

function escapeStyle(value: string, field: string): string {
  const text = value.trim();
  if (text.length > 200 || !STYLE_VALUE.test(text)) {
    throw new UnmergeableRow(field, 'is no colour, length or name that may stand in a style');
  }
  return text;
}

function linkEscape(spot: Extract<Spot, { in: 'link' }>): Escape {
  const encode = spot.begins
    ? (value: string) => encodeLinkStart(clean(value), spot.image)
    : (value: string) => encodeLinkPart(clean(value), spot.scheme);
  const wrap = wrapping(spot);
  return (value, field) => {
    try {
      return wrap(encode(value));
    } catch (error) {
      if (error instanceof UnfitLink) throw new UnmergeableRow(field, error.message);
      throw error;
    }
  };
}

/** Fits an encoded link into what surrounds it. */
function wrapping(spot: Extract<Spot, { in: 'link' }>): (link: string) => string {
  const guard = spot.outlook ? guardComment : (text: string) => text;
  switch (spot.within) {
    case 'bare':
      return (link) => link;
    case 'attribute':
      return (link) => guard(escapeMarkup(link));
    case 'style-attribute':
      return (link) => guard(escapeMarkup(forStyle(link)));
    case 'style-element':
      return forStyle;
  }
}

/** Quotes and brackets would end a style's `url(…)`. */
function forStyle(link: string): string {
  return link.replace(/['()]/g, (found) => `%${found.charCodeAt(0).toString(16)}`);
}
