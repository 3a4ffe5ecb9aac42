// Deliveries on their way through the states: outcomes and marks, what a crash left behind, and the end by abandoning.
// Every write names the states it comes from (domain/delivery.ts). Knows no transaction: the caller has opened one.

import type { Database, Statement } from 'better-sqlite3';
import { type CapLimit, firstCounting } from '../../domain/cap.js';
import {
  MARK_MOVES,
  type Mark,
  OUTCOME_MOVES,
  type Outcome,
  type State,
  type Tried,
} from '../../domain/delivery.js';
import type { InDoubtWord, Resolution, Settled } from '../ledger.js';
import { Attempts } from './attempts.js';
import { NEWEST_CONTENT } from './campaigns.js';
import type { HandedOvers } from './handed-over.js';
import { IS_COVERED } from './suppressions.js';
import type { Tally } from './tally.js';

const LOST_REPLY = "the run ended before the relay's reply was seen";
const ASSUMED = 'no reply was seen; assumed accepted by choice';
const ABANDONED = 'the campaign was abandoned';

/**
 * All deliveries of a campaign that wait for a reply or for the user's word, and all that are still to be sent.
 * `INDEXED BY` is a promise: SQLite refuses the statement when it cannot keep to that index.
 */
const allFrom = (index: string, states: string) => `
  UPDATE delivery INDEXED BY ${index}
  SET    state = ?, due_at = 0, changed_at = ?, reason = ?
  WHERE  campaign = ? AND state = ? AND state IN (${states})`;
const ALL_UNANSWERED = allFrom('delivery_unanswered', "'transmitting', 'in_doubt'");
const ALL_LEFT = allFrom('delivery_by_turn', "'pending', 'deferred'");

/** Who is not suppressed any longer begins anew, as one who came back to the list; the first mark and date are kept. */
const UNSUPPRESS = `
  UPDATE delivery INDEXED BY delivery_suppressed
  SET    state = 'pending', due_at = 0, changed_at = ?, attempts = 0, first_attempt_at = NULL,
         reply_code = NULL, reply_enhanced = NULL, reply_text = NULL, reason = '', relay = NULL
  WHERE  campaign = ? AND state = 'suppressed' AND NOT ${IS_COVERED}`;

/** One delivery in doubt, found by address (R7). */
const RESOLVE = `
  UPDATE delivery
  SET    state = ?, due_at = 0, changed_at = ?, reason = ?
  WHERE  id = (SELECT delivery FROM person WHERE key = ? AND campaign = ?) AND state = 'in_doubt'`;

type MoveAll = Statement<[State, number, string, number, State]>;

interface Standing {
  readonly campaign: number;
  readonly state: State;
  /** Of a transmitting delivery: when it was marked, and for which relay. */
  readonly changed_at: number | null;
  readonly relay: number | null;
}

/** What became of a message that counts against the relay's cap: it was taken, or may have been. */
const TAKEN: readonly State[] = ['accepted', 'in_doubt'];

export class Moves {
  readonly #tally: Tally;
  readonly #handedOver: HandedOvers;
  readonly #attempts: Attempts;
  readonly #standing: Statement<[number], Standing>;
  readonly #mark: Statement<[number, number, number | null, number, State]>;
  readonly #end: Statement<unknown[]>;
  readonly #all: { readonly unanswered: MoveAll; readonly left: MoveAll };
  readonly #unsuppress: Statement<[number, number]>;
  readonly #resolve: Statement<[State, number, string, string, number]>;
  readonly #findRelay: Statement<[string], number>;
  readonly #addRelay: Statement<[string], number>;
  readonly #relays = new Map<string, number>();

