// What ends a command before its end: one sentence on stderr and an exit code. Loaded only when something fails.

import { CommanderError } from 'commander';
import { MailblastError } from '../domain/errors.js';
import { EXIT, exitCodeOf } from './exit-codes.js';

/** Says what went wrong, with its stack when `debug`. Gives the exit code. */
export function failed(error: unknown, debug: boolean): number {
  // Commander has said it already.
  if (error instanceof CommanderError) return exitCodeOf('usage');
  if (error instanceof MailblastError) {
    process.stderr.write(`mailblast: ${error.message}\n`);
    if (debug)
      process.stderr.write(`${error.stack}\n${error.cause === undefined ? '' : `${String(error.cause)}\n`}`);
    return exitCodeOf(error.trouble);
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  process.stderr.write(`mailblast: This is a bug in mailblast, please report it: ${message}\n`);
  if (debug) process.stderr.write(`${stack}\n`);
  else
    process.stderr.write(
      'Run it again with --debug to see where. The ledger is as the last message left it.\n',
    );
  return EXIT.bug;
}
