// The thread that writes an imported list, on a connection of its own: see import-apart.ts, which starts it.
// Knows the messages between the two; how rows are merged is the importer's business.

import { on } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import type { Imported, ImportPlan } from '../ledger.js';
import type { CarriedRows } from './carried-rows.js';
import { openForReading, openForWriting } from './connection.js';
import { Importer } from './import.js';
import { type CarriedError, carryError } from './thread-errors.js';

/** What the thread is started with. */
export interface ImportTask {
  readonly path: string;
  /** The ledger was opened for reading only: its import fails as any other writing does. */
  readonly readonly: boolean;
  readonly plan: ImportPlan;
}

/** What it is told: a batch of rows; that it was the last; that there will be none, and why matters elsewhere. */
export type ToImport = CarriedRows | 'end' | 'broken';

/** What it says: that there is room for another batch; last, what came of it, when its connection is closed. */
export type FromImport = 'more' | { readonly imported: Imported } | { readonly failure: CarriedError };

/** Batches on their way, of about 0.2 MB each. With one, each thread would wait for the other all the time. */
const AHEAD = 4;

const port = parentPort!;

function say(message: FromImport): void {
  port.postMessage(message);
}

/** The list as it comes in. The first batch is asked for when the transaction has begun. */
async function* received(): AsyncGenerator<CarriedRows, void> {
  for (let room = 0; room < AHEAD; room++) say('more');
  for await (const [message] of on(port, 'message') as AsyncIterable<[ToImport]>) {
    if (message === 'end') return;
    if (message === 'broken') throw new Error('the list ends before its end');
    yield message;
    say('more');
  }
}

async function run({ path, readonly, plan }: ImportTask): Promise<Imported> {
  const db = readonly ? openForReading(path) : openForWriting(path);
  try {
    return await new Importer(db).run(plan, received());
  } finally {
    db.close();
  }
}

await run(workerData as ImportTask).then(
  (imported) => say({ imported }),
  (error: unknown) => say({ failure: carryError(error) }),
);
