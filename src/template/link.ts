// Links that hold merge tags: how far the part before a tag has got, and what a value may be there.
// Knows RFC 3986 and which schemes a newsletter may link to; knows nothing of HTML.

/** How far a link has got before a tag: its literal beginning, and what that settles. */
export interface LinkSoFar {
  /** Literal text, until it settles what the link is. */
  readonly prefix: string;
  /** Undefined while the link may still become anything. `unsure`: it began differently in different branches. */
  readonly settled: 'ordinary' | 'mailto' | 'tel' | 'code' | 'descriptor' | 'unsure' | undefined;
}

export const LINK_START: LinkSoFar = { prefix: '', settled: undefined };

/** The link after more literal text. `srcset` is a list of links with a size behind each. */
export function advanceLink(link: LinkSoFar, text: string, srcset: boolean): LinkSoFar {
  if (srcset) {
    const whole = link.settled === undefined ? link.prefix + text : text;
    const comma = whole.lastIndexOf(',');
    const last = /^\s/.test(whole.slice(comma + 1)) || comma < 0 ? whole.slice(comma + 1) : whole;
    if (last !== whole) return advanceLink(LINK_START, last, true);
    if (/\S\s/.test(whole) || (link.settled !== undefined && /\s/.test(text))) {
      return { prefix: '', settled: 'descriptor' };
    }
  }
  if (link.settled !== undefined) return link;
  const prefix = link.prefix + text;
  const scheme = /^\s*([a-z][a-z0-9+.-]*):/i.exec(prefix)?.[1]?.toLowerCase();
  if (scheme === 'mailto' || scheme === 'tel') return { prefix: '', settled: scheme };
  if (scheme === 'javascript' || scheme === 'vbscript' || scheme === 'data') {
    return { prefix: '', settled: 'code' };
  }
  if (scheme !== undefined || /[/?#]/.test(prefix)) return { prefix: '', settled: 'ordinary' };
  return { prefix, settled: undefined };
}

/** The link after a tag. */
export function linkAfterTag(link: LinkSoFar): LinkSoFar {
  return { prefix: '', settled: link.settled ?? 'ordinary' };
}

/** True when a tag standing here begins the link, and so decides where it leads. */
export function beginsLink(link: LinkSoFar): boolean {
  return link.settled === undefined && link.prefix.trim() === '';
}

/** A value that cannot be a link, or part of one, and why: a sentence part. */
export class UnfitLink extends Error {}

/**
 * A value that begins a link, as it goes out: characters that no link may hold are percent-encoded, a host beyond
 * ASCII becomes A-labels, the rest stays as it is. A blank value stays blank.
 * @throws UnfitLink when it is no http, https, mailto or tel link (for an image: http, https or cid).
 */
export function encodeLinkStart(value: string, image: boolean): string {
  const link = value.trim();
  if (link === '') return '';
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(link)?.[1]?.toLowerCase();
  if (scheme === 'http' || scheme === 'https') return encodeReserved(asciiHost(link));
  if (image ? scheme === 'cid' : scheme === 'mailto' || scheme === 'tel') return encodeReserved(link);
  const allowed = image ? 'http:, https: or cid:' : 'http:, https:, mailto: or tel:';
  if (scheme === undefined) throw new UnfitLink(`is not a link that begins with ${allowed}`);
  throw new UnfitLink(`is not a link that may be sent (${scheme}:)`);
}

/** A value behind a link's beginning: all of it is percent-encoded, so that it changes neither host nor structure. */
export function encodeLinkPart(value: string, scheme: LinkSoFar['settled']): string {
  if (scheme === 'tel')
    return percentEncode(value.replace(/\s+/g, '')).replace(/%2[AB]/g, decodeURIComponent);
  const encoded = percentEncode(value);
  return scheme === 'mailto' ? encoded.replaceAll('%40', '@') : encoded;
}

/** As UTF-8, but for letters, digits and the marks that mean nothing in a link: `-`, `.`, `_` and `~`. */
function percentEncode(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd')).replace(/[!'()*]/g, percent);
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function encodeReserved(link: string): string {
  return link
    .replace(/[^A-Za-z0-9._~:/?#[\]@!$&'()*+,;=%-]+/g, percentEncode)
    .replace(/%(?![0-9A-Fa-f]{2})/g, '%25');
}

/** Host names beyond ASCII as A-labels (UTS #46). The URL parser also finds what is no host at all. */
function asciiHost(link: string): string {
  const parts = /^(https?:\/\/)([^/?#\\]*)(.*)$/is.exec(link);
  if (!parts || parts[2] === '' || !URL.canParse(link.replace(/\s/g, '%20'))) {
    throw new UnfitLink('is not a link that can be followed');
  }
  const [, scheme, authority, rest] = parts;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what is asked for.
  if (/^[\x00-\x7f]*$/.test(authority!)) return link;
  const at = authority!.lastIndexOf('@') + 1;
  return `${scheme}${authority!.slice(0, at)}${new URL(`http://${authority!.slice(at)}`).host}${rest}`;
}
