// The check of row after row: who is not sent to, whose address looks wrong, which values leave gaps or break links, and
// the largest message. Keeps counts and the first lines, never rows. Knows merged letters; knows nothing of how the
// list is read.

import { UnmergeableRow } from '../../domain/errors.js';
import type { ListRow, RecipientRow } from '../../domain/recipient.js';
import { formatSize } from '../../domain/size.js';
import type { Find } from '../finding.js';
import { isRole, meantDomain } from './addresses.js';
import { type AuthorFile, mergeTags } from './author-files.js';
import { checkSubject } from './leftovers.js';
import type { Letter } from './letter.js';
import { kept, Rows, rowsOf } from './lines.js';
import { type Verdict, verdictOn } from './link-verdict.js';
import { type RowLink, shorten } from './links.js';
import { SeenKeys } from './seen-keys.js';

/**
 * Octets of HTML that Gmail shows; behind them stands "[Message clipped] View entire message". Google says nothing of it
 * itself: https://mailchimp.com/help/gmail-is-clipping-my-email/.
 */
export const GMAIL_SHOWS = 102 * 1024;

export interface Checked {
  /** Undefined where the template cannot be compiled: then addresses alone are looked at. */
  readonly letter: Letter | undefined;
  readonly links: readonly RowLink[];
  readonly files: readonly AuthorFile[];
  readonly subjectPlace: Parameters<Find>[1];
  readonly list: string;
  /** Fields that are found unknown already, and so are empty in every row. */
  readonly unknown: ReadonlySet<string>;
  isSuppressed(key: string): boolean;
}

/** What the rows came to. */
export interface RowSummary {
  readonly rows: number;
  readonly messages: number;
  readonly notSent: number;
  readonly largest: { readonly octets: number; readonly address: string; readonly line: number } | undefined;
}

/** What is wrong with a link of some rows, and how it reads in the first of them. */
interface BadLink {
  readonly rows: Rows;
  readonly verdict: Verdict;
  readonly example: string;
}

export class RowCheck {
  readonly #on: Checked;
  readonly #find: Find;
  readonly #fields: readonly string[];
  readonly #seen = new SeenKeys();
  readonly #invalid = new Map<string, Rows>();
  readonly #mistyped = new Map<string, Rows>();
  readonly #role = new Rows();
  readonly #duplicate = new Rows();
  readonly #suppressed = new Rows();
  readonly #empty = new Map<string, Rows>();
  readonly #tagged = new Map<string, Rows>();
  readonly #clipped = new Rows();
  readonly #links = new Map<RowLink, Map<Verdict['rule'], BadLink>>();
  #rows = 0;
  #messages = 0;
  #line = 0;
  #largest: RowSummary['largest'];
  #longest = '';
  #first: string | undefined;
  readonly #countEmpty = (field: string): void => rowsOf(this.#empty, field).add(this.#line);

  constructor(checked: Checked, find: Find) {
    this.#on = checked;
    this.#find = find;
    this.#fields = [...(checked.letter?.fields ?? [])].filter((field) => !checked.unknown.has(field));
  }

