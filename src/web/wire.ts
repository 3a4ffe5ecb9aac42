// What the pages and their server say to each other, as JSON. Types only: the pages are compiled for browsers.

import type { Finding } from './findings.js';

export type { Finding } from './findings.js';

/** One message as the views show it; its HTML, source and attachments have addresses of their own. */
export interface MailFacts {
  /** The same for the same octets. */
  readonly id: string;
  readonly subject: string;
  readonly from: string;
  readonly to: string;
  readonly returnPath: string;
  readonly recipients: readonly string[];
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly text: string;
  /** Octets of the whole message, and of its HTML. */
  readonly octets: number;
  readonly htmlOctets: number;
  /** Pictures that the HTML would load from elsewhere. */
  readonly remotePictures: number;
  /** Whether its HTML has styles of its own for dark mode. */
  readonly darkStyles: boolean;
  readonly attachments: readonly {
    readonly name: string;
    readonly type: string;
    readonly octets: number;
    readonly inline: boolean;
  }[];
}

export interface Complaint {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly sentence: string;
  readonly excerpt: readonly { readonly line: number; readonly text: string }[];
}

export interface PreviewStatus {
  readonly version: number;
  readonly columns: readonly string[];
  readonly rows: number;
  readonly invalid: number;
  readonly complete: boolean;
  readonly busy: boolean;
  readonly ready: boolean;
  readonly wrong: readonly Complaint[];
  readonly notes: readonly string[];
  /** What the page calls the two files. */
  readonly template: string;
  readonly list: string;
}

export interface PersonEntry {
  readonly at: number;
  readonly line: number;
  readonly address: string;
  readonly label: string;
  readonly why: string;
}

export interface People {
  readonly entries: readonly PersonEntry[];
  readonly next: number;
}

export interface ShownLetter {
  readonly version: number;
  readonly at: number;
  readonly line: number;
  readonly address: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly unmergeable: string;
  readonly mail: MailFacts | null;
  /** Undefined when nothing checks the content. */
  readonly findings?: readonly Finding[];
}

export interface InboxEntry {
  /** The message's file. */
  readonly name: string;
  /** When it came in, milliseconds since 1970. */
  readonly at: number;
  readonly octets: number;
  readonly subject: string;
  readonly from: string;
  readonly to: string;
  /** Its first words. */
  readonly beginning: string;
}

export interface InboxList {
  readonly entries: readonly InboxEntry[];
  /** Messages in the folder, and those that the search finds. */
  readonly total: number;
  readonly found: number;
  readonly folder: string;
  /** `smtp://127.0.0.1:2525`. */
  readonly relay: string;
}
