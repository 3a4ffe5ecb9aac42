// Tells when files change, however an editor saves them: in place, by renaming another file over them, by taking them
// away first. The system's events say that it is time to look; what is found decides, and it is looked at twice a second
// besides, since network drives, containers and links to files elsewhere give no events.

import { type BigIntStats, type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Milliseconds between two looks without an event. */
const LOOK_EVERY = 500;
/** Milliseconds for an editor to finish: some write a file in steps. */
const SETTLE = 15;

export class FileWatch {
  readonly #changed: (paths: readonly string[]) => void;
  /** How each file was at the last look; empty when it was not there. */
  readonly #seen = new Map<string, string>();
  readonly #folders = new Map<string, FSWatcher | undefined>();
  readonly #timer: NodeJS.Timeout;
  #soon: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();

  /** `changed` is told of the files that differ from the last look. */
  constructor(changed: (paths: readonly string[]) => void) {
    this.#changed = changed;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY);
  }

  /** Watches these files, absolute paths, from now on, and no others. Files need not be there. */
  async follow(paths: readonly string[]): Promise<void> {
    const wanted = new Set(paths);
    for (const path of this.#seen.keys()) if (!wanted.has(path)) this.#seen.delete(path);
    const fresh = [...wanted].filter((path) => !this.#seen.has(path));
    for (const path of fresh) this.#seen.set(path, await stateOf(path));
    const folders = new Set([...wanted].map(dirname));
    for (const [folder, watcher] of this.#folders) {
      if (folders.has(folder)) continue;
      watcher?.close();
      this.#folders.delete(folder);
    }
    for (const folder of folders) {
      if (!this.#folders.has(folder)) this.#folders.set(folder, this.#listen(folder));
    }
  }

  close(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#soon);
    for (const watcher of this.#folders.values()) watcher?.close();
    this.#folders.clear();
    this.#seen.clear();
  }

  /** Undefined where the system has no events to give, or none left; the clock still looks. */
  #listen(folder: string): FSWatcher | undefined {
    try {
      const watcher = watch(folder, { persistent: false }, () => {
        clearTimeout(this.#soon);
        this.#soon = setTimeout(() => this.#look(), SETTLE);
      });
      watcher.on('error', () => watcher.close());
      return watcher;
    } catch {
      return undefined;
    }
  }

  #look(): void {
    this.#looking = this.#looking.then(async () => {
      const changed: string[] = [];
      for (const [path, before] of this.#seen) {
        const now = await stateOf(path);
        if (now === before || !this.#seen.has(path)) continue;
        this.#seen.set(path, now);
        changed.push(path);
      }
      if (changed.length > 0) this.#changed(changed);
    });
  }
}

async function stateOf(path: string): Promise<string> {
  const found: BigIntStats | undefined = await stat(path, { bigint: true }).catch(() => undefined);
  return found === undefined ? '' : `${found.mtimeNs} ${found.size} ${found.ino}`;
}