  take(row: ListRow): void {
    this.#rows++;
    if (row.kind === 'invalid') {
      rowsOf(this.#invalid, row.reason).add(row.line);
    } else if (!this.#seen.add(row.key)) {
      this.#duplicate.add(row.line);
    } else if (this.#on.isSuppressed(row.key)) {
      this.#suppressed.add(row.line);
    } else {
      this.#address(row);
      this.#merge(row);
    }
  }

  #address({ address, line }: RecipientRow): void {
    const at = address.lastIndexOf('@');
    const domain = address.slice(at + 1);
    const meant = meantDomain(domain);
    if (meant !== undefined) rowsOf(this.#mistyped, `${domain} ${meant}`).add(line);
    if (isRole(address.slice(0, at))) this.#role.add(line);
  }

  #merge(row: RecipientRow): void {
    const { letter, links } = this.#on;
    this.#messages++;
    if (letter === undefined) return;
    this.#line = row.line;
    const { fields } = row;
    try {
      const builtins = letter.builtinsOf(row);
      const { subject, html } = letter.merge(fields, builtins, this.#countEmpty);
      this.#measure(row, subject, Buffer.byteLength(html));
      for (const link of links) {
        for (const href of link.of({ fields, builtins })) this.#follow(link, href);
      }
      for (const field of this.#fields) {
        if (fields[field]?.includes('{{')) rowsOf(this.#tagged, field).add(row.line);
      }
    } catch (error) {
      if (!(error instanceof UnmergeableRow)) throw error;
      this.#messages--;
      rowsOf(this.#invalid, error.message).add(row.line);
    }
  }

  #measure({ address, line }: RecipientRow, subject: string, octets: number): void {
    this.#first ??= subject;
    if (subject.length > this.#longest.length) this.#longest = subject;
    if (octets > GMAIL_SHOWS) this.#clipped.add(line);
    if (octets > (this.#largest?.octets ?? -1)) this.#largest = { octets, address, line };
  }

  #follow(link: RowLink, href: string): void {
    const verdict = verdictOn(href);
    if (verdict === undefined) return;
    const verdicts = kept(this.#links, link, () => new Map<Verdict['rule'], BadLink>());
    kept(verdicts, verdict.rule, () => ({ rows: new Rows(), verdict, example: href })).rows.add(this.#line);
  }

  /** Tells what the rows came to. Called once, behind the last row. */
  finish(): RowSummary {
    this.#tellRows();
    this.#tellAddresses();
    this.#tellValues();
    const { subjectPlace } = this.#on;
    if (this.#first !== undefined) checkSubject(this.#first, subjectPlace, this.#find);
    if (this.#longest !== this.#first) checkSubject(this.#longest, subjectPlace, this.#find);
    if (this.#clipped.count > 0 && this.#largest !== undefined) {
      const { octets, address, line } = this.#largest;
      this.#find(
        'clipped-by-gmail',
        {},
        `The HTML of ${this.#clipped.counted} is larger than the 102 kB that Gmail shows, at the most ${formatSize(octets)} (${address}, line ${line}): readers there see "[Message clipped]" and neither the end nor its unsubscribe link.`,
        'Shorten the letter, or lead to a page for the rest; repeated blocks and styles take most.',
      );
    }
    return {
      rows: this.#rows,
      messages: this.#messages,
      notSent: this.#rows - this.#messages,
      largest: this.#largest,
    };
  }

  #at(rows: Rows): { readonly file: string; readonly line: number } {
    return { file: this.#on.list, line: rows.first };
  }

  #tellRows(): void {
    for (const [reason, rows] of this.#invalid) {
      this.#find(
        'invalid-row',
        this.#at(rows),
        `${rows.counted} will not be sent: ${reason} (${rows.where}).`,
        `Mend ${rows.count === 1 ? 'it' : 'them'} in the list, or leave ${rows.count === 1 ? 'it' : 'them'}: the others are sent all the same.`,
      );
    }
    if (this.#duplicate.count > 0) {
      this.#find(
        'duplicate-row',
        this.#at(this.#duplicate),
        `${this.#duplicate.counted} will not be sent: the address stands above already (${this.#duplicate.where}).`,
        'Nothing needs to be done; the first row of an address counts.',
      );
    }
    if (this.#suppressed.count > 0) {
      this.#find(
        'suppressed-row',
        this.#at(this.#suppressed),
        `${this.#suppressed.counted} will not be sent: the address is suppressed (${this.#suppressed.where}).`,
        'Nothing needs to be done; mailblast suppress list shows why.',
      );
    }
  }

  #tellAddresses(): void {
    for (const [pair, rows] of this.#mistyped) {
      const [domain, meant] = pair.split(' ');
      this.#find(
        'mistyped-address',
        this.#at(rows),
        `${rows.counted} ${rows.count === 1 ? 'has' : 'have'} an address at ${domain}, which looks mistyped (${rows.where}): the mail bounces, or reaches a stranger.`,
        `Write ${meant} if that is what was meant.`,
      );
    }
    if (this.#role.count > 0) {
      this.#find(
        'role-address',
        this.#at(this.#role),
        `${this.#role.counted} ${this.#role.count === 1 ? 'goes' : 'go'} to a function, such as info@ or sales@, and not to a person (${this.#role.where}): several people read it, and one of them reports it as spam.`,
        'Make sure that somebody there asked for it.',
      );
    }
  }

  #tellValues(): void {
    for (const [field, rows] of this.#empty) {
      if (this.#on.unknown.has(field)) continue;
      const { place, lines } = tagsOf(field, this.#on.files);
      const where = lines === '' ? 'the template' : lines;
      this.#find(
        'empty-field',
        place,
        `${rows.counted} ${rows.count === 1 ? 'has' : 'have'} no ${field} and ${where} ${lines.includes(',') ? 'have' : 'has'} no fallback: readers see a gap there (list: ${rows.where}).`,
        `Write {{default ${field} "…"}}, or put what stands around it into {{#if ${field}}}…{{/if}}.`,
      );
    }
    for (const [field, rows] of this.#tagged) {
      this.#find(
        'unmerged-tag',
        this.#at(rows),
        `${rows.counted} ${rows.count === 1 ? 'has' : 'have'} {{ in ${field} (${rows.where}): a list is data, so readers see the braces.`,
        'Write the value itself into the list.',
      );
    }
    for (const [link, verdicts] of this.#links) {
      for (const { rows, verdict, example } of verdicts.values()) {
        const gives = example.trim() === '' ? 'is empty and' : `gives ${shorten(example)}, which`;
        this.#find(
          verdict.rule,
          link.place,
          `For ${rows.counted} the link ${shorten(link.written)} ${gives} ${verdict.reason} (list: ${rows.where}).`,
          `Mend the list, or put the link into {{#if …}}. ${verdict.mend}`,
        );
      }
    }
  }
}

/** Where tags of a field stand that have no fallback: the first place, and all lines in words. */
function tagsOf(
  field: string,
  files: readonly AuthorFile[],
): { readonly place: Parameters<Find>[1]; readonly lines: string } {
  const name = field.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const reads = new RegExp(
    `^\\{\\{~?\\{?\\s*(?![#/^]|default\\b|insert\\b|else\\b)(?:[^}]*[\\s[(])?${name}(?![\\w-])`,
  );
  const places = files.flatMap((file) =>
    [...mergeTags(file)].filter(({ source }) => reads.test(source)).map(({ at }) => file.placeOf(at)),
  );
  const lines = [...new Set(places.map(({ line }) => line))].slice(0, 6);
  const word = lines.length === 1 ? 'line' : 'lines';
  return { place: places[0] ?? {}, lines: lines.length === 0 ? '' : `${word} ${lines.join(', ')}` };
}
