// Short transactions on one connection: what moves deliveries, and the counts that move with them, whole or not at all.
// Knows when a transaction begins and ends; what is written in it is the rooms' business. Knows no lock and no thread.

import type { Database, Transaction } from 'better-sqlite3';
import { HandedOvers } from './handed-over.js';
import { Moves } from './moves.js';
import { Tally } from './tally.js';

export class Transactions {
  readonly tally: Tally;
  readonly handedOver: HandedOvers;
  readonly moves: Moves;
  readonly #inTransaction: Transaction<(work: () => unknown) => unknown>;

  constructor(db: Database) {
    this.tally = new Tally(db);
    this.handedOver = new HandedOvers(db);
    this.moves = new Moves(db, this.tally, this.handedOver);
    this.#inTransaction = db.transaction((work) => work());
  }

  /** Runs `work` in a transaction that is durable when this returns. Throws SQLITE_BUSY while another process writes. */
  run<T>(work: () => T): T {
    try {
      return this.#inTransaction.immediate(() => {
        const result = work();
        this.tally.write();
        this.handedOver.write();
        return result;
      }) as T;
    } catch (error) {
      this.moves.forget();
      throw error;
    }
  }
}
