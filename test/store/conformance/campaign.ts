// What the conformance tests need to say briefly: a store under test, plans, rows, and a ledger's whole state to compare.
// Knows the Ledger interface and the domain; knows no store.

import type { Campaign, Content } from '../../../src/domain/campaign.js';
import type { Delivery, Mark, Outcome, State } from '../../../src/domain/delivery.js';
import type { InvalidRow, ListRow, RecipientRow } from '../../../src/domain/recipient.js';
import type { Cursor, Imported, ImportPlan, Ledger } from '../../../src/store/ledger.js';

/** A place where one ledger can lie. */
export interface Place {
  /** Opens the ledger; again for a second one on the same record. */
  open(): Ledger;
  remove(): void;
}

/** A store under test. */
export interface Store {
  /** A new place for each test. */
  place(): Place;
  /** False when a second opening gives another, empty ledger. */
  readonly lasting: boolean;
}

export const START: Cursor = { dueAt: -1, id: 0 };

export const CONTENT: Content = {
  subject: 'News for {{first_name}}',
  html: '<p>{{first_name}} — “naïve” 🎉</p>',
  text: '{{first_name}}',
  sender: { from: 'News <news@example.com>', replyTo: '', returnPath: 'bounce@example.com' },
  headers: [['X-One', 'a b']],
  listId: 'list.example.com',
  sources: ['/home/ada/news.mjml'],
  unsubscribeUrl: '',
  locale: 'en',
  attachments: [],
  jsonColumns: [],
  rawFields: [],
  unsubscribeMailto: 'leave@example.com',
};

let ids = 0;

export function plan(name: string, changed: Partial<ImportPlan> = {}): ImportPlan {
  ids += 1;
  return {
    name,
    id: ids.toString(16).padStart(32, '0'),
    rehearsal: false,
    contentHash: 'c0ffee',
    content: CONTENT,
    replaceContent: false,
    now: 1000,
    options: { rate: '10/s' },
    columns: ['email', 'first_name'],
    listHash: 'beef',
    mayWithdraw: 1,
    ...changed,
  };
}

/** A row; its key is the address in lower case. */
export function row(address: string, line: number, fields: Record<string, string> = {}): RecipientRow {
  const merged = Object.assign(Object.create(null), { email: address }, fields);
  return { kind: 'recipient', line, address, key: address.toLowerCase(), fields: merged };
}

export function invalid(address: string, line: number, reason = 'the address has no @'): InvalidRow {
  return { kind: 'invalid', line, address, reason };
}

/** People on lines 2, 3, …: `p1@example.com`, `p2@example.com`, … */
export function people(count: number): RecipientRow[] {
  return Array.from({ length: count }, (_, i) => row(`p${i + 1}@example.com`, i + 2));
}

/** The rows in batches of two, each after a turn of the event loop. */
export async function* list(rows: readonly ListRow[]): AsyncGenerator<readonly ListRow[]> {
  for (let i = 0; i < rows.length; i += 2) {
    await new Promise((resolve) => setImmediate(resolve));
    yield rows.slice(i, i + 2);
  }
}

/** Imports under the campaign's lock, taking it for that long when nobody has. */
export async function importList(
  ledger: Ledger,
  name: string,
  rows: readonly ListRow[],
  changed: Partial<ImportPlan> = {},
): Promise<Imported> {
  const lock = ledger.lock(name);
  try {
    return await ledger.import(plan(name, changed), list(rows));
  } finally {
    lock?.release();
  }
}

/** A campaign with these rows, and its deliveries that are due, by address. */
export async function campaignOf(
  ledger: Ledger,
  name: string,
  rows: readonly ListRow[],
): Promise<{ campaign: Campaign; by: Map<string, Delivery> }> {
  const { campaign } = await importList(ledger, name, rows);
  const due = await ledger.claim(campaign, START, 1_000_000, 1000);
  return { campaign, by: new Map(due.map((delivery) => [delivery.address, delivery])) };
}

/** A mark, asked for at the moment that is the message's Date. */
export function mark(delivery: number, at: number, changed: Partial<Mark> = {}): Mark {
  return { delivery, at, now: at, relay: 'smtp://relay.example.com:587', ...changed };
}

export function outcome(delivery: number, state: State, changed: Partial<Outcome> = {}): Outcome {
  return {
    delivery,
    state,
    at: 5000,
    dueAt: 0,
    charged: false,
    reply: undefined,
    reason: '',
    relay: '',
    ...changed,
  };
}

/** All that a ledger says of a campaign, for comparing before and after. */
export async function everything(ledger: Ledger, name: string): Promise<unknown> {
  const campaign = ledger.find(name);
  if (!campaign) return { names: ledger.names() };
  return {
    names: ledger.names(),
    campaign,
    overview: { ...ledger.overview(campaign), running: undefined },
    recipients: [...ledger.recipients(campaign)],
    due: await ledger.claim(campaign, START, Number.MAX_SAFE_INTEGER, 1000),
  };
}

/** Addresses in a state, in the order of the list. */
export function inState(ledger: Ledger, campaign: Campaign, ...states: State[]): string[] {
  return [...ledger.recipients(campaign, states)].map((record) => record.address);
}
