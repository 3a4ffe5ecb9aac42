// Campaigns as rows: made, found, remembered, with every content they had.
// Knows the campaign and content tables; deliveries and counts are their own files' business.

import type { Database, Statement } from 'better-sqlite3';
import type { Campaign, Content, RunOptions } from '../../domain/campaign.js';
import type { ImportPlan } from '../ledger.js';

interface CampaignRow {
  readonly number: number;
  readonly name: string;
  readonly id: string;
  readonly rehearsal: number;
  readonly content_hash: string;
  readonly content: string;
  readonly content_number: number;
  readonly columns: string;
  readonly created_at: number;
  readonly abandoned_at: number | null;
  readonly braked_at: number | null;
  readonly braked_reason: string | null;
  readonly options: string;
  readonly list_hash: string;
}

/** For statements on deliveries: the number of the content that their campaign has now. */
export const NEWEST_CONTENT = '(SELECT max(number) FROM content WHERE content.campaign = delivery.campaign)';

export class Campaigns {
  readonly #names: Statement<[], string>;
  readonly #find: Statement<[string], CampaignRow>;
  readonly #make: Statement<[string, string, number, number], number>;
  readonly #imported: Statement<[string, string, string, number]>;
  readonly #addContent: Statement<[number, string, string]>;
  readonly #content: Statement<[number, number], string>;
  readonly #remember: Statement<[string, number]>;
  readonly #abandon: Statement<[number, number]>;
  readonly #brake: Statement<[number | null, string | null, number]>;

  constructor(db: Database) {
    this.#names = db.prepare<[], string>('SELECT name FROM campaign ORDER BY number').pluck();
    this.#find = db.prepare(`
      SELECT campaign.*, content.number AS content_number, content.hash AS content_hash, content.body AS content
      FROM   campaign JOIN content
             ON content.number = (SELECT max(number) FROM content WHERE content.campaign = campaign.number)
      WHERE  name = ?`);
    this.#make = db
      .prepare<[string, string, number, number], number>(`
        INSERT INTO campaign (name, id, rehearsal, created_at, columns, options, list_hash)
        VALUES (?, ?, ?, ?, '[]', '{}', '')
        RETURNING number`)
      .pluck();
    this.#imported = db.prepare(
      'UPDATE campaign SET columns = ?, options = ?, list_hash = ? WHERE number = ?',
    );
    this.#addContent = db.prepare('INSERT INTO content (campaign, hash, body) VALUES (?, ?, ?)');
    this.#content = db
      .prepare<[number, number], string>('SELECT body FROM content WHERE number = ? AND campaign = ?')
      .pluck();
    this.#remember = db.prepare('UPDATE campaign SET options = ? WHERE number = ?');
    this.#abandon = db.prepare(
      'UPDATE campaign SET abandoned_at = coalesce(abandoned_at, ?) WHERE number = ?',
    );
    this.#brake = db.prepare('UPDATE campaign SET braked_at = ?, braked_reason = ? WHERE number = ?');
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
    const number = this.#make.get(plan.name, plan.id, plan.rehearsal ? 1 : 0, plan.now)!;
    this.#addContent.run(number, plan.contentHash, JSON.stringify(plan.content));
    return this.find(plan.name)!;
  }

  /** Notes what a list that is merged into the campaign brings besides its rows; `made` by the same plan just now. */
  imported(campaign: Campaign, plan: ImportPlan, made: boolean): void {
    const columns = JSON.stringify([...new Set([...plan.columns, ...campaign.columns])]);
    this.#imported.run(columns, JSON.stringify(plan.options), plan.listHash, campaign.number);
    if (plan.replaceContent && !made) {
      this.#addContent.run(campaign.number, plan.contentHash, JSON.stringify(plan.content));
    }
  }

  /** A content that the campaign has or had, by its number. */
  content(campaign: Campaign, number: number): Content {
    const body = this.#content.get(number, campaign.number);
    if (body === undefined) throw new Error(`campaign ${campaign.name} has no content ${number}`);
    return JSON.parse(body);
  }

  remember(campaign: Campaign, options: RunOptions): void {
    this.#remember.run(JSON.stringify(options), campaign.number);
  }

  /** The first time counts. */
  abandon(campaign: Campaign, now: number): void {
    this.#abandon.run(now, campaign.number);
  }

  brake(campaign: Campaign, reason: string, now: number): void {
    this.#brake.run(now, reason, campaign.number);
  }

  liftBrake(campaign: Campaign): void {
    this.#brake.run(null, null, campaign.number);
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
    contentNumber: row.content_number,
    columns: JSON.parse(row.columns),
    createdAt: row.created_at,
    abandonedAt: row.abandoned_at ?? undefined,
    braked: row.braked_at === null ? undefined : { at: row.braked_at, reason: row.braked_reason ?? '' },
    options: JSON.parse(row.options),
    listHash: row.list_hash,
  };
}
