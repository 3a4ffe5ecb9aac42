// `--max-per-day`, `--max-per-hour` and `--warm-up`: whether a further message may be begun, by what the relay was handed.
// Asks the ledger now and then, so that another run on the same relay is seen; knows nothing of messages. That two runs
// never exceed a cap together is the ledger's promise: it counts again in the transaction of each mark.

import {
  type Allowance,
  allowance,
  type CapLimit,
  DAY_MS,
  firstCounting,
  HOUR_MS,
  warmUpCap,
} from '../domain/cap.js';
import type { Clock } from '../domain/clock.js';
import type { Ledger } from '../store/ledger.js';

/** The ledger is asked again after so long. */
const LOOK_MS = 1000;

/** A relay's caps as the options give them; `Infinity` for no cap. */
export interface CapSettings {
  readonly maxPerHour: number;
  readonly maxPerDay: number;
  /** Further caps, one for each day since the relay's first use; empty for none. */
  readonly warmUp: readonly number[];
}

/** What the ledger is asked. */
type Known = Pick<Ledger, 'handedOver' | 'firstUse'>;

/** The caps that there are at `at`. */
export function limitsOf(
  { maxPerHour, maxPerDay, warmUp }: CapSettings,
  firstUse: number | undefined,
  at: number,
): readonly CapLimit[] {
  return [
    { messages: maxPerHour, windowMs: HOUR_MS },
    { messages: Math.min(maxPerDay, warmUpCap(warmUp, firstUse, at)), windowMs: DAY_MS },
  ].filter(({ messages }) => Number.isFinite(messages));
}

/** A cap that is used up: when it opens again, how many messages it allows, and which it is. */
export interface Closed {
  readonly until: number;
  readonly messages: number;
  readonly name: 'hour' | 'day' | 'warm_up';
}

export class Cap {
  readonly #ledger: Known;
  readonly #relay: string;
  readonly #settings: CapSettings;
  readonly #clock: Clock;
  /** Begun, and not known to stand in the ledger with a mark. */
  #unmarked = 0;
  #left = 0;
  #firstUse: number | undefined;
  #looked = Number.NEGATIVE_INFINITY;

  constructor(ledger: Known, relay: string, settings: CapSettings, clock: Clock) {
    this.#ledger = ledger;
    this.#relay = relay;
    this.#settings = settings;
    this.#clock = clock;
  }

  /** Whether a message may be begun now. */
  get open(): boolean {
    if (this.limits.length === 0) return true;
    if (this.#clock.monotonic() - this.#looked >= LOOK_MS) this.#look();
    return this.#left > 0;
  }

  /** The caps in force now. */
  get limits(): readonly CapLimit[] {
    return limitsOf(this.#settings, this.#firstUse, this.#clock.now());
  }

  /** A message is begun. It counts from now on, marked or not. */
  begin(): void {
    this.#left--;
    this.#unmarked++;
  }

  /** A message that was begun is marked in the ledger, or never will be. */
  known(): void {
    this.#unmarked--;
  }

  /** The ledger refused a mark: another run was faster. It is asked again before anything else is begun. */
  refused(): void {
    this.#looked = Number.NEGATIVE_INFINITY;
  }

  /** Asks the ledger, and gives the moment at which a message may be begun again, and why; undefined when one may now. */
  closed(): Closed | undefined {
    const { again: until, by } = this.#look();
    if (until === undefined || by === undefined) return undefined;
    const ofDay = by.messages < this.#settings.maxPerDay ? 'warm_up' : 'day';
    return { until, messages: by.messages, name: by.windowMs === HOUR_MS ? 'hour' : ofDay };
  }

  /** Marks on their way to the ledger may be counted twice here for a moment, and never not at all. */
  #look(): Allowance {
    if (this.#settings.warmUp.length > 0) this.#firstUse ??= this.#ledger.firstUse(this.#relay);
    const { limits } = this;
    this.#looked = this.#clock.monotonic();
    const now = this.#clock.now();
    const handed = limits.length === 0 ? [] : this.#ledger.handedOver(this.#relay, firstCounting(now));
    const allowed = allowance(handed, limits, now);
    this.#left = allowed.left - this.#unmarked;
    return allowed;
  }
}
