// How fast: a rate, and the moments at which a token of the bucket falls due. Pure; the caller has the clock.

/** Messages per second; `Infinity` for unlimited. */
export type Rate = number;

const UNIT_SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Reads `10/s`, `600/m`, `1000/h` or `unlimited`. Undefined when it is none of these. */
export function parseRate(text: string): Rate | undefined {
  if (text === 'unlimited') return Number.POSITIVE_INFINITY;
  const match = /^(\d+(?:\.\d+)?)\/([smhd])$/.exec(text.trim());
  if (!match) return undefined;
  const rate = Number(match[1]) / UNIT_SECONDS[match[2] as keyof typeof UNIT_SECONDS];
  return rate > 0 ? rate : undefined;
}

/**
 * A token bucket as a schedule of moments (the GCRA form): it holds max(1, rate × 10 ms) tokens, is full at the start,
 * and a late waker does not shift the tokens behind it.
 */
export class Bucket {
  #interval = 0;
  #tolerance = 0;
  /** When the token taken last was due. */
  #last = Number.NEGATIVE_INFINITY;
  readonly #start: number;

  /** `start` is the monotonic time in milliseconds at which the bucket is full. */
  constructor(rate: Rate, start: number) {
    this.#start = start;
    this.setRate(rate);
  }

  /** From now on it fills at this rate; the next token counts from the last one. */
  setRate(rate: Rate): void {
    this.#interval = 1000 / rate;
    this.#tolerance = (Math.max(1, rate * 0.01) - 1) * this.#interval;
  }

  /** When a token taken now would be due, in monotonic milliseconds; `now` or earlier means at once. */
  due(now: number): number {
    if (this.#interval === 0) return now;
    return Math.max(this.#start, this.#last + this.#interval, now - this.#tolerance);
  }

  /** How many tokens could be taken now: `Infinity` without a limit, 0 when the next one is due later. */
  tokens(now: number): number {
    if (this.#interval === 0) return Number.POSITIVE_INFINITY;
    return Math.max(0, 1 + Math.floor((now - this.due(now)) / this.#interval));
  }

  /** Takes a token and gives the moment at which it may be used: at once if that is not after `now`. */
  take(now: number): number {
    this.#last = this.due(now);
    return this.#last;
  }

  /** Gives back the token taken last, which was not used. */
  giveBack(): void {
    if (this.#interval !== 0) this.#last -= this.#interval;
  }
}
