// The one owner of all ledger writes while sending (R2). Collects outcomes and marks from all sessions, writes them in
// one transaction, releases who waits for it, and begins again. No timer: the commit in progress is the batching.

import { setImmediate } from 'node:timers/promises';
import type { Mark, Outcome } from '../domain/delivery.js';
import type { Ledger } from '../store/ledger.js';

interface WaitingMark {
  readonly mark: Mark;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

export class Recorder {
  readonly #ledger: Pick<Ledger, 'record'>;
  readonly #onFailure: (error: unknown) => void;
  #outcomes: Outcome[] = [];
  #marks: WaitingMark[] = [];
  #writing: Promise<void> | undefined;
  #broken: { readonly error: unknown } | undefined;

  /** `onFailure` is told once, when a group could not be written. Nothing is written after that. */
  constructor(ledger: Pick<Ledger, 'record'>, onFailure: (error: unknown) => void) {
    this.#ledger = ledger;
    this.#onFailure = onFailure;
  }

  /** Hands in what an attempt came to. It stands in the same transaction as any mark asked for later, or before it. */
  outcome(outcome: Outcome): void {
    if (this.#broken) return;
    this.#outcomes.push(outcome);
    this.#begin();
  }

  /** Resolves when the mark is durable. Rejects when it could not be written: then the last octet must not leave. */
  mark(mark: Mark): Promise<void> {
    if (this.#broken) return Promise.reject(this.#broken.error);
    return new Promise((done, failed) => {
      this.#marks.push({ mark, done, failed });
      this.#begin();
    });
  }

  /** Resolves when everything handed in so far is durable, or the recorder is broken. Never rejects. */
  async flush(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  #begin(): void {
    this.#writing ??= this.#write();
  }

  async #write(): Promise<void> {
    try {
      while (this.#outcomes.length > 0 || this.#marks.length > 0) {
        // The replies that came in during the last commit are read in this turn of the event loop and join the group.
        await setImmediate();
        await this.#writeGroup();
      }
    } finally {
      // In the same turn as the last look at what is waiting: a gap would leave what comes in it unwritten.
      this.#writing = undefined;
    }
  }

  async #writeGroup(): Promise<void> {
    const outcomes = this.#outcomes;
    const marks = this.#marks;
    this.#outcomes = [];
    this.#marks = [];
    try {
      await this.#ledger.record({ outcomes, marks: marks.map((waiting) => waiting.mark) });
    } catch (error) {
      this.#broken = { error };
      for (const waiting of [...marks, ...this.#marks]) waiting.failed(error);
      this.#outcomes = [];
      this.#marks = [];
      this.#onFailure(error);
      return;
    }
    for (const waiting of marks) waiting.done();
  }
}
