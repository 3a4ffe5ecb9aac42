// Connections to a ledger's file: made so that what is committed survives a power cut (R3), and refused where it is none.
// Knows files, modes and pragmas; knows nothing of campaigns or deliveries.

import { accessSync, closeSync, constants, existsSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { MailblastError } from '../../domain/errors.js';
import { isBusy, translating } from './errors.js';
import { identify, migrate, VERSION } from './migrations.js';
import { networkDrive } from './network-drive.js';

/** A ledger without a file, for this process alone. */
export const IN_MEMORY = ':memory:';

/**
 * How long SQLite itself waits for another writer, in milliseconds. Short, since it holds up the whole process;
 * longer waits are made of many of these, see `holdingOn` and `patiently`.
 */
const BUSY_MS = 50;

/** How long a call that holds up the process goes on trying, in milliseconds. */
const HOLD_ON_MS = 10_000;

/**
 * How long a call that lets the process go on keeps trying, in milliseconds. Another campaign's import holds the
 * ledger for as long as its list is read.
 */
const PATIENCE_MS = 600_000;

/** Keeps the WAL from staying as large as the largest import made it, in octets. */
const WAL_LIMIT = 64 * 1024 * 1024;

/** Opens the ledger at a full path for reading and writing, making it (mode 0600) or bringing it up to date. */
export function openForWriting(path: string): Database.Database {
  if (path !== IN_MEMORY) {
    demandOwnDisk(path, networkDrive(path));
    createFile(path);
  }
  return guarded(path, { fileMustExist: path !== IN_MEMORY }, (db) => {
    const version = identify(db, path);
    const mode = db.pragma('journal_mode = WAL', { simple: true });
    if (mode !== 'wal' && path !== IN_MEMORY) {
      throw new MailblastError(
        'cannot_create',
        'this file system cannot keep a ledger safe (SQLite has no WAL there). Name a place on a local disk with --state.',
        { place: { file: path } },
      );
    }
    db.pragma(`journal_size_limit = ${WAL_LIMIT}`);
    durable(db);
    if (version < VERSION) migrate(db, path);
  });
}

/** @throws MailblastError `cannot_create` when the path is on a network drive, `drive` being its kind. */
export function demandOwnDisk(path: string, drive: string | undefined): void {
  if (drive === undefined) return;
  throw new MailblastError(
    'cannot_create',
    `this is a network drive (${drive}), where two hosts would not see each other's writes and could mail somebody twice. Name a place on a disk of this machine with --state.`,
    { place: { file: path } },
  );
}

/** Opens an existing ledger for reading only, also while a run writes to it. An older one is brought up to date first. */
export function openForReading(path: string): Database.Database {
  if (!existsSync(path)) {
    throw new MailblastError(
      'no_input',
      'there is no ledger here. The first send makes one; --state names another.',
      {
        place: { file: path },
      },
    );
  }
  const read = () => {
    let version = 0;
    const db = guarded(path, { readonly: true, fileMustExist: true }, (opened) => {
      version = identify(opened, path);
      durable(opened);
    });
    return { db, version };
  };
  const first = read();
  if (first.version === VERSION) return first.db;
  first.db.close();
  openForWriting(path).close();
  return read().db;
}

/**
 * `synchronous` counts for a connection, not for the file, and better-sqlite3 is built with NORMAL for WAL,
 * which would lose the last commits in a power cut. macOS needs `fullfsync` for its fsync to reach the disk.
 */
function durable(db: Database.Database): void {
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
  if (process.platform === 'darwin') {
    db.pragma('fullfsync = ON');
    db.pragma('checkpoint_fullfsync = ON');
  }
}

/** Opens a connection and sets it up; closes it again when that fails. */
function guarded(
  path: string,
  options: Database.Options,
  setUp: (db: Database.Database) => void,
): Database.Database {
  return translating(path, () =>
    holdingOn(() => {
      const db = new Database(path, { ...options, timeout: BUSY_MS });
      try {
        setUp(db);
        return db;
      } catch (error) {
        db.close();
        throw error;
      }
    }),
  );
}

/**
 * Makes the file if there is none. Only ever with O_EXCL: opening and closing a file that this process has locked
 * would drop its locks (POSIX fcntl), and SQLite's with them. SQLite gives -wal and -shm the mode of the file.
 */
export function createFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'EEXIST') throw cannotCreate(path, code, error);
    try {
      accessSync(path, constants.R_OK | constants.W_OK);
    } catch (denied) {
      throw cannotCreate(path, (denied as NodeJS.ErrnoException).code, denied);
    }
  }
}

function cannotCreate(path: string, code: string | undefined, cause: unknown): MailblastError {
  const why =
    code === 'ENOENT'
      ? `the folder ${dirname(path)} does not exist. Make it, or name another place with --state`
      : code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
        ? 'this place may not be written. Change its owner or mode, or name another place with --state'
        : code === 'ENOSPC' || code === 'EDQUOT'
          ? 'the disk is full. Make room, or name another place with --state'
          : `the ledger cannot be made here (${code ?? 'unknown'}). Name another place with --state`;
  return new MailblastError('cannot_create', `${why}.`, { place: { file: path }, cause });
}

/** Runs `work` again and again while another process writes, holding this one up. */
export function holdingOn<T>(work: () => T): T {
  const end = performance.now() + HOLD_ON_MS;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() > end) throw error;
    }
  }
}

/** The same for calls that can wait without holding anything up. */
export async function patiently<T>(work: () => T): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() > end) throw error;
    }
    await sleep(BUSY_MS);
  }
}
