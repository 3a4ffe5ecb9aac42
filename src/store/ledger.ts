// The ledger: the durable record of campaigns and deliveries, and what it promises.
// The interface only. src/store/sqlite/ keeps the promise; test/store/ledger-conformance.ts checks any store for it.

import type { Campaign, Content, RunOptions } from '../domain/campaign.js';
import type { HandedOver } from '../domain/cap.js';
import type { Counts, Delivery, Mark, Outcome, State, Tried } from '../domain/delivery.js';
import type { ListRow } from '../domain/recipient.js';
import type { Reply } from '../domain/reply.js';
import type { Suppressions } from './suppressions.js';

/**
 * A ledger keeps every delivery of every campaign in exactly one state. Whatever promise it resolved, or whatever
 * call it returned from, survives a crash of the machine. Every write names the states it may come from and fails as a
 * whole otherwise. Times are milliseconds since 1970.
 */
export interface Ledger {
  /** Its full path, for people. */
  readonly path: string;
  /** 32 random octets, made with the ledger: the key of `{{token}}`. */
  readonly secret: Uint8Array;
  /** Who must not be mailed, one list for all campaigns. */
  readonly suppressions: Suppressions;

  /** Names of all campaigns, oldest first. */
  names(): string[];
  find(name: string): Campaign | undefined;
  /** A content that the campaign has or had, by the number that its deliveries keep. */
  content(campaign: Campaign, number: number): Content;

  /**
   * Takes the campaign's lock, which dies with this process; undefined while another holds it.
   * The campaign need not exist yet. Other campaigns are not in its way.
   */
  lock(name: string): Lock | undefined;

  /**
   * Reads the list into the campaign, making the campaign if it is new, in one transaction: after any failure,
   * also one thrown by `rows`, nothing has changed. Needs the lock. See `ImportPlan` and `Imported`.
   */
  import(plan: ImportPlan, rows: AsyncIterable<readonly ListRow[]>): Promise<Imported>;

  /**
   * Before anything is sent, with the lock held: a suppressed delivery that no suppression covers any longer is pending
   * again, with no attempts; every `transmitting` delivery of the campaign becomes `in_doubt`;
   * then the user's word is applied to all that are in doubt: hold keeps them, resend makes them pending (first mark
   * and date kept), assume-accepted makes them accepted.
   */
  settle(campaign: Campaign, word: InDoubtWord, now: number): Settled;

  /**
   * The user's word on single deliveries, with the lock held: each must be in doubt (`settle` comes first), and goes
   * where it says. All of them or, when one is not in doubt or is unknown, none.
   */
  resolve(campaign: Campaign, resolutions: readonly Resolution[], now: number): void;

  /**
   * The next deliveries that may be tried: pending or deferred, due at `now` or before, behind the cursor, ordered by
   * due time and then number, `limit` at the most. Changes nothing. One index walk, whatever has been sent.
   */
  claim(campaign: Campaign, after: Cursor, now: number, limit: number): Promise<Delivery[]>;

  /**
   * The hot method: writes outcomes and then marks in one transaction, and resolves when they are durable. With its
   * first mark a delivery takes the content that its campaign has then, and keeps it (R6).
   * A move that the state machine does not know (`OUTCOME_MOVES`, `MARK_MOVES`) rejects the whole group.
   * A mark that would exceed its caps, whoever used them up, is refused and changes nothing; the group stands without it.
   * Gives the deliveries whose marks were refused.
   */
  record(group: {
    readonly outcomes: readonly Outcome[];
    readonly marks: readonly Mark[];
    /** Attempts to be kept for the record; none when absent. */
    readonly tried?: readonly Tried[];
  }): Promise<readonly number[]>;

  /**
   * What a relay was handed since a minute's beginning, over all campaigns, by the minute of the marks, oldest first:
   * accepted, transmitting and in doubt. Kept for 48 hours, in step with marks and outcomes.
   */
  handedOver(relay: string, since: number): readonly HandedOver[];

  /** When a relay was handed its first message, over all campaigns; undefined when it never was. */
  firstUse(relay: string): number | undefined;

  overview(campaign: Campaign): Overview;

  /**
   * What became of the deliveries that each relay had last, by relay; those that none had are not in it. Empty when the
   * ledger knows one relay alone. Walks the whole campaign: a second for a million.
   */
  byRelay(campaign: Campaign): readonly RelayShare[];

  /** Every delivery of the campaign in one of the states (all states when none is given), by line, then number. */
  recipients(campaign: Campaign, states?: readonly State[]): IterableIterator<RecipientRecord>;

  /** The attempts that were kept, of deliveries in one of the states (all when none is given), by line, then time. */
  attempts(campaign: Campaign, states?: readonly State[]): IterableIterator<AttemptRecord>;

