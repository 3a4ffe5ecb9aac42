// The check of row after row: who is not sent to, whose address looks wrong, which values leave gaps or break links, and
// the largest message. Keeps counts and the first lines, never rows. Knows merged letters; knows nothing of how the
// list is read.

import { UnmergeableRow } from '../../domain/errors.js';
import type { ListRow, RecipientRow } from '../../domain/recipient.js';
import { isRole, meantDomain } from './addresses.js';
import type { Letter } from './letter.js';
import { kept, Rows, rowsOf } from './lines.js';
import { type Verdict, verdictOn } from './link-verdict.js';
import type { RowLink } from './links.js';
import { SeenKeys } from './seen-keys.js';
import { type BadLink, newTally } from './tally.js';

/** More reasons and mistyped domains than these are told together, or not. */
const MOST_REASONS = 100;

const OTHER_REASONS = 'other reasons of this kind, each with its own words';

/**
 * Octets of HTML that Gmail shows; behind them stands "[Message clipped] View entire message". Google says nothing of it
 * itself: https://mailchimp.com/help/gmail-is-clipping-my-email/.
 */
export const GMAIL_SHOWS = 102 * 1024;

export interface Checked {
  /** Undefined where the template cannot be compiled: then addresses alone are looked at. */
  readonly letter: Letter | undefined;
  readonly links: readonly RowLink[];
  isSuppressed(key: string): boolean;
}

export class RowCheck {
  readonly tally = newTally();
  readonly #on: Checked;
  readonly #fields: readonly string[];
  readonly #seen = new SeenKeys();
  #line = 0;
  readonly #countEmpty = (field: string): void => rowsOf(this.tally.empty, field).add(this.#line);

  constructor(checked: Checked) {
    this.#on = checked;
    this.#fields = [...(checked.letter?.fields ?? [])];
  }

  take(row: ListRow): void {
    this.tally.rows++;
    if (row.kind === 'invalid') {
      this.#notSent(row.reason, row.line);
    } else if (!this.#seen.add(row.key)) {
      this.tally.duplicate.add(row.line);
    } else if (this.#on.isSuppressed(row.key)) {
      this.tally.suppressed.add(row.line);
    } else {
      this.#address(row);
      this.#merge(row);
    }
  }

  /** Some reasons quote the row, so that there may be as many as rows. */
  #notSent(reason: string, line: number): void {
    const { invalid } = this.tally;
    rowsOf(invalid, invalid.has(reason) || invalid.size < MOST_REASONS ? reason : OTHER_REASONS).add(line);
  }

  #address({ address, line }: RecipientRow): void {
    const at = address.lastIndexOf('@');
    const domain = address.slice(at + 1);
    const meant = meantDomain(domain);
    if (meant !== undefined && this.tally.mistyped.size < MOST_REASONS)
      rowsOf(this.tally.mistyped, `${domain} ${meant}`).add(line);
    if (isRole(address.slice(0, at))) this.tally.role.add(line);
  }

  #merge(row: RecipientRow): void {
    const { letter, links } = this.#on;
    this.tally.messages++;
    if (letter === undefined) return;
    this.#line = row.line;
    const { fields } = row;
    try {
      const builtins = letter.builtinsOf(row);
      const { subject, octets } = letter.merge(fields, builtins, this.#countEmpty);
      this.#measure(row, subject, octets);
      for (const link of links) {
        for (const href of link.of({ fields, builtins })) this.#follow(link, href);
      }
      for (const field of this.#fields) {
        if (fields[field]?.includes('{{')) rowsOf(this.tally.tagged, field).add(row.line);
      }
    } catch (error) {
      if (!(error instanceof UnmergeableRow)) throw error;
      this.tally.messages--;
      this.#notSent(error.message, row.line);
    }
  }

  #measure({ address, line }: RecipientRow, subject: string, octets: number): void {
    this.tally.first ??= subject;
    if (subject.length > this.tally.longest.length) this.tally.longest = subject;
    if (octets > GMAIL_SHOWS) this.tally.clipped.add(line);
    if (octets > (this.tally.largest?.octets ?? -1)) this.tally.largest = { octets, address, line };
  }

  #follow(link: RowLink, href: string): void {
    const verdict = verdictOn(href);
    if (verdict === undefined) return;
    const verdicts = kept(this.tally.links, link, () => new Map<Verdict['rule'], BadLink>());
    kept(verdicts, verdict.rule, () => ({ rows: new Rows(), verdict, example: href })).rows.add(this.#line);
  }
}
