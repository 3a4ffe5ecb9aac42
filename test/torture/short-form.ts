// The short form of the torture table, as tests: every row that does not need minutes. `npm run torture` is the long one.
// `SEED` repeats a run; `npm run torture -- --short --seed <n> "<part of a row's name>"` repeats one row.

import { describe, test } from 'node:test';
import type { Row } from './row.js';
import { lacking, runRow } from './run-row.js';

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);

/** Rows at once, besides those that wait. */
const AT_ONCE = 3;

/** Makes a test of each row. `what` is a word for their file. */
export function inTheShortForm(what: string, rows: readonly Row[]): void {
  const short = rows.filter(({ long }) => !long);
  const waiting = short.filter(({ waits }) => waits);
  const working = short.filter(({ waits }) => !waits);
  describe(`torture: ${what}`, { concurrency: 2 }, () => {
    describe('while they wait', { concurrency: Math.max(1, waiting.length) }, () => waiting.forEach(asTest));
    describe('a few at once', { concurrency: AT_ONCE }, () => working.forEach(asTest));
  });
}

function asTest(row: Row): void {
  const missing = process.env.CI === 'true' ? undefined : lacking(row);
  const skip = missing === undefined ? false : `${missing} is not installed`;
  test(`${row.name}: ${row.end}`, { skip }, async (t) => {
    t.diagnostic(`--seed ${seed}`);
    await runRow(row, seed, false, () => {});
  });
}