  /** Keeps the options of this run for `resume`. */
  remember(campaign: Campaign, options: RunOptions): void;

  /** Keeps that the campaign was stopped, and why, until it is lifted. */
  brake(campaign: Campaign, reason: string, now: number): void;
  liftBrake(campaign: Campaign): void;

  /** Ends the campaign for good: pending and deferred deliveries become withdrawn, "the campaign was abandoned". */
  abandon(campaign: Campaign, now: number): void;

  /** Closes the files. Locks are released. */
  close(): void;
}

/** Place behind which `claim` goes on. Begin with `{ dueAt: -1, id: 0 }`. */
export interface Cursor {
  readonly dueAt: number;
  readonly id: number;
}

export type InDoubtWord = 'hold' | 'resend' | 'assume-accepted';

/** What becomes of one delivery in doubt. */
export interface Resolution {
  /** The address's key. */
  readonly key: string;
  /** Pending keeps its first mark and date, so that a second copy is the same as the first. */
  readonly to: 'accepted' | 'pending';
  /** Why, for the record: the evidence, or whose word it was. */
  readonly reason: string;
}

/** A campaign's lock. */
export interface Lock {
  release(): void;
}

/** What an import is to do. The first six fields make a new campaign; an existing one keeps its own. */
export interface ImportPlan {
  readonly name: string;
  /** 32 random hex digits for a new campaign. */
  readonly id: string;
  readonly rehearsal: boolean;
  readonly contentHash: string;
  readonly content: Content;
  /** Give an existing campaign this content too, for the deliveries that were never marked. */
  readonly replaceContent: boolean;
  readonly now: number;
  readonly options: RunOptions;
  /** The list's columns; put in front of the campaign's, without repeats. */
  readonly columns: readonly string[];
  readonly listHash: string;
  /** The largest part of those left that may be withdrawn without being asked: 0.1; 1 to allow all. */
  readonly mayWithdraw: number;
}

/**
 * What an import did, counted in rows or deliveries.
 * Rows are merged by key: a new key is added as pending; a known one that was never marked gets the row's line,
 * address and fields (one that was marked keeps its address and fields, R5); a withdrawn one comes back as pending.
 * A key seen earlier in the same list is a duplicate. Keys that are gone from the list are withdrawn if pending or
 * deferred. Invalid and duplicate rows are made anew; a delivery that became invalid when merged is pending again, or
 * withdrawn, uncounted, when its key is gone, as a suppressed one is. What comes back begins with no attempts; its first mark and date are kept.
 */
export interface Imported {
  readonly campaign: Campaign;
  /** False: nothing was changed, since more than `mayWithdraw` of those left would be withdrawn. */
  readonly done: boolean;
  readonly rows: number;
  readonly added: number;
  readonly returned: number;
  readonly withdrawn: number;
  /** Pending and deferred before the import: what `withdrawn` is measured against. */
  readonly leftBefore: number;
  readonly invalid: number;
  readonly duplicate: number;
}

/** How many deliveries `settle` found and moved. */
export interface Settled {
  /** `transmitting` left by an earlier run, now in doubt (before the word was applied). */
  readonly found: number;
  readonly held: number;
  readonly resent: number;
  readonly assumed: number;
  /** Suppressed by an earlier run, pending now. */
  readonly unsuppressed: number;
}

export interface Overview {
  readonly counts: Counts;
  /** When the next deferred delivery is due; undefined when none is deferred. */
  readonly nextDue: number | undefined;
  /** Another process, or this one, holds the campaign's lock. */
  readonly running: boolean;
  /** When a delivery changed last, also by an import; undefined when none ever did since its first import. */
  readonly changedAt: number | undefined;
}

/** A relay's part in a campaign: how many deliveries that it had last are in each state that any is in. */
export interface RelayShare {
  readonly relay: string;
  readonly counts: Readonly<Partial<Counts>>;
}

/** One line of `mailblast recipients`. */
export interface RecipientRecord {
  readonly address: string;
  readonly key: string;
  readonly line: number;
  readonly state: State;
  readonly reason: string;
  readonly reply: Reply | undefined;
  readonly relay: string;
  readonly attempts: number;
  /** When it was marked first; undefined when it never was. */
  readonly markedAt: number | undefined;
  /** When its state changed last; undefined when it never did since its import. */
  readonly at: number | undefined;
  readonly dueAt: number;
  readonly fields: Readonly<Record<string, string>>;
}

/** One line of `mailblast recipients --attempts`. */
export interface AttemptRecord extends Omit<Tried, 'delivery'> {
  readonly address: string;
  readonly line: number;
}
