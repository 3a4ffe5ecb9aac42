// Reads MAILBLAST_* variables from a `.env` file, with Node's own parser, and finds the line of each.
// Every other variable of the file is somebody else's and is not looked at.

import { statSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { MailblastError, type Place } from '../../domain/errors.js';
import { readText } from './text-file.js';

export interface Dotenv {
  readonly variables: ReadonlyMap<string, { readonly value: string; readonly place: Place }>;
  /** Sentences on lines that mean less than they seem to. They hold no value, since any may be a secret. */
  readonly warnings: readonly string[];
}

const VARIABLE = /^\s*(?:export\s+)?(MAILBLAST_\w+)([^=]*)(=?)(.*)$/;

/**
 * Undefined when there is no such file; a folder of that name is a Python environment and no concern of ours.
 * @throws MailblastError `no_input` or `settings` when it cannot be read, `settings` for a line that is not NAME=value.
 */
export function readDotenv(file: string): Dotenv | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined || found.isDirectory()) return undefined;
  const text = readText(file, file);
  const parsed = new Map(Object.entries(parseEnv(text)));
  const variables = new Map<string, { value: string; place: Place }>();
  const warnings: string[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const match = VARIABLE.exec(line);
    if (match === null) continue;
    const [, name = '', between = '', equals, rest = ''] = match;
    const place = { file, line: index + 1 };
    const value = parsed.get(name);
    // A line without "=" and a quote that is never closed make the parser swallow what follows.
    if (equals === '' || between.trim() !== '' || value === undefined) {
      throw new MailblastError(
        'settings',
        `${name} is not read here. Write ${name}=value, and close every quote in the lines before it.`,
        { place },
      );
    }
    if (value !== '') variables.set(name, { value, place });
    else variables.delete(name);
    if (!/^\s*["'`]/.test(rest) && /(?:^|\S)#/.test(rest)) {
      warnings.push(
        `${file}:${place.line}: ${name} is cut off at its #, where a comment begins. If the # belongs to the value, put the value in quotes.`,
      );
    }
  }
  return { variables, warnings };
}
