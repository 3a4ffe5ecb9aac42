// The suppression list as rows. Knows the suppression table alone; transactions and reading connections are handed in.

import type { Database, Statement } from 'better-sqlite3';
import { entriesFor, type Suppression } from '../../domain/suppression.js';
import type { Added, Suppressions } from '../suppressions.js';

/** How this room is connected to the ledger it belongs to. */
export interface Connections {
  /** One short transaction, waiting for other processes. */
  write<T>(work: () => T): Promise<T>;
  read<T>(work: () => T): T;
  /** A reading of its own, which leaves the ledger free to be written meanwhile. */
  apart<T>(rows: (db: Database) => IterableIterator<T>): IterableIterator<T>;
}

/** The entry that covers an address, its own before its domain's. `IN` would make a table of its two values first. */
const COVERING = `
  SELECT entry, reason, source, added_at AS at FROM suppression WHERE entry = ?
  UNION ALL
  SELECT entry, reason, source, added_at AS at FROM suppression WHERE entry = ?`;

/** For statements on deliveries: whether an entry covers the row's key, by the rule of `entriesFor`. */
export const IS_COVERED = `
  EXISTS (SELECT 1 FROM suppression WHERE entry IN (key, substr(key, instr(key, '@'))))`;

export class SqliteSuppressions implements Suppressions {
  readonly #connections: Connections;
  readonly #add: Statement<[string, string, string, number]>;
  readonly #remove: Statement<[string]>;
  readonly #covering: Statement<[string, string], Suppression>;

  constructor(db: Database, connections: Connections) {
    this.#connections = connections;
    this.#add = db.prepare(`
      INSERT INTO suppression (entry, reason, source, added_at)
      VALUES (?, ?, ?, ?)
      ON CONFLICT DO NOTHING`);
    this.#remove = db.prepare('DELETE FROM suppression WHERE entry = ?');
    this.#covering = db.prepare(COVERING);
  }

  add(entries: readonly Omit<Suppression, 'at'>[], now: number): Promise<Added> {
    return this.#connections.write(() => {
      let added = 0;
      for (const { entry, reason, source } of entries)
        added += this.#add.run(entry, reason, source, now).changes;
      return { added, known: entries.length - added };
    });
  }

  remove(entry: string): Promise<boolean> {
    return this.#connections.write(() => this.#remove.run(entry).changes > 0);
  }

  list(): IterableIterator<Suppression> {
    return this.#connections.apart((db) =>
      db
        .prepare<[], Suppression>(
          'SELECT entry, reason, source, added_at AS at FROM suppression ORDER BY entry',
        )
        .iterate(),
    );
  }

  of(key: string): Suppression | undefined {
    return this.#connections.read(() => this.#covering.get(...entriesFor(key)));
  }
}
