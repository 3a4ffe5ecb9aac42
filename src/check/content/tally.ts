// What the rows of a list came to, in counts and first lines, and the findings that these make.
// Knows no row any more; knows where the author's tags stand.

import type { Place } from '../../domain/errors.js';
import { formatSize } from '../../domain/size.js';
import type { Find } from '../finding.js';
import { type AuthorFile, mergeTags } from './author-files.js';
import { checkSubject, checkSubjectLength } from './leftovers.js';
import { Rows } from './lines.js';
import type { Verdict } from './link-verdict.js';
import { type RowLink, shorten } from './links.js';

/** What is wrong with a link of some rows, and how it reads in the first of them. */
export interface BadLink {
  readonly rows: Rows;
  readonly verdict: Verdict;
  readonly example: string;
}

export interface LargestMessage {
  /** Of HTML. */
  readonly octets: number;
  readonly address: string;
  readonly line: number;
}

export interface Tally {
  rows: number;
  messages: number;
  readonly duplicate: Rows;
  readonly suppressed: Rows;
  readonly role: Rows;
  readonly clipped: Rows;
  /** By reason. */
  readonly invalid: Map<string, Rows>;
  /** By the domain as written and as meant, a blank between them. */
  readonly mistyped: Map<string, Rows>;
  /** By field: rows in which it leaves a gap, and rows whose value holds braces. */
  readonly empty: Map<string, Rows>;
  readonly tagged: Map<string, Rows>;
  readonly links: Map<RowLink, Map<Verdict['rule'], BadLink>>;
  largest: LargestMessage | undefined;
  longest: string;
  first: string | undefined;
}

export function newTally(): Tally {
  return {
    rows: 0,
    messages: 0,
    duplicate: new Rows(),
    suppressed: new Rows(),
    role: new Rows(),
    clipped: new Rows(),
    invalid: new Map(),
    mistyped: new Map(),
    empty: new Map(),
    tagged: new Map(),
    links: new Map(),
    largest: undefined,
    longest: '',
    first: undefined,
  };
}

/** What the tally is of. */
export interface TallyOf {
  readonly list: string;
  readonly files: readonly AuthorFile[];
  readonly subjectPlace: Place;
  /** Fields that are found unknown already, and so are empty in every row. */
  readonly unknown: ReadonlySet<string>;
}

/** Tells all of it. Called once, behind the last row. */
export function tellTally(tally: Tally, of: TallyOf, find: Find): void {
  tellRows(tally, of, find);
  tellAddresses(tally, of, find);
  tellLinks(tally, find);
  tellFields(tally, of, find);
  if (tally.first !== undefined) checkSubject(tally.first, of.subjectPlace, find);
  checkSubjectLength(tally.longest, of.subjectPlace, find);
  const { clipped, largest } = tally;
  if (clipped.count === 0 || largest === undefined) return;
  find(
    'clipped-by-gmail',
    {},
    `The HTML of ${clipped.counted} is larger than the 102 kB that Gmail shows, at the most ${formatSize(largest.octets)} (${largest.address}, line ${largest.line}): readers there see "[Message clipped]" and neither the end nor its unsubscribe link.`,
    'Shorten the letter, or lead to a page for the rest; repeated blocks and styles take most.',
  );
}

function at(rows: Rows, { list }: TallyOf): Place {
  return { file: list, line: rows.first };
}

function tellRows({ invalid, duplicate, suppressed }: Tally, of: TallyOf, find: Find): void {
  for (const [reason, rows] of invalid) {
    const them = rows.count === 1 ? 'it' : 'them';
    find(
      'invalid-row',
      at(rows, of),
      `${rows.counted} will not be sent: ${reason} (${rows.where}).`,
      `Mend ${them} in the list, or leave ${them}: the others are sent all the same.`,
    );
  }
  if (duplicate.count > 0) {
    find(
      'duplicate-row',
      at(duplicate, of),
      `${duplicate.counted} will not be sent: the address stands above already (${duplicate.where}).`,
      'Nothing needs to be done; the first row of an address counts.',
    );
  }
  if (suppressed.count > 0) {
    find(
      'suppressed-row',
      at(suppressed, of),
      `${suppressed.counted} will not be sent: the address is suppressed (${suppressed.where}).`,
      'Nothing needs to be done; mailblast suppress list shows why.',
    );
  }
}

