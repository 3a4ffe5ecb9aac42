// A ledger for what must leave no trace: dry runs and test messages.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ledger } from '../store/ledger.js';
import { openLedger } from '../store/sqlite/open.js';

/** Opens one for the time of `work` and takes it away again. */
export async function withThrowAwayLedger<T>(work: (ledger: Ledger) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'mailblast-'));
  try {
    const ledger = openLedger(join(folder, 'mailblast.db'));
    try {
      return await work(ledger);
    } finally {
      ledger.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
