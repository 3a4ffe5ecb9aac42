// The commands that mailblast tells people to type: right for the folder they are in, and for the shell.

import { relative, resolve } from 'node:path';

/** `mailblast resume list-news --state sandbox/mailblast.db`; the ledger is left out where it is the default. */
export function nextCommand(verb: string, campaign: string, ledgerPath: string, ...more: string[]): string {
  const words = ['mailblast', verb, quoted(campaign), ...more];
  if (ledgerPath !== resolve('mailblast.db')) {
    const near = relative('.', ledgerPath);
    words.push('--state', quoted(near.startsWith('..') ? ledgerPath : near));
  }
  return words.join(' ');
}

/** The word as a shell takes it. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
