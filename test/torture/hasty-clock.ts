// A clock in a hurry, for runs on real sockets: twenty times as fast as the wall's, and where a run would sit and wait
// for a deferred delivery, it is that time at once. Days can be taken off or put on, as an administrator does.

import type { Clock } from '../../src/domain/clock.js';
import { systemClock } from '../../src/engine/system-clock.js';

const HASTE = 20;
/** What is in flight when a run stops has 20 s. A busy machine needs five of them. */
const DRAINING = { ms: 20_000, haste: 4 };
/** Nobody waits so long with something in hand. */
const IDLE_MS = 45_000;

export class HastyClock implements Clock {
  readonly #begun = performance.now();
  #wall = Date.now();
  #leapt = 0;

  /** Milliseconds by which the wall clock is set to another time; no other clock is touched by that. */
  jump(ms: number): void {
    this.#wall += ms;
  }

  now(): number {
    return Math.floor(this.#wall + this.monotonic());
  }

  monotonic(): number {
    return (performance.now() - this.#begun) * HASTE + this.#leapt;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms === DRAINING.ms) return systemClock.sleep(ms / DRAINING.haste, signal);
    if (ms < IDLE_MS) return systemClock.sleep(ms / HASTE, signal);
    await systemClock.sleep(1, signal);
    if (!signal?.aborted) this.#leapt += ms;
  }
}
