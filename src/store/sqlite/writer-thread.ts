// The thread that writes outcomes and marks while a campaign is sent, on a connection of its own: an fsync that takes
// long holds up nobody but those who wait for it. One group at a time; writer.ts sends them.
// Knows the ledger's file; knows nothing of the thread it was started from but its messages.

import { statSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { openForWriting, patiently } from './connection.js';
import { carryError } from './thread-errors.js';
import { Transactions } from './transactions.js';
import { type Answer, CLOSE, type Group, type WriterData } from './writer.js';

const { path, closed } = workerData as WriterData;
const db = openForWriting(path);
const transactions = new Transactions(db);
/** The ledger's file, and the WAL, which SQLite takes away only when nobody has the ledger open. */
const files = [path, `${path}-wal`].map((file) => ({ file, ino: statSync(file).ino }));

parentPort!.on('message', (message: string) => {
  if (message === CLOSE) close();
  else void write(JSON.parse(message) as Group).then((answer) => parentPort!.postMessage(answer));
});

async function write({ outcomes, marks, tried }: Group): Promise<Answer> {
  try {
    demandFiles();
    const record = () => transactions.moves.record(outcomes, marks, tried);
    return { refused: await patiently(() => transactions.run(record)) };
  } catch (error) {
    return { failure: carryError(error) };
  }
}

/** A file that was deleted can still be written to, and is forgotten with this process: worse than a full disk. */
function demandFiles(): void {
  if (files.every(({ file, ino }) => statSync(file, { throwIfNoEntry: false })?.ino === ino)) return;
  throw new Database.SqliteError('the file was deleted or replaced', 'SQLITE_READONLY_DBMOVED');
}

function close(): void {
  try {
    db.close();
  } finally {
    const flag = new Int32Array(closed);
    Atomics.store(flag, 0, 1);
    Atomics.notify(flag, 0);
    parentPort!.close();
  }
}
