// An import that leaves its caller's thread free: this side reads the list, a thread of its own writes it.
// Knows the thread and what is said to it, and how much may be on its way; knows neither SQL nor CSV.

import { Worker } from 'node:worker_threads';
import type { Imported, ImportPlan } from '../ledger.js';
import type { CarriedRows } from './carried-rows.js';
import type { FromImport, ImportTask, ToImport } from './import-thread.js';
import { carriedError } from './thread-errors.js';

/** Rows live here for a moment only: a small young generation, in MiB, holds the few batches that are on their way. */
const THREAD_LIMITS = { maxYoungGenerationSizeMb: 8 };

/** Imports into the ledger of one file, one at a time. */
export class ImportApart {
  readonly #path: string;
  readonly #readonly: boolean;
  #closed = () => {};

  constructor(path: string, readonly: boolean) {
    this.#path = path;
    this.#readonly = readonly;
  }

  /**
   * As `Importer.run`. The first batch is read when the transaction has begun, and no more than the thread has room
   * for. Settles when the thread's connection is closed.
   */
  async run(plan: ImportPlan, rows: AsyncIterable<CarriedRows>): Promise<Imported> {
    const thread = new ImportThread({ path: this.#path, readonly: this.#readonly, plan });
    let open = true;
    this.#closed = () => {
      open = false;
    };
    const room = async () => {
      await thread.room();
      if (!open) throw new Error('the ledger was closed while it imported a list');
    };
    try {
      await room();
      for await (const batch of rows) {
        thread.tell(batch);
        await room();
      }
      thread.tell('end');
    } catch (error) {
      thread.tell('broken');
      await thread.result.catch(() => undefined);
      throw error;
    }
    return await thread.result;
  }

  /** The ledger is closed: an import that is still reading its list comes to nothing. */
  close(): void {
    this.#closed();
  }
}

class ImportThread {
  /** What came of the import; rejects also when the thread ends without a word. */
  readonly result: Promise<Imported>;
  readonly #worker: Worker;
  #room = 0;
  #wake = () => {};

  constructor(task: ImportTask) {
    this.#worker = new Worker(new URL('./import-thread.js', import.meta.url), {
      workerData: task,
      resourceLimits: THREAD_LIMITS,
    });
    this.result = new Promise((resolve, reject) => {
      this.#worker.on('message', (message: FromImport) => {
        if (message === 'more') {
          this.#room += 1;
          this.#wake();
        } else if ('imported' in message) resolve(message.imported);
        else reject(carriedError(message.failure));
      });
      this.#worker.once('error', reject);
      this.#worker.once('exit', (code) => reject(new Error(`the import's thread ended with ${code}`)));
    });
    // Whoever waits for room hears of it; while nobody does, it must not count as unhandled.
    this.result.catch(() => undefined);
  }

  tell(message: ToImport): void {
    this.#worker.postMessage(message);
  }

  /** Resolves when there is room for one more batch, which it then counts as given; rejects when the import failed. */
  async room(): Promise<void> {
    while (this.#room === 0) {
      const said = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await Promise.race([said, this.result]);
    }
    this.#room -= 1;
  }
}
