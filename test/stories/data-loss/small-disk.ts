// A disk of its own that is soon full: a tmpfs, for those who may mount one. Knows nothing of mailblast.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The reason why no small disk can be had here; false when one can. */
export function noSmallDisk(): string | false {
  const folder = mkdtempSync(join(tmpdir(), 'mailblast-disk-'));
  try {
    new SmallDisk(folder, 64).unmount();
    return false;
  } catch (error) {
    return `a tmpfs cannot be mounted here (${(error as Error).message.trim()})`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** An empty disk mounted on a folder. */
export class SmallDisk {
  readonly folder: string;

  constructor(folder: string, kilobytes: number) {
    this.folder = folder;
    const { status, stderr } = spawnSync('mount', [
      '-t',
      'tmpfs',
      '-o',
      `size=${kilobytes}k`,
      'tmpfs',
      folder,
    ]);
    if (status !== 0) throw new Error(String(stderr));
  }

  /** Leaves not an octet free. */
  fill(): void {
    const { bavail, bsize } = statfsSync(this.folder);
    try {
      writeFileSync(join(this.folder, 'filler'), Buffer.alloc((bavail + 1) * bsize));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }

  /** Takes away what `fill` wrote. */
  makeRoom(): void {
    rmSync(join(this.folder, 'filler'));
  }

  unmount(): void {
    spawnSync('umount', ['-l', this.folder]);
  }
}
