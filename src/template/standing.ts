// Where in an HTML document one stands after reading part of it: in text, in an attribute, in a link, in a style.
// Reads HTML as mail programs do (WHATWG tokenizer states, plus Outlook's conditional comments, whose content is HTML
// to Outlook). Knows nothing of merge tags' values or of escaping.

import { advanceLink, LINK_START, type LinkSoFar } from './link.js';

type Mode =
  | 'plain'
  | 'header'
  | 'text'
  | 'comment'
  | 'declaration'
  | 'tag'
  | 'attribute-name'
  | 'after-name'
  | 'before-value'
  | 'value'
  | 'raw';

/** A place between two characters of a document. Values of this type are compared, so they hold no history. */
export interface Standing {
  readonly mode: Mode;
  /** Name of the tag being read, or of the element whose raw content is read. Lower case. */
  readonly element: string;
  readonly closing: boolean;
  readonly attribute: string;
  /** `"`, `'`, or empty for an unquoted value. */
  readonly quote: string;
  readonly link: LinkSoFar | undefined;
  /** Inside `url(…)` of a style: what ends it. */
  readonly linkEnd: string;
  /** Inside a conditional comment: Outlook reads this as HTML, others as a comment. */
  readonly outlook: boolean;
  /** Text that may be the beginning of a tag or comment: not decided yet. */
  readonly pending: string;
}

const NOWHERE: Standing = {
  mode: 'text',
  element: '',
  closing: false,
  attribute: '',
  quote: '',
  link: undefined,
  linkEnd: '',
  outlook: false,
  pending: '',
};

/** Where documents of each kind begin. */
export const BEGINNING = {
  html: NOWHERE,
  text: { ...NOWHERE, mode: 'plain' },
  header: { ...NOWHERE, mode: 'header' },
  url: { ...NOWHERE, mode: 'value', link: LINK_START },
} satisfies Record<string, Standing>;

/** Elements whose content is not markup. MJML's own are among them, so that sources can be read too. */
const RAW = new Set([
  'title',
  'textarea',
  'mj-title',
  'style',
  'mj-style',
  'script',
  'xmp',
  'iframe',
  'noembed',
  'noframes',
]);

const LINKS =
  /^(?:href|src|action|formaction|background|background-url|cite|poster|longdesc|data|icon|manifest)$/;

/** The place after more literal text. */
export function advance(from: Standing, text: string): Standing {
  if (from.mode === 'plain' || from.mode === 'header') return from;
  let s: Standing = from;
  let rest = text;
  if (from.pending !== '') {
    rest = from.pending + text;
    s = { ...from, pending: '' };
  }
  while (rest !== '') {
    const [next, consumed] = step(s, rest);
    s = next;
    rest = rest.slice(consumed);
  }
  return s;
}

/** Reads one token, or what is left: the place behind it, and how many characters it took. */
function step(s: Standing, rest: string): readonly [Standing, number] {
  switch (s.mode) {
    case 'plain':
    case 'header':
      return [s, rest.length];
    case 'text':
      return stepText(s, rest);
    case 'comment':
      return until(s, rest, /--!?>/);
    case 'declaration':
      return until(s, rest, />/);
    case 'raw':
      return stepRaw(s, rest);
    case 'value':
      return stepValue(s, rest);
    default:
      return stepTag(s, rest);
  }
}

function until(s: Standing, rest: string, end: RegExp): readonly [Standing, number] {
  const found = end.exec(rest);
  return found ? [{ ...s, mode: 'text' }, found.index + found[0].length] : [s, rest.length];
}

