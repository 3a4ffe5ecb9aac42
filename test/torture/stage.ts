// The real engine, the real session and the real ledger in this process, against a relay that misbehaves: for whatever
// does not kill the run. Knows how a run is put together; what is done to it and what must come of it are the rows'.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Campaign, Content } from '../../src/domain/campaign.js';
import type { Clock } from '../../src/domain/clock.js';
import type { ListRow } from '../../src/domain/recipient.js';
import type { RunEvent } from '../../src/engine/events.js';
import type { Route } from '../../src/engine/route.js';
import { type SendSettings, send } from '../../src/engine/send.js';
import { Stop } from '../../src/engine/stop.js';
import { parseRelayUrl, type SmtpTarget } from '../../src/relay/relay-url.js';
import { smtpRelay } from '../../src/relay/smtp-relay.js';
import type { Timeouts } from '../../src/relay/timeouts.js';
import type { Ledger, Overview } from '../../src/store/ledger.js';
import { CONTENT, person } from '../engine/campaigns.js';
import { type FakeRelay, type FakeRelayOptions, startFakeRelay } from '../servers/fake-relay.js';
import { openLedger } from './built-ledger.js';
import { HastyClock } from './hasty-clock.js';
import { Journal } from './journal.js';
import { judge, type Verdict } from './oracle.js';
import { ReadersEye } from './readers-eye.js';
import { inFolder } from './row.js';

export const CAMPAIGN = 'torture';

export interface StageOptions {
  readonly people: number;
  /** Merge fields beside the address; a name unless told. */
  readonly fields?: (number: number) => Record<string, string>;
  readonly content?: Partial<Content>;
  readonly connections?: number;
  /** Messages that a session may have unanswered, on a relay with CHUNKING. */
  readonly depth?: number;
  readonly relay?: Omit<FakeRelayOptions, 'witness'>;
  readonly settings?: Partial<SendSettings & Omit<Route, 'relay'>>;
  readonly timeouts?: Partial<Timeouts>;
  readonly clock?: Clock;
  /** What is put between the engine and its ledger. */
  readonly between?: (ledger: Ledger, stage: Stage) => Ledger;
  /** Told of the folder before anything is in it; gives what ends that. */
  readonly prepare?: (folder: string) => () => void;
  readonly onEvent?: (event: RunEvent, stage: Stage) => void;
}

/** What a run came to. */
export interface Ended {
  readonly overview: Overview | undefined;
  /** What it threw, when it could not go on. */
  readonly failure: Error | undefined;
}

/** Long enough that a busy machine is no silent relay. */
const TIMEOUTS: Partial<Timeouts> = { greeting: 5_000, command: 5_000, data: 5_000, body: 5_000, quit: 100 };

export class Stage {
  readonly path: string;
  readonly journal: Journal;
  readonly relay: FakeRelay;
  readonly clock: Clock;
  readonly events: RunEvent[] = [];
  /** Of the run under way, or the last one. */
  stop = new Stop();
  readonly connections: number;
  readonly depth: number;
  readonly #options: StageOptions;
  readonly #eye: ReadersEye;

  private constructor(
    folder: string,
    options: StageOptions,
    relay: FakeRelay,
    journal: Journal,
    eye: ReadersEye,
  ) {
    this.path = join(folder, 'mailblast.db');
    this.journal = journal;
    this.relay = relay;
    this.clock = options.clock ?? new HastyClock();
    this.connections = options.connections ?? 3;
    this.depth = options.depth ?? 1;
    this.#options = options;
    this.#eye = eye;
  }

  /** A stage with its list imported, for as long as the work goes on. */
  static with<T>(options: StageOptions, work: (stage: Stage) => Promise<T>): Promise<T> {
    return inFolder(async (folder) => {
      const mend = options.prepare?.(folder) ?? (() => {});
      const eye = new ReadersEye(join(folder, 'mailblast.db'));
      const journal = new Journal(join(folder, 'journal'), (transaction) => eye.look(transaction));
      const relay = await startFakeRelay({ ...options.relay, witness: journal });
      const stage = new Stage(folder, options, relay, journal, eye);
      try {
        await stage.#import();
        return await work(stage);
      } finally {
        await relay.stop();
        eye.close();
        journal.close();
        mend();
      }
    }, 'in memory');
  }

