// The short form of the torture table, as tests: every row that does not need minutes. `npm run torture` is the long one.
// `SEED` repeats a run; `npm run torture -- --short --seed <n> "<part of a row's name>"` repeats one row.

import { describe, test } from 'node:test';
import type { Row } from './row.js';
import { lacking, runRow } from './run-row.js';

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);

/** A row waits for most of its time. */
const AT_ONCE = 3;

/** Makes a test of each row. `what` is a word for their file. */
export function inTheShortForm(what: string, rows: readonly Row[]): void {
  describe(`torture: ${what}`, { concurrency: AT_ONCE }, () => {
    for (const row of rows.filter(({ long }) => !long)) {
      const missing = process.env.CI === 'true' ? undefined : lacking(row);
      const skip = missing === undefined ? false : `${missing} is not installed`;
      test(`${row.name}: ${row.end}`, { skip }, async (t) => {
        t.diagnostic(`--seed ${seed}`);
        await runRow(row, seed, false, () => {});
      });
    }
  });
}
