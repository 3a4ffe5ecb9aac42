// Whether a run may begin a further message: by its limit, its last moment, the relay's caps and rests, and the wish to stop.
// Counts what was begun; knows nothing of messages.

import type { Clock } from '../domain/clock.js';
import type { Pace } from '../domain/pace.js';
import type { Cap } from './cap.js';
import type { Stop } from './stop.js';

export interface GateSettings {
  /** Messages handed to sessions in this run, at the most. */
  readonly limit: number;
  /** The last moment at which a message may be begun, milliseconds since 1970; `Infinity` for any. */
  readonly notAfter: number;
}

export class Gate {
  readonly #settings: GateSettings;
  readonly #cap: Cap;
  readonly #pace: Pace;
  readonly #clock: Clock;
  readonly #stop: Stop;
  #begun = 0;

  constructor(settings: GateSettings, cap: Cap, pace: Pace, clock: Clock, stop: Stop) {
    this.#settings = settings;
    this.#cap = cap;
    this.#pace = pace;
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
    if (this.#stop.drain.aborted || this.limitReached || this.tooLate || !this.#cap.open) return false;
    return this.#pace.resting(this.#clock.monotonic()) === undefined;
  }

  begin(): void {
    this.#begun++;
    this.#cap.begin();
  }

  /** A message that was begun goes back to the queue: it does not count for the limit. */
  giveBack(): void {
    this.#begun--;
  }
}
