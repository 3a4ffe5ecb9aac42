// The counts of a campaign's deliveries by state, kept in step with every move.
// Knows the tally table alone; whoever moves deliveries tells it in the same transaction.

import type { Database, Statement } from 'better-sqlite3';
import { type Counts, STATES, type State } from '../../domain/delivery.js';

interface Noted {
  deliveries: number;
  at: number;
}

/** Collects the moves of one transaction, and adds them up at its end. */
export class Tally {
  readonly #begin: Statement<[number, State]>;
  readonly #add: Statement<[number, number, number, State]>;
  readonly #read: Statement<[number], { state: State; deliveries: number; changed_at: number }>;
  readonly #moved = new Map<number, Map<State, Noted>>();

  constructor(db: Database) {
    this.#begin = db.prepare('INSERT INTO tally (campaign, state) VALUES (?, ?)');
    this.#add = db.prepare(`
      UPDATE tally
      SET    deliveries = deliveries + ?, changed_at = max(changed_at, ?)
      WHERE  campaign = ? AND state = ?`);
    this.#read = db.prepare('SELECT state, deliveries, changed_at FROM tally WHERE campaign = ?');
  }

  /** Makes a new campaign's counts. */
  begin(campaign: number): void {
    for (const state of STATES) this.#begin.run(campaign, state);
  }

  /** Deliveries went from one state to another at `at`. */
  moved(campaign: number, from: State, to: State, at: number, deliveries = 1): void {
    this.#note(campaign, from, -deliveries, 0);
    this.#note(campaign, to, deliveries, at);
  }

  /** Deliveries were added to a state, or taken out of it when negative. */
  added(campaign: number, to: State, deliveries: number): void {
    this.#note(campaign, to, deliveries, 0);
  }

  /** Writes what was noted. Last in the transaction. */
  write(): void {
    for (const [campaign, states] of this.#moved) {
      for (const [state, { deliveries, at }] of states) {
        const { changes } = this.#add.run(deliveries, at, campaign, state);
        if (changes !== 1) throw new Error(`campaign ${campaign} has no state ${state}`);
      }
    }
    this.#moved.clear();
  }

  /** Forgets what was noted: the transaction was rolled back. */
  forget(): void {
    this.#moved.clear();
  }

  /** The counts as last written; `changedAt` is undefined when nothing ever moved. */
  read(campaign: number): { counts: Counts; changedAt: number | undefined } {
    const counts = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<State, number>;
    let changedAt = 0;
    for (const row of this.#read.all(campaign)) {
      counts[row.state] = row.deliveries;
      changedAt = Math.max(changedAt, row.changed_at);
    }
    return { counts, changedAt: changedAt === 0 ? undefined : changedAt };
  }

  /** One state's count as last written. */
  count(campaign: number, state: State): number {
    return this.read(campaign).counts[state];
  }

  #note(campaign: number, state: State, deliveries: number, at: number): void {
    const states = this.#moved.get(campaign) ?? new Map<State, Noted>();
    const noted = states.get(state) ?? { deliveries: 0, at: 0 };
    noted.deliveries += deliveries;
    noted.at = Math.max(noted.at, at);
    states.set(state, noted);
    this.#moved.set(campaign, states);
  }
}
