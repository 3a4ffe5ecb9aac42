// Time as the engine sees it, so that a test can hold it. The type only; the real one is made at the door.

export interface Clock {
  /** Wall clock, milliseconds since 1970. For what is written down. */
  now(): number;
  /** Milliseconds that never jump. For rates and time-outs. */
  monotonic(): number;
  /** Resolves after `ms`, or at once when the signal is aborted (never rejects). */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
