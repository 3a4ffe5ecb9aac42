// Who is on a campaign's list: which address is which delivery (R7), and which rows repeat somebody else's.
// Knows the person table, and the rows of deliveries that it leads to; knows no rule of merging.

import type { Database, Statement } from 'better-sqlite3';
import type { State } from '../../domain/delivery.js';

/** A new campaign's people, sorted, so that each lands beside the one before it. A key's first row is the person. */
const ALL_PEOPLE = `
  INSERT INTO person (key, campaign, delivery)
  SELECT   key, campaign, id
  FROM     delivery INDEXED BY delivery_by_line
  WHERE    campaign = ? AND key IS NOT NULL
  ORDER BY key, id
  ON CONFLICT DO NOTHING`;

/** The rows of a new campaign whose key is another row's. Twice the campaign: keys that stand there twice, and rows. */
const ALL_DUPLICATES = `
  UPDATE delivery INDEXED BY delivery_by_line
  SET    state = 'duplicate', key = NULL, reason = 'the address stands on line ' || first.line || ' already'
  FROM   person JOIN delivery AS first ON first.id = person.delivery
  WHERE  delivery.key IN (
           SELECT key FROM delivery WHERE campaign = ? AND key IS NOT NULL GROUP BY key HAVING count(*) > 1)
  AND    delivery.campaign = ?
  AND    person.key = delivery.key AND person.campaign = delivery.campaign AND person.delivery <> delivery.id`;

/** What an import has to know of a delivery that is there already. */
export interface Known {
  readonly id: number;
  readonly address: string;
  readonly line: number;
  readonly fields: string;
  readonly state: State;
  readonly marked_at: number | null;
}

export class People {
  readonly #find: Statement<[string, number], Known>;
  readonly #add: Statement<[string, number, number]>;
  readonly #all: Statement<[number]>;
  readonly #duplicates: Statement<[number, number]>;

  constructor(db: Database) {
    this.#find = db.prepare(`
      SELECT id, address, line, fields, state, marked_at
      FROM   person JOIN delivery ON delivery.id = person.delivery
      WHERE  person.key = ? AND person.campaign = ?`);
    this.#add = db.prepare('INSERT INTO person (key, campaign, delivery) VALUES (?, ?, ?)');
    this.#all = db.prepare(ALL_PEOPLE);
    this.#duplicates = db.prepare(ALL_DUPLICATES);
  }

  find(key: string, campaign: number): Known | undefined {
    return this.#find.get(key, campaign);
  }

  add(key: string, campaign: number, delivery: number): void {
    this.#add.run(key, campaign, delivery);
  }

  /**
   * Finds the people among the `rows` pending deliveries of a campaign that has no people yet, makes duplicates of the rows that repeat
   * one, and gives the number of those.
   */
  findAll(campaign: number, rows: number): number {
    const duplicates = rows - this.#all.run(campaign).changes;
    if (duplicates > 0) this.#duplicates.run(campaign, campaign);
    return duplicates;
  }
}
