// The kinds of options that the command line has. Knows commander; knows no option.

import { InvalidArgumentError, Option } from 'commander';

/** A text option that is empty when not given, so that nothing inside has to ask. */
export function text(flags: string, variable: string, help: string): Option {
  return new Option(flags, help).env(variable).default('', 'none');
}

/** An option that may be given several times. */
export function several(flags: string, help: string): Option {
  return new Option(flags, `${help}; may be given several times`)
    .default([], 'none')
    .argParser((value: string, earlier: readonly string[]) => [...earlier, value]);
}

/** A switch that is off when not given. */
export function flag(flags: string, variable: string, help: string): Option {
  return new Option(flags, help).env(variable).default(false);
}

/** Reads a whole number; 0 stands for none or all. */
export function wholeNumberOrZero(value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(value);
}

/** Reads a whole number of 1 or more. */
export function wholeNumber(value: string): number {
  const parsed = wholeNumberOrZero(value);
  if (parsed === 0) throw new InvalidArgumentError('It must be a whole number of 1 or more.');
  return parsed;
}
