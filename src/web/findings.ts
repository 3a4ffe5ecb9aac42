// What a check of the content has to say, as the page shows it. The interface only: whoever has a check hands it in.

import type { Content } from '../domain/campaign.js';

/** Something that a reader would suffer from, and how to mend it. */
export interface Finding {
  readonly level: 'error' | 'warning' | 'note';
  /** The rule's name, by which settings silence it: `empty-link`. */
  readonly rule: string;
  /** Where it is: `news.mjml:12:3`, or empty. */
  readonly where: string;
  readonly sentence: string;
  readonly mend: string;
}

/** What is checked: the author's files, what became of them, and the message in hand. */
export interface FindingsSource {
  readonly template: string;
  readonly content: Content;
  readonly columns: readonly string[];
  /** Complete, as a relay would get it. */
  readonly octets: Uint8Array;
}

export type FindFindings = (source: FindingsSource) => Promise<readonly Finding[]>;
