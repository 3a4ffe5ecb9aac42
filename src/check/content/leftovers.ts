// What was left in the letter and not meant for its reader: merge tags that are sent as they stand, in mailblast's
// writing or another tool's, and a subject that was never finished. Knows texts; knows nothing of rows.

import type { Place } from '../../domain/errors.js';
import { foldColumn } from '../../domain/recipient.js';
import type { Find } from '../finding.js';
import type { AuthorFile } from './author-files.js';
import { shorten } from './links.js';

/** Merge tags as Mailchimp, Campaign Monitor, Mailgun, Salesforce, Liquid, ERB and JavaScript write them. */
const FOREIGN =
  /\*\|[A-Z0-9_:]+\|\*|%%[\w.]+%%|%recipient\.\w+%|\[(?:firstname|lastname|fullname|email|unsubscribe)(?:,[^\]\n]*)?\]|\[\[\w+\]\]|\$\{[\w.]+\}|<%[=-]?[^%]*%>|\{%[^%]*%\}/gi;

/** Columns in single braces, `{first_name}`, unless they are CSS. */
const SINGLE = /(?<![{\w$])\{([\w ]{1,40})\}(?!\})/g;

/** Gives nothing for what stands in style sheets: there braces belong. */
export function checkLeftovers(file: AuthorFile, columns: readonly string[], find: Find): void {
  const text = file.covered.replace(/<(mj-style|style|script)\b[\s\S]*?<\/\1/gi, (part) =>
    part.replace(/[^\n]/g, ' '),
  );
  for (const { index } of text.matchAll(/\\\{\{/g)) {
    const tag = /^\{\{[\s\S]*?\}\}/.exec(file.text.slice(index + 1))?.[0] ?? '{{';
    find(
      'unmerged-tag',
      file.placeOf(index),
      `${shorten(tag)} is sent as it stands: the backslash before it says so.`,
      'Take the backslash away, or take the tag out.',
    );
  }
  for (const { 0: tag, index } of text.matchAll(FOREIGN)) {
    find(
      'unmerged-tag',
      file.placeOf(index),
      `${shorten(tag)} is a merge tag of another tool and is sent as it stands: readers see it in place of a word.`,
      'Write it as {{field}}.',
    );
  }
  const folded = new Set(columns.map(foldColumn));
  for (const { 0: tag, 1: name, index } of text.matchAll(SINGLE)) {
    if (!folded.has(foldColumn(name!))) continue;
    find(
      'unmerged-tag',
      file.placeOf(index),
      `${tag} is sent as it stands: merge tags have two braces.`,
      `Write {{${foldColumn(name!)}}}.`,
    );
  }
}

/** Characters. A line of a header as RFC 5322 2.1.1 likes it; what lists show differs from window to window. */
const SUBJECT_SEEN = 78;

const UNFINISHED =
  /lorem ipsum|\b(?:todo|tbd|fixme|xxx+)\b|^\s*(?:untitled|subject|test(?:ing)?|draft|newsletter|hello world)\s*$|\[(?:test|draft|entwurf|subject)[^\]]*\]|^\s*(?:copy of|kopie von)\b/i;

/** `longest` is the longest subject that any reader sees; `place` where its source stands. */
export function checkSubjectLength(longest: string, place: Place, find: Find): void {
  const length = [...longest].length;
  if (length <= SUBJECT_SEEN) return;
  find(
    'long-subject',
    place,
    `The subject has ${length} characters at the most: phones show the first 30 to 50, and lists cut it at about ${SUBJECT_SEEN}.`,
    'Put what matters into its first 40 characters.',
  );
}

/** `subject` is what a reader sees. */
export function checkSubject(subject: string, place: Place, find: Find): void {
  const left = UNFINISHED.exec(subject) ?? FOREIGN_ONCE.exec(subject);
  if (left !== null) {
    find(
      FOREIGN_ONCE.test(subject) ? 'unmerged-tag' : 'subject-leftover',
      place,
      `The subject "${shorten(subject)}" looks unfinished (${left[0].trim()}).`,
      'Write the subject that readers should see.',
    );
  }
  if (/^\s*(?:re|fwd?|aw|wg)\s*:/i.test(subject)) {
    find(
      'subject-leftover',
      place,
      `The subject "${shorten(subject)}" claims to answer a mail that the reader never wrote; filters and readers take it ill.`,
      'Take the Re: or Fwd: away.',
    );
  }
}

const FOREIGN_ONCE = new RegExp(FOREIGN.source, 'i');
