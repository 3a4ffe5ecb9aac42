// The words behind `npm run bench --`: which measurements, and how large. Knows no measurement.

import { parseArgs } from 'node:util';

/** How large a measurement is to be. */
export interface Scale {
  /** A smoke run of seconds, which proves that the measurements work. Its figures mean nothing. */
  readonly quick: boolean;
  /** How often each sender has its turn; the median counts. */
  readonly rounds: number;
  /** People on the longest list of `flat`, `import` and `profile`, where told. */
  readonly people: number | undefined;
}

export interface Options extends Scale {
  /** As given; empty for all. */
  readonly names: readonly string[];
}

/** Three, so that one disturbed turn does not count. */
const ROUNDS = 3;

/** @throws TypeError or RangeError with a sentence for whoever typed it. */
export function readOptions(words: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      people: { type: 'string' },
    },
  });
  return {
    names: positionals,
    quick: values.quick,
    rounds: count('--rounds', values.rounds) ?? (values.quick ? 1 : ROUNDS),
    people: count('--people', values.people),
  };
}

function count(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^[1-9]\d*$/.test(value)) throw new RangeError(`${name} takes a number of at least 1, not ${value}.`);
  return Number(value);
}
