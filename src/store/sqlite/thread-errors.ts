// Errors on their way out of a thread: a message between threads keeps an error's text, not its class nor its code.
// Knows which of them SQLite's and mailblast's own callers tell apart.

import Database from 'better-sqlite3';
import { MailblastError, type Trouble } from '../../domain/errors.js';

/** An error as a message can carry it. */
export type CarriedError =
  | { readonly kind: 'sqlite'; readonly message: string; readonly code: string }
  | { readonly kind: 'expected'; readonly message: string; readonly trouble: Trouble }
  | { readonly kind: 'other'; readonly error: unknown };

export function carryError(error: unknown): CarriedError {
  if (error instanceof Database.SqliteError) {
    return { kind: 'sqlite', message: error.message, code: error.code };
  }
  if (error instanceof MailblastError) {
    return { kind: 'expected', message: error.message, trouble: error.trouble };
  }
  return { kind: 'other', error };
}

/** The error again, of its class. A MailblastError names its place in its message alone. */
export function carriedError(carried: CarriedError): unknown {
  if (carried.kind === 'sqlite') return new Database.SqliteError(carried.message, carried.code);
  if (carried.kind === 'expected') return new MailblastError(carried.trouble, carried.message);
  return carried.error;
}
