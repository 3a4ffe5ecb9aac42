// What the process ends with: sysexits where they fit. A promise to cron jobs and scripts.

import type { Trouble } from '../domain/errors.js';

export const EXIT = {
  /** Every delivery has an end. */
  done: 0,
  /** EX_SOFTWARE: a bug. */
  bug: 70,
  /** EX_TEMPFAIL: some are left; run it again. */
  left: 75,
} as const;

const TROUBLE_CODES: Readonly<Record<Trouble, number>> = {
  usage: 64,
  data: 65,
  no_input: 66,
  unreachable: 69,
  cannot_create: 73,
  cannot_write: 74,
  unfinished: EXIT.left,
  refused: 77,
  settings: 78,
};

export function exitCodeOf(trouble: Trouble): number {
  return TROUBLE_CODES[trouble];
}

/** 128 and the signal's number, as shells do it. */
export const SIGNAL_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