  /** One run, to its end. */
  async run(settings: Partial<SendSettings & Omit<Route, 'relay'>> = {}): Promise<Ended> {
    this.stop = new Stop();
    const own = openLedger(this.path);
    const ledger = this.#options.between?.(own, this) ?? own;
    const lock = ledger.lock(CAMPAIGN);
    assert.ok(lock, 'the campaign is locked');
    const target = parseRelayUrl(`smtp://127.0.0.1:${this.relay.port}`, 'environment') as SmtpTarget;
    try {
      const overview = await send({
        campaign: ledger.find(CAMPAIGN)!,
        ledger,
        routes: [
          {
            relay: smtpRelay(target, {
              timeouts: { ...TIMEOUTS, ...this.#options.timeouts },
              depth: this.depth,
            }),
            rate: Number.POSITIVE_INFINITY,
            ...{ connections: this.connections, depth: this.depth },
            ...{ maxPerDay: Number.POSITIVE_INFINITY, maxPerHour: Number.POSITIVE_INFINITY, warmUp: [] },
            ...{ weight: undefined, sign: undefined, sender: undefined },
            ...this.#options.settings,
            ...settings,
          },
        ],
        settings: {
          limit: Number.POSITIVE_INFINITY,
          notAfter: Number.POSITIVE_INFINITY,
          maxRejected: 1,
          domainRates: [],
          retryFor: 24 * 3_600_000,
          wait: true,
          inDoubt: 'hold',
          ...this.#options.settings,
          ...settings,
        },
        clock: this.clock,
        stop: this.stop,
        report: (event) => {
          this.events.push(event);
          this.#options.onEvent?.(event, this);
        },
      });
      return { overview, failure: undefined };
    } catch (failure) {
      return { overview: undefined, failure: failure as Error };
    } finally {
      lock.release();
      ledger.close();
    }
  }

  /** The two books compared, and the client's manners. */
  judge(resent?: ReadonlySet<string>, assumed?: ReadonlySet<string>): Verdict {
    assert.deepEqual(this.relay.faults, [], 'what the client must not do');
    assert.deepEqual(this.#eye.unmarked, [], 'messages whose end came before their mark');
    const start = this.events.find((event) => event.event === 'start');
    assert.ok(start && start.in_doubt_at_most <= this.connections * this.depth, 'the bound that is printed');
    return judge({
      journal: this.journal,
      ledger: this.path,
      campaign: CAMPAIGN,
      people: this.#options.people,
      ...(resent ? { resent } : {}),
      ...(assumed ? { assumed } : {}),
    });
  }

  async #import(): Promise<Campaign> {
    const ledger = openLedger(this.path);
    try {
      return await importPeople(ledger, this.#options, this.clock.now());
    } finally {
      ledger.close();
    }
  }
}

async function importPeople(
  ledger: Ledger,
  { people, fields = () => ({}), content = {} }: StageOptions,
  now: number,
): Promise<Campaign> {
  const rows: ListRow[] = Array.from({ length: people }, (_, index) => ({
    kind: 'recipient',
    line: index + 2,
    address: person(index + 1),
    key: person(index + 1),
    fields: {
      email: person(index + 1),
      name: `P${index + 1}`,
      link: 'https://example.com/',
      ...fields(index + 1),
    },
  }));
  async function* batches() {
    yield rows;
  }
  ledger.lock(CAMPAIGN);
  const columns = ['email', 'name', 'link'];
  const plan = {
    name: CAMPAIGN,
    id: '0123456789abcdef0123456789abcdef',
    rehearsal: false,
    content: { ...CONTENT, ...content },
  };
  const rest = { contentHash: 'c', replaceContent: false, now, options: {}, listHash: '', mayWithdraw: 1 };
  return (await ledger.import({ ...plan, ...rest, columns }, batches())).campaign;
}
