// Campaigns as rows: made, found, remembered.
// Knows the campaign table alone; deliveries and counts are their own files' business.

import type { Database, Statement } from 'better-sqlite3';
import type { Campaign, RunOptions } from '../../domain/campaign.js';
import type { ImportPlan } from '../ledger.js';

interface CampaignRow {
  readonly number: number;
  readonly name: string;
  readonly id: string;
  readonly rehearsal: number;
  readonly content_hash: string;
  readonly content: string;
  readonly columns: string;
  readonly created_at: number;
  readonly abandoned_at: number | null;
  readonly options: string;
  readonly list_hash: string;
}

export class Campaigns {
  readonly #names: Statement<[], string>;
  readonly #find: Statement<[string], CampaignRow>;
  readonly #make: Statement<[string, string, number, string, string, number]>;
  readonly #imported: Statement<[string, string, string, number]>;
  readonly #replaceContent: Statement<[string, string, number]>;
  readonly #remember: Statement<[string, number]>;
  readonly #abandon: Statement<[number, number]>;

  constructor(db: Database) {
    this.#names = db.prepare<[], string>('SELECT name FROM campaign ORDER BY number').pluck();
    this.#find = db.prepare('SELECT * FROM campaign WHERE name = ?');
    this.#make = db.prepare(`
      INSERT INTO campaign (name, id, rehearsal, content_hash, content, created_at, columns, options, list_hash)
      VALUES (?, ?, ?, ?, ?, ?, '[]', '{}', '')`);
    this.#imported = db.prepare(
      'UPDATE campaign SET columns = ?, options = ?, list_hash = ? WHERE number = ?',
    );
    this.#replaceContent = db.prepare('UPDATE campaign SET content_hash = ?, content = ? WHERE number = ?');
    this.#remember = db.prepare('UPDATE campaign SET options = ? WHERE number = ?');
    this.#abandon = db.prepare(
      'UPDATE campaign SET abandoned_at = coalesce(abandoned_at, ?) WHERE number = ?',
    );
  }

  /** All names, oldest first. */
  names(): string[] {
    return this.#names.all();
  }

  find(name: string): Campaign | undefined {
    const row = this.#find.get(name);
    return row && read(row);
  }

  /** Makes the campaign that the plan describes, without a list yet. */
  make(plan: ImportPlan): Campaign {
    const content = JSON.stringify(plan.content);
    this.#make.run(plan.name, plan.id, plan.rehearsal ? 1 : 0, plan.contentHash, content, plan.now);
    return this.find(plan.name)!;
  }

  /** Notes what a list that is merged into the campaign brings besides its rows. */
  imported(campaign: Campaign, plan: ImportPlan): void {
    const columns = JSON.stringify([...new Set([...plan.columns, ...campaign.columns])]);
    this.#imported.run(columns, JSON.stringify(plan.options), plan.listHash, campaign.number);
    if (plan.replaceContent) {
      this.#replaceContent.run(plan.contentHash, JSON.stringify(plan.content), campaign.number);
    }
  }

  remember(campaign: Campaign, options: RunOptions): void {
    this.#remember.run(JSON.stringify(options), campaign.number);
  }

  /** The first time counts. */
  abandon(campaign: Campaign, now: number): void {
    this.#abandon.run(now, campaign.number);
  }
}

function read(row: CampaignRow): Campaign {
  return {
    number: row.number,
    name: row.name,
    id: row.id,
    rehearsal: row.rehearsal === 1,
    contentHash: row.content_hash,
    content: JSON.parse(row.content),
    columns: JSON.parse(row.columns),
    createdAt: row.created_at,
    abandonedAt: row.abandoned_at ?? undefined,
    options: JSON.parse(row.options),
    listHash: row.list_hash,
  };
}
