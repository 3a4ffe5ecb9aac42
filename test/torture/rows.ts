// The whole table, in its order, and how one row of it is run.

import { spawnSync } from 'node:child_process';
import { randomFrom, seedFor } from '../random.js';
import { CLOCK_ROWS } from './clocks.js';
import { LIST_ROWS } from './hostile-lists.js';
import { KILL_ROWS } from './kills.js';
import { POINT_ROWS } from './points.js';
import { POWER_ROWS } from './power-loss.js';
import type { Figures, Row } from './row.js';
import { SIGNAL_ROWS } from './signals.js';
import { SMUGGLING_ROWS } from './smuggling.js';
import { TROUBLE_ROWS } from './troubles.js';
import { LOSS_ROWS } from './wire-loss.js';
import { REPLY_ROWS } from './wire-replies.js';

export const ROWS: readonly Row[] = [
  ...KILL_ROWS,
  ...POINT_ROWS,
  ...POWER_ROWS,
  ...TROUBLE_ROWS,
  ...SIGNAL_ROWS,
  ...CLOCK_ROWS,
  ...LIST_ROWS,
  ...SMUGGLING_ROWS,
  ...LOSS_ROWS,
  ...REPLY_ROWS,
];

/** Runs a row with the chance that belongs to it. @throws whatever does not hold. */
export function runRow(row: Row, seed: number, long: boolean, say: (text: string) => void): Promise<Figures> {
  return row.run({ long, random: randomFrom(seedFor(row.name, seed)), say });
}

/** The first program that a row needs and this machine has not; undefined when it has all. */
export function lacking(row: Row): string | undefined {
  return row.needs?.find((program) => spawnSync('sh', ['-c', 'command -v "$0"', program]).status !== 0);
}
