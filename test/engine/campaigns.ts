// Campaigns for tests of the engine: a throw-away ledger, some people, a short content, and a run of it.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Campaign, Content } from '../../src/domain/campaign.js';
import type { ListRow } from '../../src/domain/recipient.js';
import type { RunEvent } from '../../src/engine/events.js';
import type { Route } from '../../src/engine/route.js';
import { type SendSettings, send } from '../../src/engine/send.js';
import { Stop } from '../../src/engine/stop.js';
import type { ImportPlan, Ledger, Overview } from '../../src/store/ledger.js';
import { openLedger } from '../../src/store/sqlite/open.js';
import { HeldClock } from '../held-clock.js';
import { ScriptedRelay } from './scripted-relay.js';

export const CONTENT: Content = {
  subject: 'Hello {{name}}',
  html: '<p>Hello {{name}}, <a href="{{link}}">read</a>.</p>',
  text: 'Hello {{name}}.',
  sender: { from: 'News <news@example.com>', replyTo: '', returnPath: 'bounces@example.com' },
  headers: [],
  listId: 'list.example.com',
  sources: ['news.mjml'],
  unsubscribeUrl: '',
  locale: 'en',
  attachments: [],
  jsonColumns: [],
  rawFields: [],
  unsubscribeMailto: '',
};

/** `p1@example.org` and so on. */
export function person(number: number): string {
  return `p${number}@example.org`;
}

/** A relay with what is its own in a test. */
export type Sketched = Partial<Route> & { readonly relay: ScriptedRelay };

export class TestCampaign {
  readonly folder = mkdtempSync(join(tmpdir(), 'mailblast-engine-'));
  readonly clock = new HeldClock();
  readonly events: RunEvent[] = [];
  sign: Route['sign'];
  ledger: Ledger;
  campaign!: Campaign;

  constructor() {
    this.ledger = openLedger(':memory:');
  }

  async import(
    people: number | readonly string[],
    fields: (number: number) => Record<string, string> = () => ({}),
    changed: Partial<ImportPlan> = {},
  ): Promise<void> {
    const plan: ImportPlan = {
      name: 'test',
      id: '0123456789abcdef0123456789abcdef',
      rehearsal: false,
      contentHash: 'c',
      content: CONTENT,
      replaceContent: false,
      now: this.clock.now(),
      options: {},
      columns: ['email', 'name', 'link'],
      listHash: '',
      mayWithdraw: 1,
      ...changed,
    };
    // Held until the ledger is closed.
    this.ledger.lock(plan.name);
    const addresses =
      typeof people === 'number' ? Array.from({ length: people }, (_, i) => person(i + 1)) : people;
    const rows: ListRow[] = addresses.map((address, index) => ({
      kind: 'recipient',
      line: index + 2,
      address,
      key: address,
      fields: {
        email: address,
        name: `P${index + 1}`,
        link: 'https://example.com/',
        ...fields(index + 1),
      },
    }));
    async function* batches() {
      yield rows;
    }
    const imported = await this.ledger.import(plan, batches());
    this.campaign = imported.campaign;
  }

  run(
    relays: ScriptedRelay | readonly Sketched[],
    settings: Partial<SendSettings & Omit<Route, 'relay'>> = {},
    stop = new Stop(),
  ): Promise<Overview> {
    const routes = relays instanceof ScriptedRelay ? [{ relay: relays }] : relays;
    return send({
      campaign: this.campaign,
      ledger: this.ledger,
      routes: routes.map((route) => ({
        rate: Number.POSITIVE_INFINITY,
        connections: 3,
        depth: 1,
        maxPerDay: Number.POSITIVE_INFINITY,
        maxPerHour: Number.POSITIVE_INFINITY,
        warmUp: [],
        weight: undefined,
        sign: this.sign,
        sender: undefined,
        ...settings,
        ...route,
      })),
      settings: {
        limit: Number.POSITIVE_INFINITY,
        notAfter: Number.POSITIVE_INFINITY,
        maxRejected: 1,
        domainRates: [],
        retryFor: 24 * 3_600_000,
        wait: false,
        inDoubt: 'hold',
        ...settings,
      },
      clock: this.clock,
      stop,
      report: (event) => this.events.push(event),
    });
  }

  /** Lets time pass until the promise is settled, `limit` at the most. */
  async finish<T>(promise: Promise<T>, limit = 48 * 3_600_000): Promise<T> {
    let over = false;
    const watch = promise.then(
      () => {
        over = true;
      },
      () => {
        over = true;
      },
    );
    for (let passed = 0; !over && passed < limit; passed += 1_000) await this.clock.pass(1_000);
    if (!over) throw new Error('The run did not come to an end in time.');
    await watch;
    return promise;
  }

  close(): void {
    this.ledger.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
