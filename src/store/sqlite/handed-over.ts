// How many messages each relay was handed, by the minute of their marks: what caps are measured by.
// Knows the handed_over table alone; whoever moves deliveries tells it in the same transaction.

import type { Database, Statement } from 'better-sqlite3';
import { type HandedOver, minuteOf } from '../../domain/cap.js';

/** Older minutes are of no use. Twice what a cap looks back on, so that a clock that is set back finds them. */
const KEPT_MS = 48 * 3_600_000;

/** How often the old ones are deleted, by the clock of the marks. */
const TIDY_MS = 3_600_000;

/** Collects the marks and refusals of one transaction, and adds them up at its end. */
export class HandedOvers {
  readonly #add: Statement<[number, number, number]>;
  readonly #tidy: Statement<[number]>;
  readonly #since: Statement<[string, number], HandedOver>;
  readonly #use: Statement<[number, number]>;
  readonly #firstUse: Statement<[string], number | null>;
  /** Relays whose first use is known to be in the table. */
  readonly #used = new Set<number>();
  readonly #sum: Statement<[number, number], number>;
  readonly #noted = new Map<number, Map<number, number>>();
  /** What the table said in this transaction, by relay and minute: it is written at the end alone. */
  readonly #sums = new Map<string, number>();
  #tidiedAt = 0;

  constructor(db: Database) {
    this.#add = db.prepare(`
      INSERT INTO handed_over (relay, minute, messages)
      VALUES (?, ?, ?)
      ON CONFLICT DO UPDATE SET messages = max(0, messages + excluded.messages)`);
    this.#tidy = db.prepare('DELETE FROM handed_over WHERE minute < ?');
    this.#since = db.prepare(`
      SELECT   minute, messages
      FROM     handed_over
      WHERE    relay = (SELECT number FROM relay WHERE name = ?) AND minute >= ? AND messages > 0
      ORDER BY minute`);
    this.#use = db.prepare('UPDATE relay SET first_used_at = coalesce(first_used_at, ?) WHERE number = ?');
    this.#firstUse = db
      .prepare<[string], number | null>('SELECT first_used_at FROM relay WHERE name = ?')
      .pluck();
    this.#sum = db
      .prepare<[number, number], number>(
        'SELECT coalesce(sum(messages), 0) FROM handed_over WHERE relay = ? AND minute >= ?',
      )
      .pluck();
  }

  /** A message was marked at `at`: its last octet may leave. */
  marked(relay: number | null, at: number): void {
    this.#note(relay, at, 1);
    if (relay === null || this.#used.has(relay)) return;
    this.#use.run(at, relay);
    this.#used.add(relay);
  }

  /** The message marked at `at` was not taken after all. */
  notTaken(relay: number | null, at: number): void {
    this.#note(relay, at, -1);
  }

  /** Writes what was noted. Last in the transaction. */
  write(): void {
    let latest = 0;
    for (const [relay, minutes] of this.#noted) {
      for (const [minute, messages] of minutes) {
        if (messages !== 0) this.#add.run(relay, minute, messages);
        latest = Math.max(latest, minute);
      }
    }
    this.#noted.clear();
    this.#sums.clear();
    if (latest < this.#tidiedAt + TIDY_MS) return;
    this.#tidy.run(latest - KEPT_MS);
    this.#tidiedAt = latest;
  }

  /** Forgets what was noted: the transaction was rolled back. */
  forget(): void {
    this.#noted.clear();
    this.#sums.clear();
    this.#used.clear();
  }

  firstUse(relay: string): number | undefined {
    return this.#firstUse.get(relay) ?? undefined;
  }

  /** How many messages the relay was handed since a minute, what this transaction has noted included. */
  within(relay: number | null, minute: number): number {
    if (relay === null) return 0;
    const key = `${relay} ${minute}`;
    const written = this.#sums.get(key) ?? this.#sum.get(relay, minute)!;
    this.#sums.set(key, written);
    let noted = 0;
    for (const [at, messages] of this.#noted.get(relay) ?? []) if (at >= minute) noted += messages;
    return written + noted;
  }

  /** The minutes since one, it included, oldest first. */
  since(relay: string, minute: number): HandedOver[] {
    return this.#since.all(relay, minute);
  }

  #note(relay: number | null, at: number, messages: number): void {
    if (relay === null) return;
    const minute = minuteOf(at);
    const minutes = this.#noted.get(relay) ?? new Map<number, number>();
    minutes.set(minute, (minutes.get(minute) ?? 0) + messages);
    this.#noted.set(relay, minutes);
  }
}