  constructor(db: Database, tally: Tally, handedOver: HandedOvers) {
    this.#tally = tally;
    this.#handedOver = handedOver;
    this.#attempts = new Attempts(db);
    this.#standing = db.prepare('SELECT campaign, state, changed_at, relay FROM delivery WHERE id = ?');
    // An earlier attempt's words go: they would be read as the answer to this one.
    this.#mark = db.prepare(`
      UPDATE delivery
      SET    state = 'transmitting', marked_at = coalesce(marked_at, ?), content = coalesce(content, ${NEWEST_CONTENT}),
             changed_at = ?, relay = ?,
             reply_code = NULL, reply_enhanced = NULL, reply_text = NULL, reason = ''
      WHERE  id = ? AND state = ?`);
    this.#end = db.prepare(`
      UPDATE delivery
      SET    state = ?, due_at = ?, changed_at = ?,
             attempts = attempts + ?, first_attempt_at = coalesce(first_attempt_at, ?),
             reply_code = ?, reply_enhanced = ?, reply_text = ?, reason = ?, relay = ?
      WHERE  id = ? AND state = ?`);
    this.#all = {
      unanswered: db.prepare(ALL_UNANSWERED),
      left: db.prepare(ALL_LEFT),
    };
    this.#unsuppress = db.prepare(UNSUPPRESS);
    this.#resolve = db.prepare(RESOLVE);
    this.#findRelay = db.prepare<[string], number>('SELECT number FROM relay WHERE name = ?').pluck();
    this.#addRelay = db
      .prepare<[string], number>('INSERT INTO relay (name) VALUES (?) RETURNING number')
      .pluck();
  }

  /**
   * Outcomes first, then marks (R1). Throws at the first move that is not legal. Gives the deliveries whose marks their
   * caps refused: counted here, where no other process writes, a cap is never exceeded by two of them together.
   */
  record(outcomes: readonly Outcome[], marks: readonly Mark[], tried: readonly Tried[] = []): number[] {
    for (const each of tried) this.#attempts.add(each, this.#relay(each.relay));
    for (const outcome of outcomes) this.#outcome(outcome);
    const refused: number[] = [];
    for (const mark of marks) {
      const { delivery, at, now, caps = [] } = mark;
      const was = this.#standingFor(delivery, 'transmitting', MARK_MOVES);
      const relay = this.#relay(mark.relay);
      const reached = (cap: CapLimit) =>
        this.#handedOver.within(relay, firstCounting(now, cap.windowMs)) >= cap.messages;
      if (caps.some(reached)) {
        refused.push(delivery);
        continue;
      }
      expectOne(this.#mark.run(at, now, relay, delivery, was.state).changes);
      this.#tally.moved(was.campaign, was.state, 'transmitting', now);
      this.#handedOver.marked(relay, now);
    }
    return refused;
  }

  /** Who may be mailed again, what an earlier run's `transmitting` deliveries become, and those in doubt by the user's word. */
  settle(campaign: number, word: InDoubtWord, now: number): Settled {
    const unsuppressed = this.#unsuppress.run(now, campaign).changes;
    if (unsuppressed > 0) this.#tally.moved(campaign, 'suppressed', 'pending', now, unsuppressed);
    return { ...this.#settleDoubt(campaign, word, now), unsuppressed };
  }

  #settleDoubt(campaign: number, word: InDoubtWord, now: number): Omit<Settled, 'unsuppressed'> {
    const { unanswered } = this.#all;
    const found = this.#moveAll(unanswered, campaign, 'transmitting', 'in_doubt', LOST_REPLY, now);
    if (word === 'resend') {
      const resent = this.#moveAll(unanswered, campaign, 'in_doubt', 'pending', '', now);
      return { found, held: 0, resent, assumed: 0 };
    }
    if (word === 'assume-accepted') {
      const assumed = this.#moveAll(unanswered, campaign, 'in_doubt', 'accepted', ASSUMED, now);
      return { found, held: 0, resent: 0, assumed };
    }
    return { found, held: this.#tally.count(campaign, 'in_doubt') + found, resent: 0, assumed: 0 };
  }

  /** The user's word on single deliveries in doubt. Throws at the first that is not. */
  resolve(campaign: number, resolutions: readonly Resolution[], now: number): void {
    for (const { key, to, reason } of resolutions) {
      const { changes } = this.#resolve.run(to, now, reason, key, campaign);
      if (changes !== 1) throw new Error(`${key} is not in doubt, and cannot become ${to} by a word`);
      this.#tally.moved(campaign, 'in_doubt', to, now);
    }
  }

  /** Everything that is left becomes withdrawn. */
  abandon(campaign: number, now: number): void {
    this.#moveAll(this.#all.left, campaign, 'pending', 'withdrawn', ABANDONED, now);
    this.#moveAll(this.#all.left, campaign, 'deferred', 'withdrawn', ABANDONED, now);
  }

  /** After a rollback: relays that were new in it are unknown again. */
  forget(): void {
    this.#relays.clear();
    this.#tally.forget();
    this.#handedOver.forget();
  }

  #outcome(outcome: Outcome): void {
    const { delivery, state, at, reply } = outcome;
    const was = this.#standingFor(delivery, state, OUTCOME_MOVES[state] ?? []);
    const { changes } = this.#end.run(
      state,
      outcome.dueAt,
      at,
      outcome.charged ? 1 : 0,
      outcome.charged ? at : null,
      reply?.code ?? null,
      reply?.enhanced ?? null,
      reply?.text ?? null,
      outcome.reason,
      this.#relay(outcome.relay),
      delivery,
      was.state,
    );
    expectOne(changes);
    this.#tally.moved(was.campaign, was.state, state, at);
    if (was.state === 'transmitting' && !TAKEN.includes(state)) {
      this.#handedOver.notTaken(was.relay, was.changed_at!);
    }
  }

  #standingFor(delivery: number, to: State, legal: readonly State[]): Standing {
    const was = this.#standing.get(delivery);
    if (!was) throw new Error(`delivery ${delivery} is not in the ledger`);
    if (!legal.includes(was.state)) {
      throw new Error(`delivery ${delivery} is ${was.state}, which cannot become ${to}`);
    }
    return was;
  }

  #moveAll(
    statement: MoveAll,
    campaign: number,
    from: State,
    to: State,
    reason: string,
    now: number,
  ): number {
    const { changes } = statement.run(to, now, reason, campaign, from);
    if (changes > 0) this.#tally.moved(campaign, from, to, now, changes);
    return changes;
  }

  /** A relay's number; most outcomes of a run name the same one. */
  #relay(name: string): number | null {
    if (name === '') return null;
    const known = this.#relays.get(name) ?? this.#findRelay.get(name) ?? this.#addRelay.get(name)!;
    this.#relays.set(name, known);
    return known;
  }
}

function expectOne(changes: number): void {
  if (changes !== 1) throw new Error(`a guarded write changed ${changes} deliveries`);
}
