// `--max-per-day`: whether a further message may be begun, by what the relay was handed in the last 24 hours.
// Asks the ledger now and then, so that another run on the same relay is seen; knows nothing of messages.

import { type Allowance, allowance, firstCounting } from '../domain/cap.js';
import type { Clock } from '../domain/clock.js';
import type { Ledger } from '../store/ledger.js';

/** The ledger is asked again after so long. */
const LOOK_MS = 1000;

export class Cap {
  readonly #ledger: Pick<Ledger, 'handedOver'>;
  readonly #relay: string;
  readonly #perDay: number;
  readonly #clock: Clock;
  /** Begun, and not known to stand in the ledger with a mark. */
  #unmarked = 0;
  #left = 0;
  #looked = Number.NEGATIVE_INFINITY;

  /** `perDay` is `Infinity` for no cap. */
  constructor(ledger: Pick<Ledger, 'handedOver'>, relay: string, perDay: number, clock: Clock) {
    this.#ledger = ledger;
    this.#relay = relay;
    this.#perDay = perDay;
    this.#clock = clock;
  }

  /** Whether a message may be begun now. */
  get open(): boolean {
    if (this.#perDay === Number.POSITIVE_INFINITY) return true;
    if (this.#clock.monotonic() - this.#looked >= LOOK_MS) this.#look();
    return this.#left > 0;
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

  /** Asks the ledger, and gives the moment at which a message may be begun again; undefined when one may now. */
  closedUntil(): number | undefined {
    return this.#perDay === Number.POSITIVE_INFINITY ? undefined : this.#look().again;
  }

  /** Marks on their way to the ledger may be counted twice here for a moment, and never not at all. */
  #look(): Allowance {
    this.#looked = this.#clock.monotonic();
    const handed = this.#ledger.handedOver(this.#relay, firstCounting(this.#clock.now()));
    const allowed = allowance(handed, this.#perDay);
    this.#left = allowed.left - this.#unmarked;
    return allowed;
  }
}
