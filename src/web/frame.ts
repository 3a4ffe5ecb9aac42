// A message's HTML as it may stand in a page: in a frame in which nothing runs, and which reaches no network but for
// pictures, when they are switched on. The frame's sandbox and this document's policy (CSP) each hold that by themselves;
// what neither governs (connections made ahead of need) is renamed. Knows HTML's syntax; knows nothing of servers.

export interface FrameWish {
  readonly dark: boolean;
  readonly pictures: boolean;
}

/** A picture that the message brings along. */
export interface InlinePicture {
  readonly contentId: string;
  readonly type: string;
  readonly octets: Uint8Array;
}

export interface FrameDocument {
  readonly html: string;
  readonly policy: string;
}

export function frameDocument(
  html: string,
  inline: readonly InlinePicture[],
  wish: FrameWish,
): FrameDocument {
  const quiet = quieten(html);
  const shown = inScheme(wish.pictures ? withPictures(quiet, inline) : quiet, wish.dark);
  const [doctype] = /^\s*(?:<!doctype[^>]*>)?/i.exec(shown)!;
  // A link opens nothing: the sandbox has no popups, and the page lets the frame go nowhere else.
  const head = `<base target="_blank"><style>:root{color-scheme:only ${wish.dark && hasDarkStyles(html) ? 'dark' : 'light'}}</style>`;
  const from = wish.pictures ? 'data: https: http:' : "'none'";
  return {
    html: `${doctype === '' ? '<!doctype html>' : doctype}${head}${shown.slice(doctype.length)}`,
    policy: [
      "default-src 'none'",
      "style-src 'unsafe-inline'",
      `img-src ${from}`,
      "form-action 'none'",
      "frame-ancestors 'self'",
      'sandbox',
    ].join('; '),
  };
}

/** Whether the HTML has a word to say about dark mode. */
export function hasDarkStyles(html: string): boolean {
  return /prefers-color-scheme\s*:\s*dark|color-scheme"?\s*(?::|content\s*=\s*")[^;"}]*\bdark/i.test(html);
}

/** Pictures that would be loaded from elsewhere, each address once. */
export function remotePictures(html: string): number {
  const found = html.matchAll(
    /(?:\b(?:src|background|poster)\s*=\s*["']?|url\(\s*["']?)((?:https?:)?\/\/[^"'\s)>]+)/gi,
  );
  return new Set([...found].map(([, address]) => address)).size;
}

/**
 * `<link>` can open connections (preconnect, dns-prefetch), which no policy governs; for what a frame or an object would
 * load, Chromium opens one before it asks the policy; `<base>` moves every link, and `http-equiv` gives orders to
 * browsers. An element begins with its name right behind `<` and in no other way (HTML 13.2.5.6), so that other names are
 * other elements, wherever this text stands.
 */
function quieten(html: string): string {
  return html
    .replace(/<(?=(?:link|base|i?frame|fencedframe|portal|object|embed|applet)[\s/>])/gi, '<x-')
    .replace(/http-equiv/gi, 'x-http-equiv');
}

/**
 * Style sheets answer to the scheme that was chosen, not to that of the reader's own desk: the media feature becomes one
 * that is true or false, and a wish for a scheme a property that browsers pass over.
 */
function inScheme(html: string, dark: boolean): string {
  return html
    .replace(/(<style\b[^>]*>)([\s\S]*?)(<\/style)/gi, (_, open: string, css: string, close: string) => {
      const chosen = css.replace(
        /\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)/gi,
        (__, scheme: string) =>
          (scheme.toLowerCase() === 'dark') === dark ? '(min-width:0)' : '(max-width:0)',
      );
      return `${open}${chosen.replace(/(?<![\w-])color-scheme(?=\s*:)/gi, 'x-color-scheme')}${close}`;
    })
    .replace(/(<meta\b[^>]*?\bname\s*=\s*["']?)(?=color-scheme\b)/gi, '$1x-');
}

/** What the message brings along stands in the document itself (RFC 2392): the frame loads it from nowhere. */
function withPictures(html: string, inline: readonly InlinePicture[]): string {
  if (inline.length === 0) return html;
  const byId = new Map(inline.map((picture) => [picture.contentId, picture]));
  return html.replace(/\bcid:([^"'\s)>]+)/gi, (link, written: string) => {
    const picture = byId.get(written) ?? byId.get(decoded(written));
    if (picture === undefined || !/^image\/[a-z0-9.+-]+$/.test(picture.type)) return link;
    return `data:${picture.type};base64,${Buffer.from(picture.octets).toString('base64')}`;
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
