// Makes content on a thread of its own. Knows the thread and how errors cross to it and back; knows nothing of MJML.

import { Worker } from 'node:worker_threads';
import type { Content } from '../../domain/campaign.js';
import { MailblastError, type Place, type Trouble } from '../../domain/errors.js';
import type { CampaignRequest } from '../begin.js';

export interface Made {
  readonly content: Content;
  readonly notes: readonly string[];
}

export interface Order {
  readonly number: number;
  readonly request: CampaignRequest;
  readonly columns: readonly string[];
}

export type Answer =
  | { readonly number: number; readonly made: Made }
  | { readonly number: number; readonly wrong: { trouble: Trouble; place: Place; message: string } }
  | { readonly number: number; readonly bug: string };

export class ContentThread {
  #worker: Worker | undefined;
  #closed = false;
  #number = 0;
  readonly #waiting = new Map<number, { resolve(made: Made): void; reject(error: Error): void }>();

  constructor() {
    this.#worker = this.#start();
  }

  /** As `makeContent`, whose errors it rejects with. */
  make(request: CampaignRequest, columns: readonly string[]): Promise<Made> {
    if (this.#closed) return Promise.reject(new Error('the thread that compiles was closed'));
    this.#worker ??= this.#start();
    const number = ++this.#number;
    const made = new Promise<Made>((resolve, reject) => this.#waiting.set(number, { resolve, reject }));
    this.#worker.postMessage({ number, request, columns: [...columns] } satisfies Order);
    return made;
  }

  /** Ends it for good: an order that comes in afterwards is rejected, and would keep the process alive otherwise. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(new URL('./content-worker.js', import.meta.url));
    worker.on('message', (answer: Answer) => {
      const waiting = this.#waiting.get(answer.number);
      this.#waiting.delete(answer.number);
      if ('made' in answer) waiting?.resolve(answer.made);
      else if ('wrong' in answer) waiting?.reject(rebuilt(answer.wrong));
      else waiting?.reject(new Error(answer.bug));
    });
    // A thread that died (out of memory, say) takes its orders along; the next order gets another thread.
    worker.on('error', (error) => this.#lost(error as Error));
    worker.on('exit', () => this.#lost(new Error('the thread that compiles ended')));
    return worker;
  }

  #lost(error: Error): void {
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

/** The same error again. Its message begins with its place already. */
function rebuilt({ trouble, place, message }: { trouble: Trouble; place: Place; message: string }): Error {
  const error = new MailblastError(trouble, '', { place });
  error.message = message;
  return error;
}
