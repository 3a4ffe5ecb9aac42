// Takes out of compiled HTML what nobody sees: the indentation that MJML leaves, and comments but for Outlook's.
// Knows where HTML ignores blanks; knows nothing of merge tags but that `keep` tells their comments.

/** Elements whose blanks count, or whose content is not HTML. */
const VERBATIM = /^<(pre|textarea|script|xmp)\b/i;

const TOKEN =
  /<!--\[if[^\]]*\]>(?:<!-->|-->)?|<!\[endif\]-->|<!--[\s\S]*?-->|<!\[[^>]*>|<\/?[a-z](?:"[^"]*"|'[^']*'|[^>"'])*>/gi;

/**
 * Folds every run of blanks to one blank, or one line break where the run has one; both mean the same in HTML.
 * Attribute values, `pre` and the like stay as they are. `keep` says which ordinary comments stay.
 */
export function foldHtml(html: string, keep: (comment: string) => boolean): string {
  // A style that makes blanks count may hold for any text.
  const blanksCount = /white-space\s*:\s*(?:pre|break-spaces)/i.test(html);
  const foldText = blanksCount ? (text: string) => (text.trim() === '' ? fold(text) : text) : fold;
  let out = '';
  let from = 0;
  TOKEN.lastIndex = 0;
  for (let token = TOKEN.exec(html); token; token = TOKEN.exec(html)) {
    out = join(out, foldText(html.slice(from, token.index)));
    from = TOKEN.lastIndex;
    const verbatim = VERBATIM.exec(token[0]);
    const raw = verbatim?.[1] ?? (/^<style\b/i.test(token[0]) ? 'style' : undefined);
    if (raw !== undefined) {
      const end = html.slice(from).search(new RegExp(`</${raw}[\\s>]`, 'i'));
      const content = html.slice(from, end < 0 ? undefined : from + end);
      from += content.length;
      TOKEN.lastIndex = from;
      out += foldTag(token[0]) + (raw === 'style' ? foldStyle(content) : content);
    } else if (/^<!--(?!\[if|\s*<!\[endif\])/i.test(token[0])) {
      if (keep(token[0])) out += token[0];
    } else {
      out += token[0].startsWith('<!') ? token[0] : foldTag(token[0]);
    }
  }
  return `${join(out, fold(html.slice(from))).trim()}\n`;
}

function fold(text: string): string {
  return text.replace(/[ \t\n\f\r]+/g, (run) => (run.includes('\n') ? '\n' : ' '));
}

/** Text behind a comment that was taken out would bring a second run of blanks next to the first. */
function join(out: string, text: string): string {
  return /[ \n]$/.test(out) && /^[ \n]/.test(text) ? out + text.slice(1) : out + text;
}

/** Blanks between attributes; those in values stay. */
function foldTag(tag: string): string {
  const folded = tag.replace(/"[^"]*"|'[^']*'|\s+/g, (part) => (/^\s/.test(part) ? ' ' : part));
  return folded.replace(/ >$/, '>');
}

/** Blanks in a style sheet, but for those in strings. */
function foldStyle(css: string): string {
  const folded = css.replace(/"[^"\n]*"|'[^'\n]*'|\s+/g, (part) => (/^\s/.test(part) ? fold(part) : part));
  return folded.replace(/\n ?/g, '\n');
}
