// A clock that the test holds: time passes only when the test says so, and then every sleeper due wakes in order.

import type { Clock } from '../src/domain/clock.js';

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

export class HeldClock implements Clock {
  #time = 0;
  readonly #epoch: number;
  #sleepers: Sleeper[] = [];

  /** `epoch` is the wall-clock time at which the test begins. */
  constructor(epoch = Date.UTC(2026, 10, 24, 12, 0, 0)) {
    this.#epoch = epoch;
  }

  now(): number {
    return this.#epoch + this.#time;
  }

  monotonic(): number {
    return this.#time;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms <= 0 || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        signal?.removeEventListener('abort', wake);
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        resolve();
      };
      const sleeper = { due: this.#time + ms, wake };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', wake);
    });
  }

  /** Lets `ms` pass, from one sleeper's due time to the next, giving what was woken time to act. */
  async pass(ms: number): Promise<void> {
    const end = this.#time + ms;
    for (;;) {
      await settle();
      const next = this.#sleepers.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
      if (next === undefined) break;
      this.#time = Math.max(this.#time, next.due);
      this.#sleepers = this.#sleepers.filter((other) => other !== next);
      next.wake();
    }
    this.#time = end;
    await settle();
  }
}

/** Lets everything that can go on without time passing go on. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
