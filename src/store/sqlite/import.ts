// How a list is merged into a campaign: row by row, people found by address, all of it in one transaction.
// Knows the rules of `Imported`; knows nothing of CSV, nor when it is called.

import type { Database, Statement } from 'better-sqlite3';
import type { State } from '../../domain/delivery.js';
import type { Imported, ImportPlan } from '../ledger.js';
import { Additions } from './additions.js';
import { Campaigns } from './campaigns.js';
import { type CarriedRows, PARTS } from './carried-rows.js';
import { patiently } from './connection.js';
import { type Known, People } from './people.js';
import { Seen } from './seen.js';
import { Tally } from './tally.js';

/**
 * Page cache while a new campaign's list is read, in KiB; also what is sorted at a time. Its rows and its people are
 * written in the order in which they lie, so more only took memory and time.
 */
const NEW_CACHE = 8 * 1024;
/** The same for an existing campaign: addresses come in no order, and each lies somewhere else. */
const MERGE_CACHE = 32 * 1024;
const USUAL_CACHE = 16 * 1024;

const GONE = 'the address is gone from the list';

/** States in which somebody who left the list is withdrawn. */
const WITHDRAWN_FROM = ['pending', 'deferred'] as const;

/** Each of these is one walk along an index that holds little else; SQLite refuses the statement otherwise. */
const DROP_UNKEYED = `
  DELETE FROM delivery INDEXED BY delivery_unusable
  WHERE  campaign = ? AND state = ? AND state IN ('invalid', 'duplicate') AND key IS NULL`;
const LEFT = `
  SELECT id FROM delivery INDEXED BY delivery_by_turn
  WHERE  campaign = ? AND state = ? AND state IN ('pending', 'deferred')`;
const UNMERGEABLE = `
  SELECT id FROM delivery INDEXED BY delivery_unusable
  WHERE  campaign = ? AND state = 'invalid' AND state IN ('invalid', 'duplicate') AND key IS NOT NULL`;
const SUPPRESSED = `
  SELECT id FROM delivery INDEXED BY delivery_suppressed
  WHERE  campaign = ? AND state = 'suppressed'`;

/** One import on its way. */
interface Job {
  readonly campaign: number;
  /** Made by this import: nobody is known yet, and people are found, and found twice, when all rows are in. */
  readonly fresh: boolean;
  readonly now: number;
  readonly seen: Seen;
  rows: number;
  added: number;
  returned: number;
  invalid: number;
  duplicate: number;
}

/** A row that can be mailed. */
interface Person {
  readonly key: string;
  readonly address: string;
  readonly line: number;
  /** As JSON. */
  readonly fields: string;
}

export class Importer {
  readonly #db: Database;
  readonly #campaigns: Campaigns;
  readonly #tally: Tally;
  readonly #people: People;
  readonly #additions: Additions;
  readonly #change: Statement<[number, string, string, number]>;
  readonly #revive: Statement<[number, number]>;
  readonly #dropUnkeyed: Statement<[number, State]>;
  readonly #left: Statement<[number, State], number>;
  readonly #unmergeable: Statement<[number], number>;
  readonly #suppressed: Statement<[number], number>;
  readonly #withdraw: Statement<[number, string, number]>;

