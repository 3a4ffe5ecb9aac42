// Asks a person at a terminal for the relay's password (R10). In cron nobody is asked, and the missing password is an error.

import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { parseRelayUrl } from '../relay/relay-url.js';
import type { Output } from './output.js';
import { givenPassword } from './settings/password.js';

/**
 * Asks when the relay is given a user name and no password, and puts the answer where the password is looked for, in
 * this process's environment. No answer changes nothing: then the relay says what is missing.
 * `suffix` stands behind the names of a named relay's variables.
 * @throws MailblastError when the URL is none or the password's file cannot be used.
 */
export async function askForPassword(url: string, output: Output, suffix = ''): Promise<void> {
  if (!output.interactive || url === '') return;
  const target = parseRelayUrl(url, 'environment');
  if (target.kind !== 'smtp' || target.password !== '') return;
  const user = target.user !== '' ? target.user : (process.env[`MAILBLAST_USER${suffix}`] ?? '');
  if (user === '' || givenPassword(suffix) !== '') return;
  const password = await readUnseen(`Password of ${user} for ${target.name}: `);
  if (password !== '') process.env[`MAILBLAST_PASSWORD${suffix}`] = password;
}

/** A line from the terminal that the terminal does not show. Empty for Ctrl-C and the end of input. */
async function readUnseen(question: string): Promise<string> {
  // Readline puts the terminal into raw mode, in which it echoes nothing, and echoes by itself: to nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true, historySize: 0 });
  process.stderr.write(question);
  try {
    const aborted = new AbortController();
    terminal.once('SIGINT', () => aborted.abort());
    terminal.once('close', () => aborted.abort());
    return await terminal.question('', { signal: aborted.signal });
  } catch {
    return '';
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
}
