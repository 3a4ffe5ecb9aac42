// What the preview tells whoever shows it. Types only.

import type { Envelope } from '../../domain/attempt.js';
import type { Content } from '../../domain/campaign.js';
import type { RecipientRow } from '../../domain/recipient.js';
import type { Sign } from '../letters.js';
import type { Complaint } from './complaint.js';

/** How it stands with the author's material. */
export interface PreviewState {
  /** Grows whenever what is shown may have changed. */
  readonly version: number;
  readonly columns: readonly string[];
  /** Rows that can be mailed and rows that cannot, so far; `complete` once the list has been read. */
  readonly rows: number;
  readonly invalid: number;
  readonly complete: boolean;
  /** The template is being compiled. */
  readonly busy: boolean;
  /** There is a message to show, maybe that of an earlier save. */
  readonly ready: boolean;
  readonly wrong: readonly Complaint[];
  /** Sentences of the template's and the list's readers. */
  readonly notes: readonly string[];
}

/** One recipient's message. */
export interface PreviewLetter {
  readonly at: number;
  readonly recipient: RecipientRow;
  /** Undefined as long as no template could be compiled, and for a row that cannot be merged. */
  readonly message: { readonly octets: Uint8Array; readonly envelope: Envelope } | undefined;
  /** Why the row would not be sent; empty when it would. */
  readonly unmergeable: string;
  readonly content: Content | undefined;
}

export interface PreviewOptions {
  readonly sign: Sign | undefined;
  /** Stands for `--unsubscribe-url` where the template needs one and none was given. */
  readonly unsubscribeUrl: string;
}
