// The ledger on SQLite: opens a file and joins the rooms of this folder to the promises of ../ledger.ts.
// Knows when a transaction begins and ends; what is written in it is the rooms' business.

import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { Campaign, Content, RunOptions } from '../../domain/campaign.js';
import type { HandedOver } from '../../domain/cap.js';
import { type Delivery, STATES, type State } from '../../domain/delivery.js';
import type { ListRow } from '../../domain/recipient.js';
import type {
  AttemptRecord,
  Cursor,
  Imported,
  ImportPlan,
  InDoubtWord,
  Ledger,
  Lock,
  Overview,
  RecipientRecord,
  RelayShare,
  Resolution,
  Settled,
} from '../ledger.js';
import type { Suppressions } from '../suppressions.js';
import { attemptsInListOrder } from './attempts.js';
import { Campaigns } from './campaigns.js';
import { carried } from './carried-rows.js';
import { holdingOn, IN_MEMORY, openForReading, openForWriting, patiently } from './connection.js';
import { byRelay, Deliveries, inListOrder } from './deliveries.js';
import { translated, translating } from './errors.js';
import { Importer } from './import.js';
import { ImportApart } from './import-apart.js';
import { Locks } from './lock.js';
import { SqliteSuppressions } from './suppressions.js';
import { Transactions } from './transactions.js';
import { type Group, Writer } from './writer.js';

/**
 * Opens the ledger at `path`, making it when there is none; `:memory:` is one without a file.
 * `readonly` opens an existing one for `status` and `recipients`, also while a run writes to it.
 * @throws MailblastError when it cannot be made, read or written, is no ledger, or is a newer mailblast's.
 */
export function openLedger(path: string, options: { readonly readonly?: boolean } = {}): Ledger {
  const full = path === IN_MEMORY ? path : resolve(path);
  const db = options.readonly ? openForReading(full) : openForWriting(full);
  return translating(full, () => new SqliteLedger(full, db));
}

class SqliteLedger implements Ledger {
  readonly path: string;
  readonly secret: Uint8Array;
  readonly suppressions: Suppressions;
  readonly #db: Database;
  readonly #locks: Locks;
  readonly #campaigns: Campaigns;
  readonly #deliveries: Deliveries;
  readonly #transactions: Transactions;
  readonly #importer: Importer | ImportApart;
  #writer: Writer | undefined;
  #importing = false;

  constructor(path: string, db: Database) {
    this.path = path;
    this.#db = db;
    // Two paths to one file, by a symbolic link, have one folder of locks.
    this.#locks = new Locks(path === IN_MEMORY ? undefined : `${realpathSync(path)}.locks`);
    this.#campaigns = new Campaigns(db);
    this.#deliveries = new Deliveries(db);
    this.#transactions = new Transactions(db);
    this.#importer = path === IN_MEMORY ? new Importer(db) : new ImportApart(path, db.readonly);
    this.suppressions = new SqliteSuppressions(db, {
      write: (work) => this.#writePatiently(work),
      read: (work) => this.#read(work),
      apart: (rows) => this.#apart(rows),
    });
    this.secret = new Uint8Array(db.prepare<[], Buffer>('SELECT secret FROM ledger').pluck().get()!);
  }

  names(): string[] {
    return this.#read(() => this.#campaigns.names());
  }

  find(name: string): Campaign | undefined {
    return this.#read(() => this.#campaigns.find(name));
  }

  content(campaign: Campaign, number: number): Content {
    return this.#read(() => this.#campaigns.content(campaign, number));
  }

  lock(name: string): Lock | undefined {
    return this.#locks.acquire(name);
  }

  async import(plan: ImportPlan, rows: AsyncIterable<readonly ListRow[]>): Promise<Imported> {
    this.#expectLock(plan.name);
    this.#expectNoImport();
    this.#importing = true;
    try {
      return await this.#importer.run(plan, carried(rows));
    } catch (error) {
      throw translated(error, this.path);
    } finally {
      this.#importing = false;
    }
  }

  settle(campaign: Campaign, word: InDoubtWord, now: number): Settled {
    this.#expectLock(campaign.name);
    const settled = this.#write(() => this.#transactions.moves.settle(campaign.number, word, now));
    // Somebody is about to send: the thread is there when the first mark is asked for.
    if (this.path !== IN_MEMORY) this.#writer ??= new Writer(this.path);
    return settled;
  }

