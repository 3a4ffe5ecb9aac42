// Whether a ledger's files still lie where they were opened. An open file can be written to after it was moved or
// deleted, and whatever is written then is lost to every later run. Knows files; knows no SQL.

import { statSync } from 'node:fs';
import { MailblastError } from '../../domain/errors.js';

export class InPlace {
  readonly #path: string;
  /** Device and inode of each file when it was first seen. */
  readonly #seen = new Map<string, string>();

  constructor(path: string) {
    this.#path = path;
    this.expect();
  }

  /**
   * Looks at both files: 5 µs. The WAL counts from the first look at which it is there; SQLite removes it only when
   * nobody has the ledger open.
   * @throws MailblastError `cannot_write` when one is gone, or is another one.
   */
  expect(): void {
    for (const file of [this.#path, `${this.#path}-wal`]) {
      const found = statSync(file, { bigint: true, throwIfNoEntry: false });
      const identity = found && `${found.dev} ${found.ino}`;
      const known = this.#seen.get(file);
      if (known === undefined && identity !== undefined) this.#seen.set(file, identity);
      else if (known !== identity) throw this.#movedAway(file);
    }
  }

  #movedAway(file: string): MailblastError {
    return new MailblastError(
      'cannot_write',
      `${file === this.#path ? 'the ledger' : 'its -wal'} was moved, deleted or replaced while it was in use. Bring it back before the next run, which could not know otherwise who was mailed.`,
      { place: { file: this.#path } },
    );
  }
}
