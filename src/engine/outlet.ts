// One relay at work in a run: its pace, its caps, its desk and its pool, and whether it is down.
// Knows how the parts of one relay are put together; knows nothing of the other relays.

import type { Brake } from '../domain/brake.js';
import type { Campaign } from '../domain/campaign.js';
import type { Clock } from '../domain/clock.js';
import type { MailblastError } from '../domain/errors.js';
import { Pace } from '../domain/pace.js';
import { Pool } from '../relay/pool.js';
import type { Relay } from '../relay/relay.js';
import type { Ledger, Overview } from '../store/ledger.js';
import type { Bounds } from './bounds.js';
import { Cap } from './cap.js';
import { Desk } from './desk.js';
import { Editions } from './editions.js';
import type { Reporter } from './events.js';
import { Gate } from './gate.js';
import type { PersonalMessage } from './letters.js';
import type { Holder, Source } from './line.js';
import { Outcomes } from './outcomes.js';
import { type Pause, pauseOf } from './pause.js';
import type { Recorder } from './recorder.js';
import type { Route } from './route.js';
import type { Stop } from './stop.js';

/** Signed messages made ahead: enough to keep two cores signing, at most half a second of a slow rate. */
const SIGNED_AHEAD = 32;

/** What an outlet shares with the run's others. */
export interface OutletParts {
  readonly campaign: Campaign;
  readonly ledger: Ledger;
  readonly recorder: Recorder;
  readonly bounds: Bounds;
  readonly brake: Brake;
  readonly onBrake: (reason: string) => void;
  /** Milliseconds from a delivery's first attempt, after which it is given up. */
  readonly retryFor: number;
  readonly clock: Clock;
  readonly stop: Stop;
  readonly report: Reporter;
  /** Told when this relay cannot be used any longer, by what it said or since it is not there. */
  readonly onFailure: (outlet: Outlet, failure: Error) => void;
  /** Told when it was down, and a connection was opened again. */
  readonly onBack: (outlet: Outlet) => void;
}

export class Outlet implements Holder {
  readonly name: string;
  readonly weight: number | undefined;
  readonly letters: Editions;
  readonly #relay: Relay;
  readonly #parts: OutletParts;
  readonly #pace: Pace;
  readonly #cap: Cap;
  readonly #gate: Gate;
  /** In front of what is told about this relay, where there are several. */
  readonly #named: string;
  #desk!: Desk;
  #pool!: Pool<PersonalMessage>;
  /** Those that are closing, and the one in use. */
  readonly #pools = new Set<Pool<PersonalMessage>>();
  #failure: Error | undefined;

  constructor(route: Route, parts: OutletParts, several: boolean) {
    const { clock, campaign, ledger } = parts;
    this.name = route.relay.name;
    this.weight = route.weight;
    this.letters = new Editions(campaign, ledger, route.sign, route.sender);
    this.#relay = route.relay;
    this.#parts = parts;
    this.#pace = new Pace(route.rate, route.connections);
    this.#cap = new Cap(ledger, this.name, route, clock);
    this.#gate = new Gate(parts.bounds, this.#cap, this.#pace, clock);
    this.#named = several ? `${this.name}: ` : '';
  }

  /** Begins work on what `queue` gives. `onReady` is told when a message came in that was not there when one was asked for. */
  begin(queue: Source, onReady: () => void): void {
    const { ledger, recorder, clock, stop, report, brake, onBrake, retryFor } = this.#parts;
    this.#desk = new Desk({
      ...{ queue, letters: this.letters, recorder, suppressions: ledger.suppressions },
      ...{ cap: this.#cap, pace: this.#pace, gate: this.#gate },
      outcomes: new Outcomes({ recorder, relay: this.name, clock, report, brake, onBrake }),
      settings: {
        relay: this.name,
        retryFor,
        ahead: Math.min(SIGNED_AHEAD, Math.max(1, Math.ceil(this.#pace.rate / 2))),
      },
      ...{ clock, stop, onReady },
      report: (event) =>
        report(event.event === 'notice' ? { ...event, text: `${this.#named}${event.text}` } : event),
      onRefused: (failure) => this.#parts.onFailure(this, failure),
    });
    this.#pool = this.#newPool(this.#relay);
  }

  /** Why it cannot be used, if it cannot. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  get open(): boolean {
    return this.#gate.relayOpen;
  }

  get slowed(): boolean {
    return this.#pace.lowered;
  }

  get intervalMs(): number {
    return 1000 / this.#pace.rate;
  }

  /** Nothing is in hand, and nothing is due or may be begun. */
  get idle(): boolean {
    return this.#desk.idle;
  }

  /** Whether there is something that could be begun, but for limit and cap. */
  get stocked(): boolean {
    return this.#desk.stocked;
  }

  /** Whether anything is written ahead, or in the making. */
  get ahead(): boolean {
    return this.#desk.ahead;
  }

  /** Why it takes nothing now although something is left, and until when. */
  pause(overview: Overview): Pause | undefined {
    return pauseOf(overview, this.#cap, this.#pace, this.#parts.clock);
  }

  wake(): void {
    this.#pool.wake();
    this.#desk.lookUp();
  }

  /** Resolves when it is idle, or the run is to stop. */
  quiet(): Promise<void> {
    return this.#desk.quiet();
  }

  /** Looks whether it is quiet: a moment has passed. */
  lookUp(): void {
    this.#desk.lookUp();
  }

  handBack(): void {
    this.#desk.handBack();
  }

  /** Begins nothing more, and finishes what is in flight. */
  shut(failure: Error): void {
    this.#failure = failure;
    this.#gate.down = true;
    this.#closePool(this.#pool);
    this.#desk.handBack();
    this.#desk.lookUp();
  }

  /** Tries the relay again. */
  reopen(): void {
    this.#failure = undefined;
    this.#gate.down = false;
    const { name, rehearsal } = this.#relay;
    const open = async () => {
      const session = await this.#relay.open();
      this.#parts.onBack(this);
      return session;
    };
    this.#pool = this.#newPool({ name, rehearsal, open, close: async () => {} });
  }

  /** Takes no further message; resolves when every session is over. */
  async close(): Promise<void> {
    await Promise.all([...this.#pools].map((pool) => pool.close()));
    await this.#relay.close();
  }

  /** Breaks every connection at once. */
  destroy(): void {
    for (const pool of this.#pools) pool.destroy();
  }

  #newPool(relay: Relay): Pool<PersonalMessage> {
    const notice = (text: string) => this.#parts.report({ event: 'notice', text: `${this.#named}${text}` });
    const pool: Pool<PersonalMessage> = new Pool(
      relay,
      this.#desk,
      { pace: this.#pace, notice },
      this.#parts.clock,
      (failure) => this.#parts.onFailure(this, failure),
    );
    this.#pools.add(pool);
    return pool;
  }

  #closePool(pool: Pool<PersonalMessage>): void {
    void pool.close().then(() => this.#pools.delete(pool));
  }
}

/** Whether a relay that failed so may be there again later in the run. */
export function mayComeBack(failure: MailblastError): boolean {
  return failure.trouble === 'unreachable' || failure.trouble === 'unfinished';
}
