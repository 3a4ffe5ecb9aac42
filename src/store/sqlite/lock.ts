// Campaign locks that die with their process: an open `BEGIN EXCLUSIVE` on a small SQLite file per campaign.
// Knows files and the operating system's locks, by way of SQLite; knows nothing of the ledger's tables.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { MailblastError } from '../../domain/errors.js';
import type { Lock } from '../ledger.js';
import { createFile } from './connection.js';
import { isBusy, translating } from './errors.js';

/** Long enough to outlast another process's look at the lock, in milliseconds. */
const ACQUIRE_MS = 250;

/** The locks that one open ledger holds. */
export class Locks {
  readonly #folder: string | undefined;
  readonly #held = new Map<string, Database.Database | undefined>();

  /** `folder` holds a file per campaign and is made when needed; without one, locks count within this object alone. */
  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  /** The campaign's lock, or undefined while anybody holds it, this object included. */
  acquire(name: string): Lock | undefined {
    if (this.#held.has(name)) return undefined;
    if (this.#folder !== undefined) {
      const db = lockFile(this.#folder, fileFor(this.#folder, name));
      if (!db) return undefined;
      this.#held.set(name, db);
    } else {
      this.#held.set(name, undefined);
    }
    let released = false;
    return {
      release: () => {
        if (!released) this.#release(name);
        released = true;
      },
    };
  }

  /** Whether this object holds it. */
  holds(name: string): boolean {
    return this.#held.has(name);
  }

  /** Whether anybody holds it, in this process or another. */
  isHeld(name: string): boolean {
    if (this.#held.has(name)) return true;
    if (this.#folder === undefined) return false;
    const file = fileFor(this.#folder, name);
    return existsSync(file) && isLocked(file);
  }

  releaseAll(): void {
    for (const name of [...this.#held.keys()]) this.#release(name);
  }

  #release(name: string): void {
    this.#held.get(name)?.close();
    this.#held.delete(name);
  }
}

/** The file is never deleted: somebody who opened it before would then hold a lock that nobody else sees. */
function lockFile(folder: string, file: string): Database.Database | undefined {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new MailblastError(
      'cannot_create',
      'this folder for locks cannot be made. The ledger must lie where files can be made; --state names another place.',
      { place: { file: folder }, cause },
    );
  }
  createFile(file);
  return translating(file, () => {
    const db = new Database(file, { timeout: ACQUIRE_MS, fileMustExist: true });
    try {
      db.exec('BEGIN EXCLUSIVE');
      return db;
    } catch (error) {
      db.close();
      if (isBusy(error)) return undefined;
      throw error;
    }
  });
}

/** Whoever holds the lock lets nobody read. */
function isLocked(file: string): boolean {
  return translating(file, () => {
    const db = new Database(file, { readonly: true, fileMustExist: true, timeout: 0 });
    try {
      db.prepare('SELECT count(*) FROM sqlite_schema').get();
      return false;
    } catch (error) {
      if (isBusy(error)) return true;
      throw error;
    } finally {
      db.close();
    }
  });
}

/** A name that people can read, with a hash that keeps names apart that read alike. */
function fileFor(folder: string, name: string): string {
  const readable = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 16);
  return join(folder, `${readable === '' ? '' : `${readable}-`}${hash}.lock`);
}
