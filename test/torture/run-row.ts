// How one row of the table is run: with the chance that belongs to it, and only where its programs are.

import { spawnSync } from 'node:child_process';
import { randomFrom, seedFor } from '../random.js';
import type { Figures, Row } from './row.js';

/** Runs a row with the chance that belongs to it. @throws whatever does not hold. */
export function runRow(row: Row, seed: number, long: boolean, say: (text: string) => void): Promise<Figures> {
  return row.run({ long, random: randomFrom(seedFor(row.name, seed)), say });
}

/** The first program that a row needs and this machine has not; undefined when it has all. */
export function lacking(row: Row): string | undefined {
  return row.needs?.find((program) => spawnSync('sh', ['-c', 'command -v "$0"', program]).status !== 0);
}
