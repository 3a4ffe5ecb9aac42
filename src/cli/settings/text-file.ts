// Reads the small text files that settings come from, and says in words why one cannot be read.

import { readFileSync } from 'node:fs';
import { MailblastError } from '../../domain/errors.js';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not read it',
  EPERM: 'this user may not read it',
};

/**
 * The file's text, without a byte order mark. `called` is how the error calls it: "The settings file x.json".
 * @throws MailblastError `no_input` when it cannot be read, `settings` when it is not UTF-8.
 */
export function readText(path: string, called: string): string {
  let octets: Uint8Array;
  try {
    octets = readFileSync(path);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new MailblastError('no_input', `${called} cannot be read: ${REASONS[code] ?? message}.`, {
      cause: error,
    });
  }
  try {
    // What PowerShell's > writes is UTF-16, in which ASCII text is full of NUL.
    if (!octets.includes(0)) return new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch {
    // Falls through to the one sentence for both.
  }
  throw new MailblastError('settings', `${called} is not UTF-8 text; save it as UTF-8.`);
}
