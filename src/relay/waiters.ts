// The sessions that wait for a message: who gets the next one, and who has waited for too long.
// Knows waiting and giving; knows nothing of rates, relays or what a message is.

import type { Clock } from '../domain/clock.js';

/** A session without a message for so long says QUIT. Relays hold an idle client against it. */
const IDLE_MS = 15_000;

/** A reason of our own: an abort without one makes an exception with its stack each time. */
const SERVED = 'served';

export class Waiters<T> {
  readonly #clock: Clock;
  /** The one that was used last at the end: it is served first, so that the others may fall idle. */
  readonly #waiting: ((message: T | undefined) => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get none(): boolean {
    return this.#waiting.length === 0;
  }

  /** Gives a message to one that waits. */
  give(message: T): void {
    this.#waiting.at(-1)!(message);
  }

  /** Nobody gets any more. */
  dismiss(): void {
    while (!this.none) this.#waiting.at(-1)!(undefined);
  }

  /**
   * Waits until it is given a message; undefined when it was dismissed, `signal` is aborted, or nothing came for fifteen
   * seconds, of which `onIdle` is told first. `look` is called once it waits: there may be a message at once.
   */
  wait(signal: AbortSignal, look: () => void, onIdle: () => void): Promise<T | undefined> {
    return new Promise((resolve) => {
      let idle: AbortController | undefined;
      let served = false;
      const leave = () => give(undefined);
      const give = (message: T | undefined) => {
        if (served) return;
        served = true;
        this.#waiting.splice(this.#waiting.lastIndexOf(give), 1);
        idle?.abort(SERVED);
        signal.removeEventListener('abort', leave);
        resolve(message);
      };
      signal.addEventListener('abort', leave);
      this.#waiting.push(give);
      look();
      // At full speed there is a message at once, and no timer is needed.
      if (served) return;
      idle = new AbortController();
      void this.#clock.sleep(IDLE_MS, idle.signal).then(() => {
        if (served) return;
        onIdle();
        leave();
      });
    });
  }
}
