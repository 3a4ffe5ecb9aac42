// The links that an author wrote: each judged as it stands, and those with merge tags made ready to be judged row by row.
// Knows which elements link; what a link must be is link-verdict.ts's matter.

import type { Place } from '../../domain/errors.js';
import type { MergeOptions } from '../../template/merge.js';
import { compileMerge, type Merge } from '../../template/merge.js';
import type { Find } from '../finding.js';
import { type AuthorFile, attribute, blocksAround, elements } from './author-files.js';
import { verdictOn } from './link-verdict.js';

/** A link that is another one for each row. */
export interface RowLink {
  readonly written: string;
  readonly place: Place;
  /** Gives the links of a row, since it may stand in a block that leaves it out or repeats it. */
  of(row: {
    readonly fields: Readonly<Record<string, string>>;
    readonly builtins: Readonly<Record<string, string>>;
  }): readonly string[];
}

const LINKING = /^(?:a|area|mj-button|mj-image|mj-navbar-link|mj-social-element|mj-hero|mj-carousel-image)$/;

/** Without a link they are drawn, and do nothing. */
const MUST_LINK = /^(?:mj-button|mj-navbar-link)$/;

/** Judges the links that are the same for everybody, and gives the others. */
export function checkLinks(file: AuthorFile, options: MergeOptions, find: Find): readonly RowLink[] {
  const own: RowLink[] = [];
  for (const element of elements(file.tree.children)) {
    if (!LINKING.test(element.name)) continue;
    const href = attribute(file, element, 'href');
    const at = element.startIndex ?? 0;
    if (href === undefined) {
      const { name, attribs } = element;
      const anchor = name === 'a' && attribs.name === undefined && attribs.id === undefined;
      if (!anchor && !(MUST_LINK.test(name) && attribs['mj-class'] === undefined)) continue;
      find(
        'empty-link',
        file.placeOf(at),
        `This <${name}> has no href: it looks like a link, and a click does nothing.`,
        'Add href="https://…".',
      );
      continue;
    }
    const place = file.placeOf(href.at);
    if (/\{\{(?!!)/.test(href.value.replace(/\\\{\{/g, ''))) {
      const link = rowLink(file, href.value, at, place, options);
      // What stands before the first tag tells much already.
      const fixed = /^https?:\/\/[^{/]+\//i.exec(href.value)?.[0];
      const verdict = fixed === undefined ? undefined : verdictOn(fixed);
      if (verdict !== undefined) tell(href.value, place, verdict, find);
      else if (link !== undefined) own.push(link);
      continue;
    }
    const verdict = verdictOn(href.value.replace(/\\\{\{/g, '{{'));
    if (verdict !== undefined) tell(href.value, place, verdict, find);
  }
  return own;
}

function tell(
  written: string,
  place: Place,
  { rule, reason, mend }: NonNullable<ReturnType<typeof verdictOn>>,
  find: Find,
): void {
  const shown = written.trim() === '' ? 'An empty link' : `The link ${shorten(written.trim())}`;
  find(rule, place, `${shown} ${reason}.`, mend);
}

export function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function rowLink(
  file: AuthorFile,
  written: string,
  at: number,
  place: Place,
  options: MergeOptions,
): RowLink | undefined {
  const { open, close } = blocksAround(file, at);
  let merge: Merge;
  try {
    const quote = written.includes('"') ? "'" : '"';
    const escaped = written.replace(/&(?!#|\w+;)/g, '&amp;');
    merge = compileMerge('html', `${open}<a href=${quote}${escaped}${quote}>${close}`, options);
  } catch {
    // The whole template was compiled; a piece of it may lack what it needs, such as the names of a block.
    return undefined;
  }
  return {
    written,
    place,
    of: ({ fields, builtins }) =>
      [...merge.render(fields, builtins).matchAll(/<a href=(?:"([^"]*)"|'([^']*)')>/g)].map(
        ([, one, other]) => (one ?? other ?? '').replace(/&amp;/g, '&'),
      ),
  };
}
