// What SQLite's failures mean to the one who runs the program: which trouble it is, and the way out.
// Knows SQLite's result codes (sqlite.org/rescode.html); knows no statement.

import Database from 'better-sqlite3';
import { MailblastError, type Trouble } from '../../domain/errors.js';

/** The beginning of an extended result code, the trouble it is, and what to say. The first that fits counts. */
const SENTENCES: readonly (readonly [code: string, trouble: Trouble, sentence: string])[] = [
  [
    'SQLITE_FULL',
    'cannot_write',
    'the disk is full. Make room and run the same command again; nothing is lost',
  ],
  // The file beside the WAL could not be made longer, which is how a full disk shows when a ledger is opened.
  [
    'SQLITE_IOERR_SHMSIZE',
    'cannot_write',
    'the disk is full. Make room and run the same command again; nothing is lost',
  ],
  [
    'SQLITE_READONLY_DBMOVED',
    'cannot_write',
    'the ledger was deleted or replaced while this run was writing to it. Put it back before anything else is sent',
  ],
  [
    'SQLITE_READONLY',
    'cannot_write',
    'the ledger may not be written. Check who owns it and its folder, or name another with --state',
  ],
  [
    'SQLITE_CORRUPT',
    'cannot_write',
    'the ledger is damaged. Keep a copy of the file and its -wal, and bring back a backup',
  ],
  [
    'SQLITE_NOTADB',
    'cannot_write',
    'this file is not a mailblast ledger. Name another one with --state; it was not touched',
  ],
  [
    'SQLITE_BUSY',
    'cannot_write',
    'another process has been writing to the ledger for too long. Run the same command again when it has ended',
  ],
  [
    'SQLITE_IOERR',
    'cannot_write',
    'the disk could not be read or written. Check the disk, then run the same command again',
  ],
  [
    'SQLITE_CANTOPEN',
    'cannot_create',
    'the ledger cannot be opened. Its folder must exist and be writable; --state names another place',
  ],
];

/** True when SQLite gave up waiting for another connection. */
export function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

/** The error to throw instead: a MailblastError that names the ledger, or the same error when it is no such failure. */
export function translated(error: unknown, path: string): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const found = SENTENCES.find(([code]) => error.code.startsWith(code));
  if (!found) return error;
  const [, trouble, sentence] = found;
  const detail =
    trouble === 'cannot_write' && error.code.startsWith('SQLITE_IOERR') ? ` (${error.code})` : '';
  return new MailblastError(trouble, `${sentence}${detail}.`, { place: { file: path }, cause: error });
}

/** Runs `work`, and translates what it throws. */
export function translating<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw translated(error, path);
  }
}
