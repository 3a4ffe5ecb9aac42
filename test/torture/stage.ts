// The real engine, the real session and the real ledger in this process, against a relay that misbehaves: for whatever
// does not kill the run. Knows how a run is put together; what is done to it and what must come of it are the rows'.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Content } from '../../src/domain/campaign.js';
import type { Clock } from '../../src/domain/clock.js';
import type { RunEvent } from '../../src/engine/events.js';
import type { Route } from '../../src/engine/route.js';
import { type SendSettings, send } from '../../src/engine/send.js';
import { Stop } from '../../src/engine/stop.js';
import { parseRelayUrl, type SmtpTarget } from '../../src/relay/relay-url.js';
import { smtpRelay } from '../../src/relay/smtp-relay.js';
import type { Timeouts } from '../../src/relay/timeouts.js';
import type { Ledger, Overview } from '../../src/store/ledger.js';
import { openLedger } from '../built.js';
import { makeCertificates, readKeyPair } from '../servers/certificates.js';
import { type FakeRelay, type FakeRelayOptions, startFakeRelay } from '../servers/fake-relay.js';
import { HastyClock } from './hasty-clock.js';
import { Journal } from './journal.js';
import { CAMPAIGN, layLedger } from './laid-ledger.js';
import { judge, type Verdict } from './oracle.js';
import { ReadersEye } from './readers-eye.js';
import { inFolder } from './row.js';

export interface StageOptions {
  readonly people: number;
  /** Merge fields beside the address; a name unless told. */
  readonly fields?: (number: number) => Record<string, string>;
  readonly content?: Partial<Content>;
  readonly connections?: number;
  /** Messages that a session may have unanswered, on a relay with CHUNKING. */
  readonly depth?: number;
  readonly relay?: Omit<FakeRelayOptions, 'witness'>;
  /** The relay is reached over STARTTLS, and wants a login. */
  readonly secured?: boolean;
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
const TIMEOUTS: Partial<Timeouts> = {
  greeting: 60_000,
  command: 60_000,
  data: 60_000,
  body: 60_000,
  quit: 100,
};

const LOGIN = { user: 'news', password: 'secret' };

async function securityIn(folder: string): Promise<Pick<FakeRelayOptions, 'tls' | 'login'>> {
  return { tls: await readKeyPair(await makeCertificates(folder)), login: LOGIN };
}

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
      const security = options.secured ? await securityIn(folder) : {};
      const relay = await startFakeRelay({ ...options.relay, ...security, witness: journal });
      const stage = new Stage(folder, options, relay, journal, eye);
      try {
        await layLedger(stage.path, options, stage.clock.now());
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
    const login = this.#options.secured ? `${LOGIN.user}:${LOGIN.password}@` : '';
    const url = `smtp://${login}127.0.0.1:${this.relay.port}`;
    const target = parseRelayUrl(url, 'environment') as SmtpTarget;
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
    assert.equal(start?.in_doubt_at_most, this.connections * this.depth, 'the bound that is printed');
    return judge({
      journal: this.journal,
      ledger: this.path,
      campaign: CAMPAIGN,
      people: this.#options.people,
      ...(resent ? { resent } : {}),
      ...(assumed ? { assumed } : {}),
    });
  }
}
