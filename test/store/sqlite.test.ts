// The SQLite ledger keeps the promise of the interface, on disk and in memory.
// What is SQLite's own stands in the files beside this one.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLedger } from '../built.js';
import { ledgerConformance } from './ledger-conformance.js';

ledgerConformance('SQLite on disk', {
  lasting: true,
  place: () => {
    const folder = mkdtempSync(join(tmpdir(), 'ledger-'));
    return {
      open: () => openLedger(join(folder, 'mailblast.db')),
      remove: () => rmSync(folder, { recursive: true }),
    };
  },
});

ledgerConformance('SQLite in memory', {
  lasting: false,
  place: () => ({ open: () => openLedger(':memory:'), remove: () => undefined }),
});
