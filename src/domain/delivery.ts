// A delivery: one recipient of one campaign. Its states, the legal moves between them, and what an attempt came to.
// This is the state machine's one home; the ledger guards every write with it. Pure.

import type { CapLimit } from './cap.js';
import type { Fields } from './recipient.js';
import type { Reply } from './reply.js';

/** Every state, in the order in which `status` shows them. */
export const STATES = [
  'pending',
  'transmitting',
  'accepted',
  'deferred',
  'rejected',
  'in_doubt',
  'expired',
  'suppressed',
  'invalid',
  'duplicate',
  'withdrawn',
] as const;

/** `accepted` means that the relay took responsibility, nothing more. */
export type State = (typeof STATES)[number];

/** How many deliveries of a campaign are in each state. */
export type Counts = Readonly<Record<State, number>>;

/** States that no run moves on from by itself; `in_doubt` waits for the user's word. */
export const ENDED: readonly State[] = [
  'accepted',
  'rejected',
  'expired',
  'suppressed',
  'invalid',
  'duplicate',
  'withdrawn',
];

/** The states that an attempt's outcome can lead to, and from which states. Any other move is a bug. */
export const OUTCOME_MOVES: Readonly<Partial<Record<State, readonly State[]>>> = {
  accepted: ['transmitting'],
  // A recipient can be refused at RCPT, before any mark.
  rejected: ['pending', 'deferred', 'transmitting'],
  deferred: ['pending', 'deferred', 'transmitting'],
  in_doubt: ['transmitting'],
  expired: ['pending', 'deferred', 'transmitting'],
  // The connection was lost before the last octet left, or the run was stopped.
  pending: ['pending', 'deferred', 'transmitting'],
  // The row cannot be merged: found when its turn comes.
  invalid: ['pending', 'deferred'],
  suppressed: ['pending', 'deferred'],
};

/** The states from which a mark is legal: it makes the delivery `transmitting`. */
export const MARK_MOVES: readonly State[] = ['pending', 'deferred'];

/** A delivery whose turn has come. */
export interface Delivery {
  /** The ledger's own number. */
  readonly id: number;
  readonly address: string;
  readonly key: string;
  readonly line: number;
  readonly fields: Fields;
  /** When it may be tried, milliseconds since 1970; 0 when never tried. */
  readonly dueAt: number;
  /** Attempts so far that were charged to the recipient. */
  readonly attempts: number;
  /** Milliseconds since 1970 of the first charged attempt; undefined when never tried. */
  readonly firstAttemptAt: number | undefined;
  /** Milliseconds since 1970 of the first mark: the message's Date ever after. */
  readonly markedAt: number | undefined;
  /** Number of the content that it had at its first mark, and keeps (R6); undefined when never marked. */
  readonly content: number | undefined;
  /** The name of the relay that had it last; undefined when none did. */
  readonly relay?: string | undefined;
}

/** "The last octet of this delivery may leave now." */
export interface Mark {
  readonly delivery: number;
  /** Milliseconds since 1970, and the Date header of the message in hand. Kept if it is the first mark. */
  readonly at: number;
  /** When the mark was asked for, milliseconds since 1970. */
  readonly now: number;
  /** The name of the relay that is to take the message. */
  readonly relay: string;
  /** The relay's caps: the mark is refused when one of them is used up. None when absent. */
  readonly caps?: readonly CapLimit[];
}

/** What an attempt came to. */
export interface Outcome {
  readonly delivery: number;
  readonly state: State;
  readonly at: number;
  /** For `deferred` and `pending`: when it is due, milliseconds since 1970; else 0. */
  readonly dueAt: number;
  /** Whether the attempt is charged to the recipient. */
  readonly charged: boolean;
  /** The relay's words, if it said any. */
  readonly reply: Reply | undefined;
  /** Why, in mailblast's words, where the reply does not say it; empty otherwise. */
  readonly reason: string;
  /** The relay's name, without secrets; empty when none was involved. */
  readonly relay: string;
}

/** An attempt as it is kept: every one that was not accepted at its first try. */
export interface Tried {
  readonly delivery: number;
  /** When it ended, milliseconds since 1970. */
  readonly at: number;
  /** Milliseconds from its beginning to its end. */
  readonly tookMs: number;
  readonly relay: string;
  /** How far it came; empty when the relay was not asked. */
  readonly stage: string;
  /** What the delivery was after it. */
  readonly state: State;
  readonly reply: Reply | undefined;
  /** Why, where no reply says it; empty otherwise. */
  readonly reason: string;
}
