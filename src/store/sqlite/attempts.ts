// Attempts that were kept: written with the group that they belong to, read for a report.
// Knows the attempt table alone.

import type { Database, Statement } from 'better-sqlite3';
import type { State, Tried } from '../../domain/delivery.js';
import type { AttemptRecord } from '../ledger.js';

interface AttemptRow {
  readonly address: string;
  readonly line: number;
  readonly at: number;
  readonly took: number;
  readonly relay: string | null;
  readonly stage: string;
  readonly state: State;
  readonly reply_code: number | null;
  readonly reply_enhanced: string | null;
  readonly reply_text: string | null;
  readonly reason: string;
}

const IN_LIST_ORDER = `
  SELECT   address, line, at, took, relay.name AS relay, stage, attempt.state,
           attempt.reply_code, attempt.reply_enhanced, attempt.reply_text, attempt.reason
  FROM     delivery INDEXED BY delivery_by_line
           CROSS JOIN attempt INDEXED BY attempt_by_delivery ON attempt.delivery = delivery.id
           LEFT JOIN relay ON relay.number = attempt.relay
  WHERE    campaign = ? AND delivery.state IN (SELECT value FROM json_each(?))
  ORDER BY line, delivery.id, attempt.id`;

export class Attempts {
  readonly #add: Statement<unknown[]>;

  constructor(db: Database) {
    this.#add = db.prepare(`
      INSERT INTO attempt (delivery, at, took, relay, stage, state, reply_code, reply_enhanced, reply_text, reason)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  }

  /** `relay` is the relay's number. */
  add({ delivery, at, tookMs, stage, state, reply, reason }: Tried, relay: number | null): void {
    const words = [reply?.code ?? null, reply?.enhanced ?? null, reply?.text ?? null];
    this.#add.run(delivery, at, tookMs, relay, stage, state, ...words, reason);
  }
}

/** Reads a campaign's attempts one by one. While it is read the connection can do nothing else. */
export function* attemptsInListOrder(
  db: Database,
  campaign: number,
  states: readonly State[],
): IterableIterator<AttemptRecord> {
  const rows = db.prepare<[number, string], AttemptRow>(IN_LIST_ORDER);
  for (const row of rows.iterate(campaign, JSON.stringify(states))) {
    const { reply_code: code, reply_enhanced: enhanced, reply_text: text } = row;
    yield {
      address: row.address,
      line: row.line,
      at: row.at,
      tookMs: row.took,
      relay: row.relay ?? '',
      stage: row.stage,
      state: row.state,
      reply: code === null ? undefined : { code, enhanced: enhanced ?? '', text: text ?? '' },
      reason: row.reason,
    };
  }
}
