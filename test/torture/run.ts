// `npm run torture [-- --seed n] [--short] [--list] [words…]`: the table of rows, all of them or those whose names hold one
// of the words; what each came to, and the figures of the kills. Ends with 1 when a row does not hold.

import { parseArgs } from 'node:util';
import type { Figures, Row } from './row.js';
import { ROWS } from './rows.js';
import { lacking, runRow } from './run-row.js';

/** Rows at once, besides those that wait; a machine of two cores is busy with so many. */
const AT_ONCE = 3;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    short: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
const wanted = ROWS.filter(
  ({ name, long }) =>
    !(values.short && long) && (positionals.length === 0 || positionals.some((word) => name.includes(word))),
);

interface Result {
  readonly row: Row;
  readonly figures?: Figures;
  readonly fault?: string;
  readonly seconds: number;
}

// Whoever reads may have seen enough.
process.stdout.on('error', () => {});
// Whatever was started ends, also when this is stopped half-way.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

if (values.list) {
  for (const { name, end, long } of wanted) console.log(`${name}${long ? ' (long form)' : ''}\n    ${end}`);
} else {
  console.log(`${wanted.length} rows, --seed ${seed}`);
  const results = await runAll(wanted);
  printKills(results);
  const faults = results.filter(({ fault }) => fault !== undefined);
  console.log(`\n${results.length - faults.length} of ${results.length} rows hold; --seed ${seed}`);
  for (const { row, fault } of faults)
    console.log(`\nDOES NOT HOLD: ${row.name}\n  expected: ${row.end}\n  ${fault}`);
  process.exitCode = faults.length > 0 || results.length === 0 ? 1 : 0;
}

async function runAll(rows: readonly Row[]): Promise<Result[]> {
  const results: Result[] = [];
  const left = rows.filter(({ waits }) => !waits);
  const through = async (row: Row) => {
    const result = await runOne(row);
    results.push(result);
    printResult(result);
  };
  const worker = async () => {
    for (let row = left.shift(); row !== undefined; row = left.shift()) await through(row);
  };
  const waiting = rows.filter(({ waits }) => waits).map(through);
  await Promise.all([...waiting, ...Array.from({ length: AT_ONCE }, worker)]);
  return results;
}

async function runOne(row: Row): Promise<Result> {
  const begun = performance.now();
  const seconds = () => (performance.now() - begun) / 1000;
  const missing = lacking(row);
  if (missing !== undefined) return { row, fault: `${missing} is not installed`, seconds: 0 };
  try {
    const figures = await runRow(row, seed, !values.short, (text) => console.log(`     … ${text}`));
    return { row, figures, seconds: seconds() };
  } catch (error) {
    return {
      row,
      fault: error instanceof Error ? (error.stack ?? error.message) : String(error),
      seconds: seconds(),
    };
  }
}

function printResult({ row, figures, fault, seconds }: Result): void {
  const time = `${seconds.toFixed(1)} s`.padStart(8);
  const doubt = figures?.inDoubt === undefined ? '' : `; ${figures.inDoubt} in doubt`;
  const note = figures?.note === undefined ? '' : `; ${figures.note}`;
  console.log(`${fault === undefined ? 'holds' : 'FAULT'} ${time}  ${row.name}: ${row.end}${doubt}${note}`);
}

function printKills(results: readonly Result[]): void {
  const cells = [['row', 'policy', 'kills', 'recipients', 'lost', 'twice', 'in doubt at most']];
  for (const { row, figures } of results) {
    if (figures?.kills === undefined) continue;
    const { policy = 'hold', kills, recipients, lost = 0, twice = 0, inDoubt = 0 } = figures;
    cells.push([
      row.name,
      policy,
      ...[kills, recipients, lost, twice, inDoubt].map((each) => each.toLocaleString('en')),
    ]);
  }
  if (cells.length === 1) return;
  console.log(
    `\nLost: counted as accepted by choice, and never taken. Twice: sent again by choice, and taken before.\n`,
  );
  for (const [index, line] of cells.entries()) {
    console.log(`| ${line.join(' | ')} |`);
    if (index === 0) console.log(`|${'---|'.repeat(line.length)}`);
  }
}
