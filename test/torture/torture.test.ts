// The short form of the torture table: every row that does not need minutes. `npm run torture` is the long one.
// `SEED` repeats a run; `npm run torture -- --seed <n> --short "<part of a row's name>"` repeats one row.

import { describe, test } from 'node:test';
import { lacking, ROWS, runRow } from './rows.js';

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);

/** Rows that wait for most of their time, and those that keep processors busy. */
const AT_ONCE = 4;

describe('torture', { concurrency: AT_ONCE }, () => {
  for (const row of ROWS.filter(({ long }) => !long)) {
    const missing = process.env.CI === 'true' ? undefined : lacking(row);
    const skip = missing === undefined ? false : `${missing} is not installed`;
    test(`${row.name}: ${row.end}`, { skip }, async (t) => {
      t.diagnostic(`--seed ${seed}`);
      await runRow(row, seed, false, () => {});
    });
  }
});
