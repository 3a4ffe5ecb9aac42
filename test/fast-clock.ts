// A clock that runs faster than the real one, for stories with real sockets that take hours, and that can skip a night.

import type { Clock } from '../src/domain/clock.js';
import { systemClock } from '../src/engine/system-clock.js';

export class FastClock implements Clock {
  readonly #scale: number;
  readonly #epoch: number;
  readonly #start = systemClock.monotonic();
  #skipped = 0;

  /** `scale` seconds pass in each real one. `epoch` is the wall-clock time at which it begins. */
  constructor(scale: number, epoch = Date.UTC(2026, 10, 24, 12, 0, 0)) {
    this.#scale = scale;
    this.#epoch = epoch;
  }

  now(): number {
    return Math.round(this.#epoch + this.monotonic());
  }

  monotonic(): number {
    return (systemClock.monotonic() - this.#start) * this.#scale + this.#skipped;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return systemClock.sleep(ms / this.#scale, signal);
  }

  /** Lets `ms` pass in no time. Whoever sleeps meanwhile is not woken by it. */
  skip(ms: number): void {
    this.#skipped += ms;
  }
}