function stepText(s: Standing, rest: string): readonly [Standing, number] {
  const open = rest.indexOf('<');
  if (open < 0) return [s, rest.length];
  if (open > 0) return [s, open];
  const revealed = /^<!--\[if[^\]]*\]>(?:<!)?-->/i.exec(rest);
  if (revealed) return [s, revealed[0].length];
  const conditional = /^<!--\[if[^>]*\]>/i.exec(rest);
  if (conditional) {
    const undecided =
      rest.length < conditional[0].length + 5 && '<!-->'.startsWith(rest.slice(conditional[0].length));
    if (undecided && rest.length > conditional[0].length) return [{ ...s, pending: rest }, rest.length];
    return [{ ...s, outlook: true }, conditional[0].length];
  }
  const ended = /^<!\[endif\]-->/i.exec(rest);
  if (ended) return [{ ...s, outlook: false }, ended[0].length];
  if (/^<(?:!(?:-(?:-\[[^>]*)?)?|!\[[^>]*|\/?(?:[a-z][^\s/>]*)?)$/i.test(rest)) {
    return [{ ...s, pending: rest }, rest.length];
  }
  if (/^<!--/.test(rest)) {
    const empty = /^<!---?>/.exec(rest);
    return empty ? [s, empty[0].length] : [{ ...s, mode: 'comment' }, 4];
  }
  if (/^<[!?]/.test(rest)) return [{ ...s, mode: 'declaration' }, 2];
  const tag = /^<(\/?)([a-z][^\s/>]*)/i.exec(rest);
  if (!tag) return [s, 1];
  return [{ ...s, mode: 'tag', closing: tag[1] === '/', element: tag[2]!.toLowerCase() }, tag[0].length];
}

function stepTag(s: Standing, rest: string): readonly [Standing, number] {
  const blank = /^\s+/.exec(rest);
  if (blank) return [s.mode === 'attribute-name' ? { ...s, mode: 'after-name' } : s, blank[0].length];
  const first = rest[0]!;
  if (s.mode === 'before-value') {
    if (first === '"' || first === "'") return [openValue(s, first), 1];
    if (first !== '>') return [openValue(s, ''), 0];
  }
  if (first === '>') return [closeTag(s), 1];
  if (first === '=' && (s.mode === 'attribute-name' || s.mode === 'after-name')) {
    return [{ ...s, mode: 'before-value' }, 1];
  }
  // MJML closes its own elements with a slash, and so does XML; in HTML the slash says nothing.
  if (first === '/') return [{ ...s, mode: 'tag', closing: s.closing || s.element.startsWith('mj-') }, 1];
  const name = /^[^\s/>=]+|^=/.exec(rest)![0];
  const attribute = (s.mode === 'attribute-name' ? s.attribute : '') + name.toLowerCase();
  return [{ ...s, mode: 'attribute-name', attribute }, name.length];
}

function closeTag(s: Standing): Standing {
  const raw = !s.closing && RAW.has(s.element);
  const holds = raw && /style$/.test(s.element) ? 'style' : '';
  return {
    ...NOWHERE,
    outlook: s.outlook,
    mode: raw ? 'raw' : 'text',
    element: raw ? s.element : '',
    attribute: holds,
  };
}

function openValue(s: Standing, quote: string): Standing {
  const holds = holdsOf(s);
  return { ...s, mode: 'value', quote, link: holds === 'link' || holds === 'links' ? LINK_START : undefined };
}

function stepValue(s: Standing, rest: string): readonly [Standing, number] {
  if (s.attribute === '') return [readValue(s, rest), rest.length];
  const end = s.quote === '' ? rest.search(/[\s>]/) : rest.indexOf(s.quote);
  if (end < 0) return [readValue(s, rest), rest.length];
  const after: Standing = { ...s, mode: 'tag', attribute: '', quote: '', link: undefined, linkEnd: '' };
  return [after, s.quote === '' ? end : end + 1];
}

function stepRaw(s: Standing, rest: string): readonly [Standing, number] {
  const end = new RegExp(`</${s.element}(?=[\\s/>])`, 'i').exec(rest);
  if (end) {
    return [
      { ...s, mode: 'tag', closing: true, attribute: '', link: undefined, linkEnd: '' },
      end.index + end[0].length,
    ];
  }
  const tail = /<\/?[a-z-]*$/i.exec(rest);
  const undecided = tail && `</${s.element}`.startsWith(tail[0].toLowerCase()) ? tail[0] : '';
  const read = rest.slice(0, rest.length - undecided.length);
  return [{ ...(read === '' ? s : readValue(s, read)), pending: undecided }, rest.length];
}

/** What an attribute's value is made of. */
export type Holds = 'words' | 'link' | 'links' | 'style' | 'code' | 'meta';

export function holdsOf(s: Standing): Holds {
  const name = s.attribute.replace(/^(?:data-|xlink:)/, '');
  if (name === 'style') return 'style';
  if (/^on/.test(name) || name === 'srcdoc') return 'code';
  if (name === 'srcset' || name === 'imagesrcset') return 'links';
  if (s.element === 'meta' && name === 'content') return 'meta';
  return LINKS.test(name) || /src|ur[il]/.test(name) ? 'link' : 'words';
}

function readValue(s: Standing, text: string): Standing {
  if (s.attribute === 'style') return readStyle(s, text);
  return s.link ? { ...s, link: advanceLink(s.link, text, holdsOf(s) === 'links') } : s;
}

function readStyle(from: Standing, text: string): Standing {
  let s = from;
  let rest = text;
  while (rest !== '') {
    if (s.link) {
      const end = rest.indexOf(s.linkEnd);
      if (end < 0) return { ...s, link: advanceLink(s.link, rest, false) };
      s = { ...s, link: undefined, linkEnd: '' };
      rest = rest.slice(end + 1);
    } else {
      const open = /url\(\s*(&quot;|&#39;|["']|)/i.exec(rest);
      if (!open) return s;
      s = { ...s, link: LINK_START, linkEnd: open[1] || ')' };
      rest = rest.slice(open.index + open[0].length);
    }
  }
  return s;
}
