// How a run is asked to stop, by a signal or by its own trouble: once to drain, twice to break off.
// Knows nothing of signals or processes; the command line translates.

export class Stop {
  readonly #drain = new AbortController();
  readonly #now = new AbortController();
  #failure: Error | undefined;

  /** Aborted when nothing new may begin: what is in flight is finished. */
  get drain(): AbortSignal {
    return this.#drain.signal;
  }

  /** Aborted when even what is in flight must end. */
  get now(): AbortSignal {
    return this.#now.signal;
  }

  /** The first trouble that stopped the run; undefined when it was the user's wish. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Asks politely the first time, and for good the second time. */
  ask(): void {
    if (this.#drain.signal.aborted) this.#now.abort();
    this.#drain.abort();
  }

  /** The run cannot go on: drain, and let the caller throw the reason. */
  fail(failure: Error): void {
    this.#failure ??= failure;
    this.#drain.abort();
  }
}