function tellAddresses({ mistyped, role }: Tally, of: TallyOf, find: Find): void {
  for (const [pair, rows] of mistyped) {
    const [domain, meant] = pair.split(' ');
    find(
      'mistyped-address',
      at(rows, of),
      `${rows.counted} ${have(rows)} an address at ${domain}, which looks mistyped (${rows.where}): the mail bounces, or reaches a stranger.`,
      `Write ${meant} if that is what was meant.`,
    );
  }
  if (role.count > 0) {
    find(
      'role-address',
      at(role, of),
      `${role.counted} ${role.count === 1 ? 'goes' : 'go'} to a function, such as info@ or sales@, and not to a person (${role.where}): several people read it, and one of them reports it as spam.`,
      'Make sure that somebody there asked for it.',
    );
  }
}

function tellLinks({ links }: Tally, find: Find): void {
  for (const [link, verdicts] of links) {
    for (const { rows, verdict, example } of verdicts.values()) {
      const gives = example.trim() === '' ? 'is empty and' : `gives ${shorten(example)}, which`;
      find(
        verdict.rule,
        link.place,
        `For ${rows.counted} the link ${shorten(link.written)} ${gives} ${verdict.reason} (list: ${rows.where}).`,
        `Mend the list, or put the link into {{#if …}}. ${verdict.mend}`,
      );
    }
  }
}

function tellFields({ empty, tagged, links }: Tally, of: TallyOf, find: Find): void {
  const told = [...links].filter(([, verdicts]) => verdicts.has('empty-link')).map(([{ place }]) => place);
  for (const [field, rows] of empty) {
    if (of.unknown.has(field)) continue;
    const tags = tagsWithoutFallback(field, of.files);
    // A link that is nothing but the field was told as an empty link.
    const gaps = tags.filter(
      (tag) => !told.some((link) => link.line === tag.line && link.column === tag.column),
    );
    if (gaps.length === 0 && tags.length > 0) continue;
    find(
      'empty-field',
      gaps[0] ?? {},
      `${rows.counted} ${have(rows)} no ${field} and ${linesOf(gaps)} no fallback: readers see a gap there (list: ${rows.where}).`,
      `Write {{default ${field} "…"}}, or put what stands around it into {{#if ${field}}}…{{/if}}.`,
    );
  }
  for (const [field, rows] of tagged) {
    find(
      'unmerged-tag',
      at(rows, of),
      `${rows.counted} ${have(rows)} {{ in ${field} (${rows.where}): a list is data, so readers see the braces.`,
      'Write the value itself into the list.',
    );
  }
}

function have(rows: Rows): string {
  return rows.count === 1 ? 'has' : 'have';
}

/** Where tags stand that show a field and say nothing for when it is empty. */
function tagsWithoutFallback(field: string, files: readonly AuthorFile[]): readonly Place[] {
  const name = field.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const reads = new RegExp(
    `^\\{\\{~?\\{?\\s*(?![#/^]|default\\b|insert\\b|else\\b)(?:[^}]*[\\s[(])?${name}(?![\\w-])`,
  );
  return files.flatMap((file) =>
    [...mergeTags(file)].filter(({ source }) => reads.test(source)).map((tag) => file.placeOf(tag.at)),
  );
}

/** "line 14 has", "lines 3 and 14 have". */
function linesOf(places: readonly Place[]): string {
  const lines = [...new Set(places.map(({ line }) => line))].slice(0, 6);
  if (lines.length === 0) return 'the template has';
  if (lines.length === 1) return `line ${lines[0]} has`;
  return `lines ${lines.slice(0, -1).join(', ')} and ${lines.at(-1)} have`;
}
