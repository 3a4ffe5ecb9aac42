// The one owner of all ledger writes while sending (R2). Collects outcomes and marks from all sessions, writes them in
// one transaction, releases who waits for it, and begins again.

import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../domain/clock.js';
import type { Mark, Outcome, Tried } from '../domain/delivery.js';
import type { Ledger } from '../store/ledger.js';

interface WaitingMark {
  readonly mark: Mark;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** Why a mark was refused: other runs used the relay's cap up in the meantime. Nothing is broken. */
export class CapReached extends Error {
  override readonly name = 'CapReached';
}

/**
 * Nobody waits for an outcome, so it waits this long for a mark to share a commit with. A crash meanwhile leaves it in
 * doubt, and its session has no other mark then: R3's bound stays.
 */
const OUTCOME_MS = 5;
export class Recorder {
  readonly #ledger: Pick<Ledger, 'record'>;
  readonly #clock: Clock;
  #hurry: () => void = () => {};
  #flushing = false;
  readonly #onFailure: (error: unknown) => void;
  #outcomes: Outcome[] = [];
  #marks: WaitingMark[] = [];
  #tried: Tried[] = [];
  #writing: Promise<void> | undefined;
  #broken: { readonly error: unknown } | undefined;

  /** `onFailure` is told once, when a group could not be written; nothing is written after that. */
  constructor(ledger: Pick<Ledger, 'record'>, clock: Clock, onFailure: (error: unknown) => void) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#onFailure = onFailure;
  }

  /** Hands in what an attempt came to. It stands in the same transaction as any mark asked for later, or before it. */
  outcome(outcome: Outcome): void {
    if (this.#broken) return;
    this.#outcomes.push(outcome);
    this.#begin();
  }

  /** Hands in an attempt for the record. It stands in the same transaction as an outcome handed in just before it. */
  tried(tried: Tried): void {
    if (this.#broken) return;
    this.#tried.push(tried);
    this.#begin();
  }

  /**
   * Resolves when the mark is durable. Rejects when it could not be written, or with `CapReached`: then the last octet
   * must not leave.
   */
  mark(mark: Mark): Promise<void> {
    if (this.#broken) return Promise.reject(this.#broken.error);
    return new Promise((done, failed) => {
      this.#marks.push({ mark, done, failed });
      this.#hurry();
      this.#begin();
    });
  }

  /** Resolves when everything handed in so far is durable, or the recorder is broken. Never rejects. */
  async flush(): Promise<void> {
    this.#flushing = true;
    this.#hurry();
    while (this.#writing) await this.#writing;
    this.#flushing = false;
  }

  #begin(): void {
    this.#writing ??= this.#write();
  }

  async #write(): Promise<void> {
    try {
      while (this.#outcomes.length + this.#marks.length + this.#tried.length > 0) {
        if (this.#marks.length === 0 && !this.#flushing) await this.#markOrTime();
        // One turn of the event loop: replies that are there are read, and their sessions join the group.
        await setImmediate();
        await this.#writeGroup();
      }
    } finally {
      // In the same turn as the last look at what is waiting: a gap would leave what comes in it unwritten.
      this.#writing = undefined;
    }
  }

  /** Until a mark is asked for, or somebody flushes, or the outcomes have waited long enough. */
  #markOrTime(): Promise<void> {
    const enough = new AbortController();
    this.#hurry = () => enough.abort('a mark was asked for');
    return this.#clock.sleep(OUTCOME_MS, enough.signal);
  }

  async #writeGroup(): Promise<void> {
    const outcomes = this.#outcomes;
    const marks = this.#marks;
    const tried = this.#tried;
    this.#outcomes = [];
    this.#marks = [];
    this.#tried = [];
    let refused: readonly number[];
    try {
      const group = { outcomes, marks: marks.map((waiting) => waiting.mark) };
      refused = await this.#ledger.record(tried.length === 0 ? group : { ...group, tried });
    } catch (error) {
      this.#broken = { error };
      for (const waiting of [...marks, ...this.#marks]) waiting.failed(error);
      this.#outcomes = [];
      this.#marks = [];
      this.#tried = [];
      this.#onFailure(error);
      return;
    }
    for (const waiting of marks) {
      if (refused.includes(waiting.mark.delivery)) waiting.failed(new CapReached());
      else waiting.done();
    }
  }
}
