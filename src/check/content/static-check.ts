// What a letter's own files say, whoever it goes to: made once for a template, and quick enough to follow each save.
// Knows which parts of the check look at files; knows nothing of rows.

import type { Content } from '../../domain/campaign.js';
import type { Place } from '../../domain/errors.js';
import { type Find, type Finding, Findings, type Rule } from '../finding.js';
import { type AuthorFile, elements, readAuthorFiles } from './author-files.js';
import { checkDarkMode } from './dark-mode.js';
import { checkImages } from './images.js';
import { checkLeftovers, checkSubject, checkSubjectLength } from './leftovers.js';
import { mergeOptionsOf } from './letter.js';
import { checkLinks, type RowLink } from './links.js';
import { checkTextPart, checkUnsubscribe } from './parts.js';
import { GMAIL_SHOWS } from './row-check.js';
import { checkSupport } from './support.js';

/** Looks at the files, and gives the links that each row makes another. `content` is undefined where none can be made. */
export function checkFiles(
  content: Content | undefined,
  files: readonly AuthorFile[],
  columns: readonly string[],
  find: Find,
): { readonly links: readonly RowLink[] } {
  const place: Place = files[0] === undefined ? {} : { file: files[0].path };
  const options = content && mergeOptionsOf(content, columns, place.file ?? 'the template');
  const links: RowLink[] = [];
  for (const file of files) {
    if (options !== undefined) links.push(...checkLinks(file, options, find));
    checkImages(file, find);
    checkLeftovers(file, columns, find);
    checkSupport(file, find);
  }
  if (content !== undefined) {
    checkTextPart(content, place, find);
    checkUnsubscribe(content, columns, place, find);
    checkDarkMode(content.html, files, find);
  }
  return { links };
}

/** Where the subject is written: in <mj-title>. */
export function subjectPlace(files: readonly AuthorFile[]): Place {
  for (const file of files) {
    for (const element of elements(file.tree.children)) {
      if (element.name === 'mj-title') return file.placeOf(element.startIndex ?? 0);
    }
  }
  return {};
}

/** What a page that shows one message wants to know of it. */
export interface ShownContent {
  readonly content: Content;
  readonly columns: readonly string[];
}

export interface ShownFinding extends Pick<Finding, 'level' | 'rule' | 'sentence' | 'mend'> {
  /** `news.mjml:12:3`, or empty. */
  readonly where: string;
}

/** The findings of the files alone, for a page that shows them beside the letter. Reads the files that the content names. */
export async function findInContent(
  { content, columns }: ShownContent,
  silenced: readonly Rule[] = [],
): Promise<readonly ShownFinding[]> {
  const findings = new Findings(silenced);
  const { find } = findings;
  const files = readAuthorFiles(content.sources);
  checkFiles(content, files, columns, find);
  const subject = content.subject.replace(/\{\{[\s\S]*?\}\}/g, 'x');
  checkSubject(subject, subjectPlace(files), find);
  checkSubjectLength(subject, subjectPlace(files), find);
  const octets = Buffer.byteLength(content.html);
  if (octets > GMAIL_SHOWS) {
    find(
      'clipped-by-gmail',
      {},
      `The HTML has ${Math.round(octets / 1024)} kB: Gmail shows 102 kB and then "[Message clipped]".`,
      'Shorten the letter, or lead to a page for the rest.',
    );
  }
  return findings.sorted().map(({ level, rule, place, sentence, mend }) => ({
    level,
    rule,
    where: whereOf(place),
    sentence,
    mend,
  }));
}

/** `news.mjml:12:3`. */
export function whereOf({ file, line, column }: Place): string {
  return [file, line, column].filter((part) => part !== undefined).join(':');
}
