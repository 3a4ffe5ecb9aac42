// Deliveries as they are read: those whose turn has come, and all of them for a report. Changes nothing.
// Knows the delivery table's rows and makes the domain's values of them.

import type { Database, Statement } from 'better-sqlite3';
import type { Delivery, State } from '../../domain/delivery.js';
import type { Fields } from '../../domain/recipient.js';
import type { Reply } from '../../domain/reply.js';
import type { Cursor, RecipientRecord, RelayShare } from '../ledger.js';

/** What is read of a delivery in its turn. */
interface TurnRow {
  readonly id: number;
  readonly address: string;
  readonly key: string;
  readonly line: number;
  readonly fields: string;
  readonly due_at: number;
  readonly attempts: number;
  readonly first_attempt_at: number | null;
  readonly marked_at: number | null;
  readonly content: number | null;
  readonly relay: number | null;
}

interface RecordRow {
  readonly address: string;
  readonly key: string | null;
  readonly line: number;
  readonly fields: string;
  readonly state: State;
  readonly reason: string;
  readonly reply_code: number | null;
  readonly reply_enhanced: string | null;
  readonly reply_text: string | null;
  readonly relay: string | null;
  readonly attempts: number;
  readonly marked_at: number | null;
  readonly changed_at: number | null;
  readonly due_at: number;
}

const IN_TURN = `
  SELECT   id, address, key, line, fields, due_at, attempts, first_attempt_at, marked_at, content,
           relay
  FROM     delivery INDEXED BY delivery_by_turn
  WHERE    campaign = ? AND state IN ('pending', 'deferred')`;

/**
 * The next deliveries in their turn, behind a cursor: those due at the cursor's time, and those due later. Two
 * statements, since SQLite would walk along everything due at the cursor's time for `(due_at, id) > (?, ?)`: it does
 * not look for the row's own number in an index behind an inequality. Exported, as the others, for the test of plans.
 */
export const DUE_AT_CURSOR = `${IN_TURN} AND due_at = ? AND id > ? ORDER BY id LIMIT ?`;
export const DUE_LATER = `${IN_TURN} AND due_at > ? AND due_at <= ? ORDER BY due_at, id LIMIT ?`;

/** When the first deferred delivery falls due. */
export const NEXT_DUE = `SELECT min(due_at) FROM delivery INDEXED BY delivery_deferred WHERE campaign = ? AND state = 'deferred'`;

/** A campaign's deliveries in the order of the list; the second parameter is a JSON array of states. */
export const IN_LIST_ORDER = `
  SELECT   delivery.*, relay.name AS relay
  FROM     delivery INDEXED BY delivery_by_line LEFT JOIN relay ON relay.number = delivery.relay
  WHERE    campaign = ? AND state IN (SELECT value FROM json_each(?))
  ORDER BY line, id`;

export class Deliveries {
  readonly #dueAtCursor: Statement<[number, number, number, number], TurnRow>;
  readonly #dueLater: Statement<[number, number, number, number], TurnRow>;
  readonly #nextDue: Statement<[number], number | null>;
  readonly #relayName: Statement<[number], string>;
  readonly #relays = new Map<number, string>();

  constructor(db: Database) {
    this.#dueAtCursor = db.prepare(DUE_AT_CURSOR);
    this.#dueLater = db.prepare(DUE_LATER);
    this.#nextDue = db.prepare<[number], number | null>(NEXT_DUE).pluck();
    this.#relayName = db.prepare<[number], string>('SELECT name FROM relay WHERE number = ?').pluck();
  }

  next(campaign: number, after: Cursor, now: number, limit: number): Delivery[] {
    const rows = after.dueAt <= now ? this.#dueAtCursor.all(campaign, after.dueAt, after.id, limit) : [];
    if (rows.length < limit) {
      rows.push(...this.#dueLater.all(campaign, after.dueAt, now, limit - rows.length));
    }
    return rows.map((row) => ({
      id: row.id,
      address: row.address,
      key: row.key,
      line: row.line,
      fields: readFields(row.fields),
      dueAt: row.due_at,
      attempts: row.attempts,
      firstAttemptAt: row.first_attempt_at ?? undefined,
      markedAt: row.marked_at ?? undefined,
      content: row.content ?? undefined,
      relay: row.relay === null ? undefined : this.#relay(row.relay),
    }));
  }

  /** A relay's name; there are few, and they never change. */
  #relay(number: number): string | undefined {
    const name = this.#relays.get(number) ?? this.#relayName.get(number);
    if (name !== undefined) this.#relays.set(number, name);
    return name;
  }

  nextDue(campaign: number): number | undefined {
    return this.#nextDue.get(campaign) ?? undefined;
  }
}

/** Reads a campaign's deliveries one by one. While it is read the connection can do nothing else. */
export function* inListOrder(
  db: Database,
  campaign: number,
  states: readonly State[],
): IterableIterator<RecipientRecord> {
  const rows = db.prepare<[number, string], RecordRow>(IN_LIST_ORDER);
  for (const row of rows.iterate(campaign, JSON.stringify(states))) {
    yield {
      address: row.address,
      key: row.key ?? '',
      line: row.line,
      state: row.state,
      reason: row.reason,
      reply: replyOf(row),
      relay: row.relay ?? '',
      attempts: row.attempts,
      markedAt: row.marked_at ?? undefined,
      at: row.changed_at ?? undefined,
      dueAt: row.due_at,
      fields: readFields(row.fields),
    };
  }
}

const BY_RELAY = `
  SELECT   relay.name AS relay, state, count(*) AS deliveries
  FROM     delivery INDEXED BY delivery_by_line JOIN relay ON relay.number = delivery.relay
  WHERE    campaign = ?
  GROUP BY relay.number, state
  ORDER BY relay.number`;

/** What became of the deliveries of each relay; nothing where there is one relay alone. */
export function byRelay(db: Database, campaign: number): RelayShare[] {
  if (db.prepare<[], number>('SELECT count(*) FROM relay').pluck().get()! < 2) return [];
  const rows = db.prepare<[number], { relay: string; state: State; deliveries: number }>(BY_RELAY);
  const counts = new Map<string, Partial<Record<State, number>>>();
  for (const { relay, state, deliveries } of rows.all(campaign)) {
    counts.set(relay, { ...counts.get(relay), [state]: deliveries });
  }
  return [...counts].map(([relay, own]) => ({ relay, counts: own }));
}

function replyOf(row: RecordRow): Reply | undefined {
  if (row.reply_code === null) return undefined;
  return { code: row.reply_code, enhanced: row.reply_enhanced ?? '', text: row.reply_text ?? '' };
}

/** Without a prototype, so that a column named `__proto__` or `constructor` is a plain one. */
function readFields(json: string): Fields {
  return Object.assign(Object.create(null), JSON.parse(json));
}
