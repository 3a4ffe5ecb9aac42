// R1 as the relay sees it: when the end of a message has come, the ledger's file says that the delivery is on its way.
// Reads the file as any other process would; what is not committed is not there for it.

import Database from 'better-sqlite3';
import type { FakeTransaction } from '../servers/fake-relay.js';

/** What may stand in the ledger when the last octet has come: the mark, or that the run has given up waiting. */
const MARKED = ['transmitting', 'in_doubt'];

export class ReadersEye {
  /** Messages whose end came without their mark, in words. */
  readonly unmarked: string[] = [];
  readonly #path: string;
  readonly #every: number;
  #db: Database.Database | undefined;
  #state: Database.Statement<[string], string> | undefined;
  #ends = 0;

  /** Looks at one end of `every`. */
  constructor(path: string, every = 1) {
    this.#path = path;
    this.#every = every;
  }

  look({ to }: FakeTransaction): void {
    if (this.#ends++ % this.#every !== 0) return;
    this.#db ??= new Database(this.#path, { readonly: true, fileMustExist: true, timeout: 1_000 });
    this.#state ??= this.#db
      .prepare<[string], string>(
        'SELECT state FROM delivery JOIN person ON delivery = id WHERE person.key = ?',
      )
      .pluck();
    for (const address of to) {
      const state = this.#state.get(address) ?? 'nowhere';
      if (!MARKED.includes(state)) this.unmarked.push(`${address} is ${state} when its end has come`);
    }
  }

  close(): void {
    this.#db?.close();
    this.#db = undefined;
    this.#state = undefined;
  }
}
