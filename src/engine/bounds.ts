// What bounds a run as a whole, whatever relays it uses: its number of messages, its last moment, the wish to stop.
// Counts what was begun; knows nothing of messages or relays.

import type { Clock } from '../domain/clock.js';
import type { Stop } from './stop.js';

export interface BoundSettings {
  /** Messages handed to sessions in this run, at the most. */
  readonly limit: number;
  /** The last moment at which a message may be begun, milliseconds since 1970; `Infinity` for any. */
  readonly notAfter: number;
}

export class Bounds {
  readonly #settings: BoundSettings;
  readonly #clock: Clock;
  readonly #stop: Stop;
  #begun = 0;

  constructor(settings: BoundSettings, clock: Clock, stop: Stop) {
    this.#settings = settings;
    this.#clock = clock;
    this.#stop = stop;
  }

  /** Whether this run may begin no further message, by `--limit`. */
  get limitReached(): boolean {
    return this.#begun >= this.#settings.limit;
  }

  /** Whether no further message may be begun, by `--not-after`. */
  get tooLate(): boolean {
    return this.#clock.now() > this.#settings.notAfter;
  }

  get open(): boolean {
    return !this.#stop.drain.aborted && !this.limitReached && !this.tooLate;
  }

  begin(): void {
    this.#begun++;
  }

  /** A message that was begun goes back to the queue: it does not count for the limit. */
  giveBack(): void {
    this.#begun--;
  }
}
