// The deliveries whose turn has come, a few hundred at a time: claimed from the ledger ahead of need,
// and those that came back unsent at the head. Knows the ledger's claim; knows nothing of messages or relays.

import type { Campaign } from '../domain/campaign.js';
import type { Clock } from '../domain/clock.js';
import type { Delivery } from '../domain/delivery.js';
import type { Cursor, Ledger } from '../store/ledger.js';

/** Deliveries claimed at once: enough that a fast relay does not wait, few enough to be nothing in memory. */
const CLAIM = 500;

export class Queue {
  readonly #ledger: Pick<Ledger, 'claim'>;
  readonly #campaign: Campaign;
  readonly #clock: Clock;
  readonly #onFilled: (error?: unknown) => void;
  readonly #mine: (delivery: Delivery) => boolean;
  #ready: Delivery[] = [];
  #read = 0;
  readonly #returned: Delivery[] = [];
  #cursor: Cursor = { dueAt: -1, id: 0 };
  #claiming = false;
  #dry = false;

  /**
   * `onFilled` is told when a claim has ended: there may be deliveries, or none is left for now, or it failed. What is not
   * `mine` is passed over: another queue has it.
   */
  constructor(
    ledger: Pick<Ledger, 'claim'>,
    campaign: Campaign,
    clock: Clock,
    onFilled: (error?: unknown) => void,
    mine: (delivery: Delivery) => boolean,
  ) {
    this.#ledger = ledger;
    this.#campaign = campaign;
    this.#clock = clock;
    this.#onFilled = onFilled;
    this.#mine = mine;
  }

  /** The next delivery in hand, or undefined: then either a claim is under way or the queue is `dry`. */
  take(): Delivery | undefined {
    const returned = this.#returned.pop();
    if (returned) return returned;
    const next = this.#ready[this.#read];
    if (next) this.#read++;
    if (this.#ready.length - this.#read < CLAIM / 2) this.#fill();
    return next;
  }

  /** How many `take` has in hand. Asks the ledger for more when it has none. */
  get waiting(): number {
    const inHand = this.#returned.length + this.#ready.length - this.#read;
    if (inHand === 0) this.#fill();
    return inHand;
  }

  /** Nothing in hand, and nothing was due when the ledger was asked last. */
  get dry(): boolean {
    return this.#dry && !this.#claiming && this.#returned.length === 0 && this.#read >= this.#ready.length;
  }

  /** Puts a delivery that was not sent at the head. */
  putBack(delivery: Delivery): void {
    this.#returned.push(delivery);
  }

  /** Asks the ledger again: what was deferred may be due by now. */
  refill(): void {
    this.#dry = false;
    this.#fill();
  }

  #fill(): void {
    if (this.#claiming || this.#dry) return;
    this.#claiming = true;
    void this.#ledger
      .claim(this.#campaign, this.#cursor, this.#clock.now(), CLAIM)
      .then((claimed) => {
        this.#claiming = false;
        this.#dry = claimed.length < CLAIM;
        const last = claimed.at(-1);
        if (last) this.#cursor = { dueAt: last.dueAt, id: last.id };
        this.#ready = [...this.#ready.slice(this.#read), ...claimed.filter(this.#mine)];
        this.#read = 0;
        this.#onFilled();
      })
      .catch((error: unknown) => {
        this.#claiming = false;
        this.#dry = true;
        this.#onFilled(error);
      });
  }
}
