// A relay that is a folder: each message becomes an `.eml` file. For rehearsals without SMTP.
// Keeps the same promises as an SMTP session: the mark first, then the file appears under its name.

import { accessSync, constants, mkdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename } from 'node:path';

import type { Attempt, Outgoing } from '../domain/attempt.js';
import { MailblastError } from '../domain/errors.js';
import { stableName, writeEml } from './eml-file.js';
import type { Relay, Session, Source } from './relay.js';

/**
 * Makes the folder if need be. The same message again overwrites its own file and no other.
 * @throws MailblastError `cannot_create` when the folder cannot be made or written to.
 */
export function fileRelay(folder: string): Relay {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new MailblastError('cannot_create', `The folder for the messages cannot be written to (${code}).`, {
      place: { file: folder },
      cause,
    });
  }
  return {
    name: `file:${folder}`,
    rehearsal: true,
    async open() {
      return new FileSession(folder);
    },
    async close() {},
  };
}

class FileSession implements Session {
  readonly #folder: string;
  readonly #stopped = new AbortController();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async run<T extends Outgoing>(source: Source<T>): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      const message = await source.next(this.#stopped.signal);
      if (message === undefined) return;
      const attempt = await this.#write(message, () => source.mark(message));
      source.ended(message, attempt);
      // A folder that fails once (disk full) is a relay that was lost.
      if (attempt.ended === 'lost') return;
    }
  }

  destroy(): void {
    this.#stopped.abort();
  }

  async #write(message: Outgoing, mark: () => Promise<void>): Promise<Attempt> {
    try {
      await mark();
      if (this.#stopped.signal.aborted) return lost('the session was stopped');
      const file = await writeMessage(this.#folder, message);
      return {
        ended: 'replied',
        stage: 'body',
        reply: { code: 250, enhanced: '2.0.0', text: basename(file) },
      };
    } catch (error) {
      return lost((error as Error).message);
    }
  }
}

/**
 * Writes one message into the folder, which is made if need be, and gives the file's path.
 * Rejects with the file system's error.
 */
export async function writeMessage(folder: string, message: Outgoing): Promise<string> {
  const { envelope, octets } = message;
  await mkdir(folder, { recursive: true });
  const told = { returnPath: envelope.returnPath, recipients: [envelope.recipient] };
  return writeEml(folder, stableName(envelope.recipient, octets), told, octets);
}

function lost(why: string): Attempt {
  return { ended: 'lost', stage: 'body', lastOctetLeft: false, why };
}
