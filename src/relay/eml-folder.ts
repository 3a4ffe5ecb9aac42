// A folder of `.eml` files, whoever wrote them: what lies there, and when that changes.
// Knows files; knows nothing of what a message says.

import { type FSWatcher, watch } from 'node:fs';
import { open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type EmlEnvelope, splitEml } from './eml-file.js';

export interface KeptMail {
  readonly name: string;
  /** When it was written, milliseconds since 1970. */
  readonly at: number;
  /** Octets of the file. */
  readonly size: number;
}

/** Milliseconds between two looks at the folder, for file systems that tell of no changes. */
const LOOK_EVERY = 1000;
/** Milliseconds in which messages that come in together are told of together. */
const SETTLE = 20;

export class EmlFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Names of the messages, in no order. A folder that is not there is empty. */
  async names(): Promise<string[]> {
    const names = await readdir(this.path).catch(() => []);
    return names.filter((name) => name.endsWith('.eml'));
  }

  /** Undefined when it is gone. */
  async find(name: string): Promise<KeptMail | undefined> {
    const found = await stat(join(this.path, name)).catch(() => undefined);
    return found?.isFile() ? { name, at: found.mtimeMs, size: found.size } : undefined;
  }

  /** The message and its envelope, or only its first octets. Rejects with the file system's error. */
  async read(name: string, most?: number): Promise<{ envelope: EmlEnvelope; octets: Buffer }> {
    if (most === undefined) return splitEml(await readFile(join(this.path, name)));
    const file = await open(join(this.path, name));
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(most), 0, most, 0);
      return splitEml(buffer.subarray(0, bytesRead));
    } finally {
      await file.close();
    }
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.path, name), { force: true });
  }

  /** Calls back when messages may have come or gone. Gives the function that ends it. */
  watch(changed: () => void): () => void {
    let soon: NodeJS.Timeout | undefined;
    let seen = 0;
    const tell = () => {
      soon ??= setTimeout(() => {
        soon = undefined;
        changed();
      }, SETTLE);
    };
    let watcher: FSWatcher | undefined;
    try {
      watcher = watch(this.path, { persistent: false }, tell);
      watcher.on('error', () => watcher?.close());
    } catch {
      // No events to be had; the clock looks.
    }
    const timer = setInterval(async () => {
      const found = await stat(this.path).catch(() => undefined);
      if (found === undefined || found.mtimeMs === seen) return;
      seen = found.mtimeMs;
      tell();
    }, LOOK_EVERY);
    return () => {
      clearInterval(timer);
      clearTimeout(soon);
      watcher?.close();
    };
  }
}
