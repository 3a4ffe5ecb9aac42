// Whether a further message may be begun through a relay: by the bounds of the run, the relay's caps and rests, and
// whether the relay is there at all. Knows nothing of messages.

import type { Clock } from '../domain/clock.js';
import type { Pace } from '../domain/pace.js';
import type { Bounds } from './bounds.js';
import type { Cap } from './cap.js';

export class Gate {
  readonly #bounds: Bounds;
  readonly #cap: Cap;
  readonly #pace: Pace;
  readonly #clock: Clock;
  #down = false;

  constructor(bounds: Bounds, cap: Cap, pace: Pace, clock: Clock) {
    this.#bounds = bounds;
    this.#cap = cap;
    this.#pace = pace;
    this.#clock = clock;
  }

  get open(): boolean {
    return this.#bounds.open && this.relayOpen;
  }

  /** Whether the relay takes messages now, whatever the run wants: it is not down, does not rest, and is under its caps. */
  get relayOpen(): boolean {
    return !this.#down && this.#cap.open && this.#pace.resting(this.#clock.monotonic()) === undefined;
  }

  /** The relay cannot be used, for now or for good; or it is to be tried again. */
  set down(down: boolean) {
    this.#down = down;
  }

  begin(): void {
    this.#bounds.begin();
    this.#cap.begin();
  }

  /** A message that was begun goes back to the queue: it does not count for the limit. */
  giveBack(): void {
    this.#bounds.giveBack();
  }
}
