// This side of the writing thread: hands it groups, one at a time and in order, and hears when each is durable.
// Knows threads and messages; what is written is writer-thread.ts's business.

import { Worker } from 'node:worker_threads';
import type { Mark, Outcome, Tried } from '../../domain/delivery.js';
import { type CarriedError, carriedError } from './thread-errors.js';

export interface Group {
  readonly outcomes: readonly Outcome[];
  readonly marks: readonly Mark[];
  readonly tried?: readonly Tried[];
}

/** What the thread says to a group: that it is durable, but for the marks that caps refused, or why it is not. */
export type Answer = { readonly refused: readonly number[] } | { readonly failure: CarriedError };

export interface WriterData {
  readonly path: string;
  /** One 32-bit number, 1 when the thread has closed its connection. */
  readonly closed: SharedArrayBuffer;
}

/** Groups travel as JSON, which costs a third of what the structured clone of as many small objects does. */
export const CLOSE = 'close';

/** What is in flight when the ledger is closed has so long, in milliseconds; SQLite makes good what it leaves. */
const CLOSING_MS = 10_000;

interface Waiting {
  readonly resolve: (refused: readonly number[]) => void;
  readonly reject: (error: unknown) => void;
}

export class Writer {
  readonly #worker: Worker;
  readonly #closed = new SharedArrayBuffer(4);
  #waiting: Waiting | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #broken: unknown;

  /** Starts the thread on the ledger at `path`. It keeps no process alive. */
  constructor(path: string) {
    const workerData: WriterData = { path, closed: this.#closed };
    this.#worker = new Worker(new URL('./writer-thread.js', import.meta.url), { workerData });
    this.#worker.unref();
    this.#worker.on('message', (answer: Answer) => this.#answered(answer));
    this.#worker.on('error', (error) => this.#break(error));
    this.#worker.on('exit', () => this.#break(new Error('the thread that writes the ledger has ended')));
  }

  /**
   * Resolves when the group is durable, with the deliveries whose marks caps refused; rejects with SQLite's error, or a
   * move that is not legal.
   */
  record(group: Group): Promise<readonly number[]> {
    const written = this.#last.then(() => this.#send(group));
    this.#last = written.catch(() => undefined);
    return written;
  }

  /** Closes the thread's connection. Holds this thread up until that is done, as closing one's own does. */
  close(): void {
    if (this.#broken !== undefined) return;
    this.#broken = new Error('the ledger was closed');
    this.#worker.postMessage(CLOSE);
    Atomics.wait(new Int32Array(this.#closed), 0, 0, CLOSING_MS);
  }

  #send(group: Group): Promise<readonly number[]> {
    if (this.#broken !== undefined) return Promise.reject(this.#broken);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      // While somebody waits for the answer, the process does.
      this.#worker.ref();
      this.#worker.postMessage(JSON.stringify(group));
    });
  }

  #answered(answer: Answer): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#worker.unref();
    if ('refused' in answer) waiting?.resolve(answer.refused);
    else waiting?.reject(carriedError(answer.failure));
  }

  #break(error: unknown): void {
    this.#broken ??= error;
    this.#waiting?.reject(this.#broken);
    this.#waiting = undefined;
  }
}
