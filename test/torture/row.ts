// A row of the torture table: what is done to a run, and the end that is expected of it. Types, and what rows share.

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InDoubtWord } from '../../src/store/ledger.js';
import type { Random } from '../random.js';

/** How the table is gone through. */
export interface Form {
  readonly long: boolean;
  /** This row's own, from the seed and its name. */
  readonly random: Random;
  /** A word about what went on, for whoever watches. */
  readonly say: (text: string) => void;
}

/** What a row came to, in figures; a row that does not hold throws. */
export interface Figures {
  readonly recipients: number;
  readonly kills?: number;
  readonly policy?: InDoubtWord;
  /** Of the user's choice alone: assumed and never taken, or sent again and taken twice. */
  readonly lost?: number;
  readonly twice?: number;
  /** The most that one crash put in doubt. */
  readonly inDoubt?: number;
  /** Anything else worth a line. */
  readonly note?: string;
}

export interface Row {
  /** Its chapter, and what is done. */
  readonly name: string;
  /** What must come of it. */
  readonly end: string;
  /** Not in the short form. */
  readonly long?: true;
  /** It does little but wait, so it is begun first, beside all others. */
  readonly waits?: true;
  /** Programs that it cannot do without. */
  readonly needs?: readonly string[];
  readonly run: (form: Form) => Promise<Figures>;
}

/** A folder for as long as the work goes on. `in memory` where nothing depends on a disk: a hundred rows spare it. */
export async function inFolder<T>(
  work: (folder: string) => Promise<T>,
  where: 'on disk' | 'in memory' = 'on disk',
): Promise<T> {
  const root = where === 'in memory' && existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  const folder = mkdtempSync(join(root, 'mailblast-torture-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The least and the most of something that may vary. */
export type Range = readonly [least: number, most: number];

export const shownRange = ([least, most]: Range): string =>
  least === most ? `${least}` : `${least} to ${most}`;
