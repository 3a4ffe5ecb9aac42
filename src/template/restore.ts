// Puts merge tags back into what was made of their template, so that the result is Handlebars source again.
// Knows the words that lift.ts left, and how Handlebars reads braces and backslashes; knows nothing of HTML.

import type { Place } from '../domain/errors.js';
import type { Lifted, LiftedTag } from './lift.js';
import { Lines } from './source.js';

export interface Restored {
  /** Handlebars source. */
  readonly source: string;
  /** Numbers of the tags that came back, as often as each did, in their order. */
  readonly numbers: readonly number[];
  /** Where in the author's files a line and column (from 0) of the source comes from. */
  placeOf(line: number, column: number): Place;
  /** The number of the tag that stands there, or before; -1 when none does. */
  numberAt(line: number, column: number): number;
}

/** Finds the words of all tags, in the comments that blocks were left in or bare; the number is the first group. */
export function words(marker: string): RegExp {
  return new RegExp(`<!--${marker}(\\d+)z-->|${marker}(\\d+)z`, 'gi');
}

/**
 * Puts the tags back. `literal` sees the text between them, `rewrite` each tag.
 */
export function restoreTags(
  text: string,
  lifted: Lifted,
  change: { literal?: (text: string) => string; rewrite?: (tag: LiftedTag, number: number) => string } = {},
): Restored {
  const { literal = (same) => same, rewrite = (tag) => tag.source } = change;
  const starts: { readonly at: number; readonly number: number }[] = [];
  let source = '';
  let from = 0;
  for (const found of text.matchAll(words(lifted.marker))) {
    source = append(source, literal(text.slice(from, found.index)), starts.length > 0);
    from = found.index + found[0].length;
    const number = Number(found[1] ?? found[2]);
    const tag = lifted.tags[number];
    if (!tag) continue;
    // Handlebars takes one backslash before a tag as its own, and `{` with a tag as a raw tag.
    if (source.endsWith('\\')) source += '\\';
    if (source.endsWith('{')) source += ' ';
    starts.push({ at: source.length, number });
    source += rewrite(tag, number);
  }
  source = append(source, literal(text.slice(from)), starts.length > 0);
  const lines = new Lines(source);
  const numberAt = (line: number, column: number): number => {
    const offset = lines.startOf(line) + column;
    return starts.findLast((tag) => tag.at <= offset)?.number ?? -1;
  };
  return {
    source,
    numbers: starts.map((start) => start.number),
    numberAt,
    placeOf: (line, column) =>
      lifted.tags[numberAt(line, column)]?.place ?? { file: lifted.files[0]!.path, line: 1, column: 1 },
  };
}

/** Text behind what is there already: braces in it are braces, and do not lengthen a tag. */
function append(source: string, text: string, afterTag: boolean): string {
  if (text === '') return source;
  const apart = afterTag && source.endsWith('}') && text.startsWith('}') ? ' ' : '';
  return `${source}${apart}${text.replace(/(\\?)\{\{/g, (_, slash) => `${slash === '' ? '' : '\\ '}\\{{`)}`;
}
