// The deliveries that a relay may be given, where a run has several relays: those that it had before and keeps, those that
// a closed relay cannot keep, and everybody's. All come from one queue, so that no delivery is in two hands.
// Knows the queue and which relay had a delivery last; knows nothing of messages.

import type { Delivery } from '../domain/delivery.js';
import type { Lanes } from './lanes.js';
import type { Taker, Turns } from './turns.js';

/** What the stock takes deliveries from. */
export type Source = Pick<Lanes, 'take' | 'waiting' | 'dry' | 'notBegun' | 'putBack'>;

/** A relay of the run, as the others' lines see it. */
export interface Holder extends Taker {
  /** As the ledger calls it. */
  readonly name: string;
  /** Whether anything is written ahead for it, or in the making. */
  readonly ahead: boolean;
  /** Puts what was written ahead for it back into its line. */
  handBack(): void;
}

/** A relay that is slow has so many deliveries kept for it; more are anybody's, and memory stays small. */
const KEPT = 5_000;

/** What the lines of a run have in common. */
export interface Lines {
  readonly queue: Lanes;
  readonly turns: Turns<Holder>;
  readonly lines: Map<string, Line>;
  /** Told when a delivery came into another relay's line. */
  readonly wake: () => void;
  /** Told when a relay is found closed that was open, or the reverse. */
  readonly changed: (holder: Holder) => void;
}

export class Line implements Source {
  readonly #holder: Holder;
  readonly #shared: Lines;
  /** Deliveries that this relay had before. */
  readonly #kept: Delivery[] = [];
  #wasOpen = true;

  constructor(holder: Holder, shared: Lines) {
    this.#holder = holder;
    this.#shared = shared;
    shared.lines.set(holder.name, this);
  }

  take(): Delivery | undefined {
    const { turns } = this.#shared;
    if (!turns.mayTake(this.#holder)) return undefined;
    const next = this.#kept.shift() ?? this.#fromClosed() ?? this.#fromQueue();
    if (next !== undefined) turns.took(this.#holder);
    return next;
  }

  get waiting(): number {
    if (!this.#shared.turns.mayTake(this.#holder)) return 0;
    const left = this.#closed().reduce((sum, line) => sum + line.#kept.length, 0);
    return this.#kept.length + left + this.#shared.queue.waiting;
  }

  get dry(): boolean {
    if (this.#kept.length > 0 || this.#closed().length > 0 || !this.#shared.queue.dry) return false;
    // What a closed relay still signs will be there for the others.
    return [...this.#shared.lines.values()].every((line) => line === this || line.#leavesNothing);
  }

  notBegun(delivery: Delivery): void {
    this.#shared.turns.gaveBack(this.#holder);
    this.#shared.queue.notBegun(delivery);
  }

  /** At the head of the line of the relay that had it before, or of the queue. */
  putBack(delivery: Delivery): void {
    const keeper = this.#keeperOf(delivery);
    if (keeper !== undefined) keeper.#kept.unshift(delivery);
    else this.#shared.queue.putBack(delivery);
  }

  get #leavesNothing(): boolean {
    return this.#holder.open || !this.#holder.ahead;
  }

  #fromClosed(): Delivery | undefined {
    const [line] = this.#closed();
    return line === undefined ? undefined : line.#kept.shift();
  }

  /** The queue's next for this relay; what another had before goes into that one's line on the way. */
  #fromQueue(): Delivery | undefined {
    for (;;) {
      const next = this.#shared.queue.take();
      const keeper = next === undefined ? undefined : this.#keeperOf(next);
      if (next === undefined || keeper === undefined || keeper === this) return next;
      if (!keeper.#holder.open || keeper.#kept.length >= KEPT) return next;
      keeper.#kept.push(next);
      queueMicrotask(this.#shared.wake);
    }
  }

  #keeperOf({ relay }: Delivery): Line | undefined {
    return relay === undefined ? undefined : this.#shared.lines.get(relay);
  }

  /** The lines of relays that take nothing for now, with deliveries in them. */
  #closed(): Line[] {
    const closed: Line[] = [];
    for (const line of this.#shared.lines.values()) {
      if (line === this) continue;
      const { open } = line.#holder;
      if (open !== line.#wasOpen) {
        line.#wasOpen = open;
        this.#shared.changed(line.#holder);
      }
      if (open) continue;
      line.#holder.handBack();
      if (line.#kept.length > 0) closed.push(line);
    }
    return closed;
  }
}
