// How the simulated providers count: a bucket, a rolling window, a number at once. Time comes from the test's clock.

/** So many a second, with a second's worth in reserve: short bursts pass, as they do with Amazon SES. */
export class SecondLimit {
  readonly #perSecond: number;
  #tokens: number;
  #last: number;

  constructor(perSecond: number, now: number) {
    this.#perSecond = perSecond;
    this.#tokens = Math.max(1, perSecond);
    this.#last = now;
  }

  /** Whether one more fits; it is counted then. */
  admits(now: number): boolean {
    const grown = this.#tokens + ((now - this.#last) / 1000) * this.#perSecond;
    this.#tokens = Math.min(Math.max(1, this.#perSecond), grown);
    this.#last = now;
    // Not quite one, since sums of fractions are not exact.
    if (this.#tokens < 1 - 1e-9) return false;
    this.#tokens--;
    return true;
  }
}

/** So many in any window of `ms`. */
export class WindowLimit {
  readonly #most: number;
  readonly #ms: number;
  readonly #taken: number[] = [];

  constructor(most: number, ms: number) {
    this.#most = most;
    this.#ms = ms;
  }

  /** When one more fits: `now`, or later. */
  opens(now: number): number {
    while (this.#taken[0] !== undefined && this.#taken[0] <= now - this.#ms) this.#taken.shift();
    return this.#taken.length < this.#most ? now : this.#taken[this.#taken.length - this.#most]! + this.#ms;
  }

  /** Counts one, which may be in the future. */
  take(at: number): void {
    this.#taken.push(at);
  }
}
