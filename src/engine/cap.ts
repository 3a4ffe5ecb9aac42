// `--max-per-day` and `--max-per-hour`: whether a further message may be begun, by what the relay was handed.
// Asks the ledger now and then, so that another run on the same relay is seen; knows nothing of messages. That two runs
// never exceed a cap together is the ledger's promise: it counts again in the transaction of each mark.

import { type Allowance, allowance, type CapLimit, DAY_MS, firstCounting, HOUR_MS } from '../domain/cap.js';
import type { Clock } from '../domain/clock.js';
import type { Ledger } from '../store/ledger.js';

/** The ledger is asked again after so long. */
const LOOK_MS = 1000;

/** A relay's caps as the options give them; `Infinity` for no cap. */
export interface CapSettings {
  readonly maxPerHour: number;
  readonly maxPerDay: number;
}

/** The caps that there are. */
export function limitsOf({ maxPerHour, maxPerDay }: CapSettings): readonly CapLimit[] {
  return [
    { messages: maxPerHour, windowMs: HOUR_MS },
    { messages: maxPerDay, windowMs: DAY_MS },
  ].filter(({ messages }) => Number.isFinite(messages));
}

export class Cap {
  readonly #ledger: Pick<Ledger, 'handedOver'>;
  readonly #relay: string;
  readonly #settings: CapSettings;
  readonly #clock: Clock;
  /** Begun, and not known to stand in the ledger with a mark. */
  #unmarked = 0;
  #left = 0;
  #looked = Number.NEGATIVE_INFINITY;

  constructor(ledger: Pick<Ledger, 'handedOver'>, relay: string, settings: CapSettings, clock: Clock) {
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
    return limitsOf(this.#settings);
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
  closed(): { readonly until: number; readonly by: CapLimit } | undefined {
    const { again: until, by } = this.#look();
    return until === undefined || by === undefined ? undefined : { until, by };
  }

  /** Marks on their way to the ledger may be counted twice here for a moment, and never not at all. */
  #look(): Allowance {
    const { limits } = this;
    this.#looked = this.#clock.monotonic();
    const now = this.#clock.now();
    const handed = limits.length === 0 ? [] : this.#ledger.handedOver(this.#relay, firstCounting(now));
    const allowed = allowance(handed, limits, now);
    this.#left = allowed.left - this.#unmarked;
    return allowed;
  }
}