  constructor(db: Database) {
    this.#db = db;
    this.#campaigns = new Campaigns(db);
    this.#tally = new Tally(db);
    this.#people = new People(db);
    this.#additions = new Additions(db);
    this.#change = db.prepare('UPDATE delivery SET line = ?, address = ?, fields = ? WHERE id = ?');
    // It is on the list anew, so its attempts count anew. Its mark stays: the Date of its first copy (R5).
    this.#revive = db.prepare(`
      UPDATE delivery
      SET    state = 'pending', due_at = 0, changed_at = ?, attempts = 0, first_attempt_at = NULL,
             reply_code = NULL, reply_enhanced = NULL, reply_text = NULL, reason = '', relay = NULL
      WHERE  id = ?`);
    this.#dropUnkeyed = db.prepare(DROP_UNKEYED);
    this.#left = db.prepare<[number, State], number>(LEFT).pluck();
    this.#unmergeable = db.prepare<[number], number>(UNMERGEABLE).pluck();
    this.#suppressed = db.prepare<[number], number>(SUPPRESSED).pluck();
    this.#withdraw = db.prepare(`
      UPDATE delivery
      SET    state = 'withdrawn', due_at = 0, changed_at = ?, reason = ?
      WHERE  id = ?`);
  }

  /** The whole import. Whatever fails, the ledger is as it was. */
  async run(plan: ImportPlan, rows: AsyncIterable<CarriedRows>): Promise<Imported> {
    await patiently(() => this.#db.exec('BEGIN IMMEDIATE'));
    try {
      const imported = await this.#merge(plan, rows);
      this.#db.exec(imported.done ? 'COMMIT' : 'ROLLBACK');
      return imported;
    } catch (error) {
      // SQLite may have rolled back by itself, and the ledger may have been closed meanwhile.
      if (this.#db.open && this.#db.inTransaction) this.#db.exec('ROLLBACK');
      throw error;
    } finally {
      this.#tally.forget();
      if (this.#db.open) this.#db.pragma(`cache_size = -${USUAL_CACHE}`);
    }
  }

  async #merge(plan: ImportPlan, rows: AsyncIterable<CarriedRows>): Promise<Imported> {
    const before = this.#campaigns.find(plan.name);
    if (before?.abandonedAt !== undefined) throw new Error(`${plan.name} was abandoned and takes no list`);
    const campaign = before ?? this.#campaigns.make(plan);
    const { number } = campaign;
    if (!before) this.#tally.begin(number);
    this.#db.pragma(`cache_size = -${before ? MERGE_CACHE : NEW_CACHE}`);
    const { counts } = this.#tally.read(number);
    const leftBefore = counts.pending + counts.deferred;

    this.#campaigns.imported(campaign, plan, !before);
    for (const state of ['invalid', 'duplicate'] as const) {
      this.#tally.added(number, state, -this.#dropUnkeyed.run(number, state).changes);
    }
    const sums = { rows: 0, added: 0, returned: 0, invalid: 0, duplicate: 0 };
    const job: Job = { campaign: number, fresh: !before, now: plan.now, seen: new Seen(), ...sums };
    for await (const batch of rows) this.#batch(job, batch);
    if (job.fresh) {
      job.duplicate = this.#people.findAll(number, job.added);
      job.added -= job.duplicate;
    }
    const gone = WITHDRAWN_FROM.map((state) =>
      before ? unseen(job, this.#left.iterate(number, state)) : [],
    );
    const withdrawn = gone.reduce((sum, ids) => sum + ids.length, 0);
    const { rows: read, added, returned, invalid, duplicate } = job;
    const figures = { rows: read, added, returned, withdrawn, leftBefore, invalid, duplicate };
    if (withdrawn > plan.mayWithdraw * leftBefore) return { campaign, done: false, ...figures };

    gone.forEach((ids, i) => {
      this.#withdrawAll(job, WITHDRAWN_FROM[i]!, ids);
    });
    // Who could not be merged, or must not be mailed, and is gone now was not waited for: it is not counted.
    if (before) {
      this.#withdrawAll(job, 'invalid', unseen(job, this.#unmergeable.iterate(number)));
      this.#withdrawAll(job, 'suppressed', unseen(job, this.#suppressed.iterate(number)));
    }
    this.#tally.added(number, 'pending', added);
    this.#tally.added(number, 'invalid', invalid);
    this.#tally.added(number, 'duplicate', duplicate);
    this.#tally.write();
    return { campaign: this.#campaigns.find(plan.name)!, done: true, ...figures };
  }

  #batch(job: Job, batch: CarriedRows): void {
    const added: CarriedRows = [];
    for (let at = 0; at < batch.length; at += PARTS) {
      const [key, address, line, rest] = batch.slice(at, at + PARTS) as [
        string | null,
        string,
        number,
        string,
      ];
      if (key === null) {
        this.#additions.unusable(job.campaign, { address, line, fields: '{}' }, 'invalid', rest);
        job.invalid += 1;
      } else if (job.fresh) added.push(key, address, line, rest);
      else this.#recipient(job, { key, address, line, fields: rest });
    }
    this.#additions.allPending(job.campaign, added);
    job.rows += batch.length / PARTS;
    job.added += added.length / PARTS;
  }

  /** Merges somebody into a campaign that has people. */
  #recipient(job: Job, row: Person): void {
    const { key, address, line, fields } = row;
    const known = this.#people.find(key, job.campaign);
    if (!known) {
      const id = this.#additions.pending(job.campaign, [key, address, line, fields]);
      this.#people.add(key, job.campaign, id);
      job.added += 1;
      job.seen.add(id);
      return;
    }
    if (job.seen.has(known.id)) {
      const reason = `the address stands on line ${known.line} already`;
      this.#additions.unusable(job.campaign, row, 'duplicate', reason);
      job.duplicate += 1;
      return;
    }
    job.seen.add(known.id);
    this.#update(job, known, row);
  }

  /** Brings a known delivery up to the list's row. One that was marked keeps its address and fields (R5). */
  #update(job: Job, known: Known, row: Person): void {
    const next = known.marked_at === null ? row : known;
    if (row.line !== known.line || next.address !== known.address || next.fields !== known.fields) {
      this.#change.run(row.line, next.address, next.fields, known.id);
    }
    if (known.state === 'withdrawn' || known.state === 'invalid') {
      this.#revive.run(job.now, known.id);
      this.#tally.moved(job.campaign, known.state, 'pending', job.now);
      if (known.state === 'withdrawn') job.returned += 1;
    }
  }

  #withdrawAll(job: Job, from: State, ids: readonly number[]): void {
    for (const id of ids) this.#withdraw.run(job.now, GONE, id);
    if (ids.length > 0) this.#tally.moved(job.campaign, from, 'withdrawn', job.now, ids.length);
  }
}

/** Those of the deliveries that the list did not name. */
function unseen(job: Job, ids: Iterable<number>): number[] {
  const left: number[] = [];
  for (const id of ids) if (!job.seen.has(id)) left.push(id);
  return left;
}
