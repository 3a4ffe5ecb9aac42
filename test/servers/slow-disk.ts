// A disk that is slow to sync, for one process: compiles the shim beside this file and says how to preload it.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SHIM = fileURLToPath(new URL('slow-disk.c', import.meta.url));

/** Variables under which a process finds that each fsync takes `ms` milliseconds more. Puts a library into the folder. */
export function slowDisk(folder: string, ms: number): Readonly<Record<string, string>> {
  const library = join(folder, 'slow-disk.so');
  execFileSync('gcc', ['-O2', '-Wall', '-shared', '-fPIC', '-o', library, SHIM, '-ldl']);
  return { LD_PRELOAD: library, SLOW_DISK_MS: String(ms) };
}
