// Finds the images that HTML shows: in `src` and `background`, and in styles' `url(…)`, Outlook's own markup included.
// Knows HTML as MJML writes it; knows nothing of files.

/** Elements whose `src` or `background` is a picture. Outlook's VML is among them. */
const TAG =
  /<(?:img|input|table|td|th|tr|body|div|v:image|v:fill|v:rect|v:roundrect|v:background)\b(?:"[^"]*"|'[^']*'|[^'">])*>/gi;
const ATTRIBUTE = /(\s(?:src|background)\s*=\s*)(?:"([^"]*)"|'([^']*)')/gi;
const STYLED = /(\sstyle\s*=\s*)(?:"([^"]*)"|'([^']*)')/gi;
const SHEET = /(<style\b[^>]*>)([\s\S]*?)(<\/style)/gi;
/** The file of a font is no image: `@font-face` is passed over. */
const URL_OR_FONT = /@font-face\s*\{[^}]*\}|(url\(\s*)(&quot;|&#39;|["']|)(.*?)\2(\s*\))/gi;

/**
 * The HTML with what `replace` gives in the place of each local image's name; it gets the name as it is written,
 * character references decoded.
 */
export function findImages(html: string, replace: (written: string) => string): string {
  const changed = (value: string) => {
    const written = decode(value);
    return isLocal(written) ? encode(replace(written)) : value;
  };
  const inStyle = (style: string) =>
    style.replace(URL_OR_FONT, (whole, open?: string, quote = '', value = '', close = '') =>
      open === undefined ? whole : `${open}${quote}${changed(value)}${quote}${close}`,
    );
  return html
    .replace(TAG, (tag) =>
      tag
        .replace(ATTRIBUTE, (_, name: string, one?: string, two?: string) =>
          one === undefined ? `${name}'${changed(two!)}'` : `${name}"${changed(one)}"`,
        )
        .replace(STYLED, (_, name: string, one?: string, two?: string) =>
          one === undefined ? `${name}'${inStyle(two!)}'` : `${name}"${inStyle(one)}"`,
        ),
    )
    .replace(SHEET, (_, open: string, style: string, close: string) => `${open}${inStyle(style)}${close}`);
}

/** True for a name that only means something beside the template: no scheme, no host, not all of it a merge tag. */
export function isLocal(written: string): boolean {
  const name = written.trim();
  return name !== '' && !/^(?:[a-z][a-z0-9+.-]*:|\/\/|#|\{\{)/i.test(name);
}

/** The file's path as the name says it: without `?…` and `#…`, percent-encoding undone. */
export function localPath(written: string): string {
  const path = written.trim().replace(/[?#].*$/s, '');
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function decode(value: string): string {
  return value.replace(/&(?:amp|quot|#39);/g, (found) => ({ '&amp;': '&', '&quot;': '"' })[found] ?? "'");
}

function encode(value: string): string {
  return value.replace(/[&"']/g, (found) => ({ '&': '&amp;', '"': '&quot;' })[found] ?? '&#39;');
}