  resolve(campaign: Campaign, resolutions: readonly Resolution[], now: number): void {
    this.#expectLock(campaign.name);
    this.#write(() => this.#transactions.moves.resolve(campaign.number, resolutions, now));
  }

  async claim(campaign: Campaign, after: Cursor, now: number, limit: number): Promise<Delivery[]> {
    return this.#read(() => this.#deliveries.next(campaign.number, after, now, limit));
  }

  async record(group: Group): Promise<readonly number[]> {
    this.#expectNoImport();
    // A connection that may not write says so itself.
    if (this.path === IN_MEMORY || this.#db.readonly) {
      return this.#write(() => this.#transactions.moves.record(group.outcomes, group.marks, group.tried));
    }
    this.#writer ??= new Writer(this.path);
    try {
      return await this.#writer.record(group);
    } catch (error) {
      throw translated(error, this.path);
    }
  }

  handedOver(relay: string, since: number): HandedOver[] {
    return this.#read(() => this.#transactions.handedOver.since(relay, since));
  }

  firstUse(relay: string): number | undefined {
    return this.#read(() => this.#transactions.handedOver.firstUse(relay));
  }

  overview(campaign: Campaign): Overview {
    return this.#read(() => ({
      ...this.#transactions.tally.read(campaign.number),
      nextDue: this.#deliveries.nextDue(campaign.number),
      running: this.#locks.isHeld(campaign.name),
    }));
  }

  byRelay(campaign: Campaign): RelayShare[] {
    return this.#read(() => byRelay(this.#db, campaign.number));
  }

  recipients(campaign: Campaign, states: readonly State[] = []): IterableIterator<RecipientRecord> {
    const wanted = states.length === 0 ? STATES : states;
    return this.#apart((db) => inListOrder(db, campaign.number, wanted));
  }

  attempts(campaign: Campaign, states: readonly State[] = []): IterableIterator<AttemptRecord> {
    const wanted = states.length === 0 ? STATES : states;
    return this.#apart((db) => attemptsInListOrder(db, campaign.number, wanted));
  }

  remember(campaign: Campaign, options: RunOptions): void {
    this.#write(() => this.#campaigns.remember(campaign, options));
  }

  brake(campaign: Campaign, reason: string, now: number): void {
    this.#write(() => this.#campaigns.brake(campaign, reason, now));
  }

  liftBrake(campaign: Campaign): void {
    this.#write(() => this.#campaigns.liftBrake(campaign));
  }

  abandon(campaign: Campaign, now: number): void {
    this.#write(() => {
      this.#campaigns.abandon(campaign, now);
      this.#transactions.moves.abandon(campaign.number, now);
    });
  }

  close(): void {
    this.#writer?.close();
    this.#locks.releaseAll();
    if (this.#importer instanceof ImportApart) this.#importer.close();
    translating(this.path, () => this.#db.close());
  }

  /** A connection of its own: an open reading neither stops this one from writing nor sees half of what it writes. */
  *#apart<T>(rows: (db: Database) => IterableIterator<T>): IterableIterator<T> {
    if (this.path === IN_MEMORY) {
      yield* this.#read(() => [...rows(this.#db)]);
      return;
    }
    const db = openForReading(this.path);
    try {
      yield* rows(db);
    } catch (error) {
      throw translated(error, this.path);
    } finally {
      db.close();
    }
  }

  /** One short transaction, waiting for other processes, this one going on meanwhile. */
  async #writePatiently<T>(work: () => T): Promise<T> {
    try {
      return await patiently(() => this.#transact(work));
    } catch (error) {
      throw translated(error, this.path);
    }
  }

  /** One short transaction, holding this process up while another writes. */
  #write<T>(work: () => T): T {
    return translating(this.path, () => holdingOn(() => this.#transact(work)));
  }

  #transact<T>(work: () => T): T {
    this.#expectNoImport();
    return this.#transactions.run(work);
  }

  #read<T>(work: () => T): T {
    this.#expectNoImport();
    return translating(this.path, work);
  }

  /** An import's transaction is open across the reading of the list; whatever else came would be part of it. */
  #expectNoImport(): void {
    if (this.#importing) throw new Error('the ledger is importing a list');
  }

  #expectLock(name: string): void {
    if (!this.#locks.holds(name)) throw new Error(`the lock of ${name} is not held`);
  }
}
