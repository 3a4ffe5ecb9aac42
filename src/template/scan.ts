// Finds merge tags in a text, with the same idea of where a tag ends as Handlebars' own lexer:
// a `}}` inside a string, a [segment] or a comment ends nothing. Knows nothing of what a tag means.

/** What a tag does for the text around it. */
export type TagKind =
  /** Stands for a value: `{{first_name}}`, `{{default a "b"}}`, `{{{raw}}}`. */
  | 'value'
  /** Opens, divides or closes a block: `{{#if a}}`, `{{else}}`, `{{/if}}`. */
  | 'block'
  /** Says nothing: `{{! note }}`, `{{!-- note --}}`. */
  | 'comment'
  /** `\{{`: two braces that are meant as braces. */
  | 'braces'
  /** Partials, decorators and raw blocks, which templates here do not have. */
  | 'foreign';

export interface ScannedTag {
  readonly kind: TagKind;
  /** Offset of the first character: `{{`, or the backslash of `\{{`. */
  readonly start: number;
  /** Offset behind the last character; -1 when the tag is never closed. */
  readonly end: number;
}

/** The first tag at or behind `from`; undefined when there is none. */
export function nextTag(text: string, from: number): ScannedTag | undefined {
  const braces = text.indexOf('{{', from);
  if (braces < 0) return undefined;
  if (braces > from && text[braces - 1] === '\\' && !(braces - 1 > from && text[braces - 2] === '\\')) {
    return { kind: 'braces', start: braces - 1, end: braces + 2 };
  }
  return { kind: kindOf(text, braces), start: braces, end: endOf(text, braces) };
}

/**
 * How many backslashes before a tag are Handlebars' own: `\\{{x}}` is one backslash and a tag. The scanner leaves
 * them in the text before the tag; whoever takes tags out drops this many from its end.
 */
export function escapesBefore(text: string, tag: ScannedTag, from: number): number {
  return tag.kind !== 'braces' && tag.start - 2 >= from && text.startsWith('\\\\', tag.start - 2) ? 1 : 0;
}

function kindOf(text: string, start: number): TagKind {
  if (text.startsWith('{{{{', start)) return 'foreign';
  const inside = text.slice(start + 2, start + 200).replace(/^~/, '');
  if (inside.startsWith('!')) return 'comment';
  if (/^(?:>|\*|#\s*[>*])/.test(inside)) return 'foreign';
  return /^(?:[#/^]|\s*else(?![^\s~}]))/.test(inside) ? 'block' : 'value';
}

function endOf(text: string, start: number): number {
  const comment = /^\{\{~?!(--)?/.exec(text.slice(start, start + 6));
  if (comment) {
    const close = comment[1] ? /--~?\}\}/g : /\}\}/g;
    close.lastIndex = start + comment[0].length;
    const found = close.exec(text);
    return found ? found.index + found[0].length : -1;
  }
  const token = /"(?:\\"|[^"])*"|'(?:\\'|[^'])*'|\[(?:\\\]|[^\]])*\]|\}\}/g;
  token.lastIndex = start + 2;
  for (let found = token.exec(text); found; found = token.exec(text)) {
    if (found[0] !== '}}') continue;
    let end = found.index + 2;
    if (text.startsWith('{{{', start) && text[end] === '}') end++;
    return end;
  }
  return -1;
}
