// Where words go: what people read, what scripts read, and the one question.
// Under --json stdout belongs to scripts and people's words go to stderr; under --quiet only errors are said.

import { createInterface } from 'node:readline/promises';
import { type Terminal, terminalOf } from './terminal.js';

export interface Output {
  /** A line for people. */
  say(line: string): void;
  /** A line for people that --quiet does not silence. */
  warn(line: string): void;
  /** One JSON object on a line of stdout, under --json only. */
  json(value: unknown): void;
  /** True when a person sits at the terminal and can be asked. */
  readonly interactive: boolean;
  readonly wantsJson: boolean;
  readonly quiet: boolean;
  /** Where people's words go, when that is a terminal. */
  readonly terminal: Terminal | undefined;
  /** Asks a yes-or-no question; no is the default. Ctrl-C and the end of input are a no. */
  confirm(question: string): Promise<boolean>;
}

export function makeOutput(options: { readonly json: boolean; readonly quiet: boolean }): Output {
  const people = options.json ? process.stderr : process.stdout;
  // Whoever reads us may close the pipe (`| head`); the run goes on without a reader.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  return {
    say: (line) => {
      if (!options.quiet) people.write(`${line}\n`);
    },
    warn: (line) => {
      process.stderr.write(`${line}\n`);
    },
    json: (value) => {
      if (options.json) process.stdout.write(`${JSON.stringify(value)}\n`);
    },
    interactive: process.stdin.isTTY === true && people.isTTY === true,
    wantsJson: options.json,
    quiet: options.quiet,
    terminal: people.isTTY === true ? terminalOf(people) : undefined,
    confirm,
  };
}

async function confirm(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const aborted = new AbortController();
    terminal.once('SIGINT', () => aborted.abort());
    terminal.once('close', () => aborted.abort());
    const answer = await terminal.question(`${question} [y/N] `, { signal: aborted.signal });
    return /^y(?:es)?$/i.test(answer.trim());
  } catch {
    process.stderr.write('\n');
    return false;
  } finally {
    terminal.close();
  }
}
