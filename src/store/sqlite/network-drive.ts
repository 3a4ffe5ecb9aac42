// Whether a file lies on a drive that other hosts write to as well. SQLite's WAL keeps its index in memory that the
// processes of one host share, and its locks are often not the drive's own, so two hosts would not see each other
// (sqlite.org/wal.html, "All processes using a database must be on the same host computer").
// Knows the kernel's numbers for file systems; opens nothing.

import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';

/** Linux: statfs(2), and include/uapi/linux/magic.h. */
const NETWORK: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x5346414f, 'AFS'],
  [0x73757245, 'Coda'],
  [0x00c36400, 'Ceph'],
  [0x564c, 'NCP'],
]);

/** The name of a network file system by its number; undefined for any other. */
export function networkName(type: number): string | undefined {
  // Some kernels give the number with its sign extended.
  return NETWORK.get(type >>> 0);
}

/** The network file system that the file lies, or would lie, on. Only Linux tells; undefined elsewhere. */
export function networkDrive(path: string): string | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    return networkName(statfsSync(dirname(path)).type);
  } catch {
    // A folder that is not there is said by whoever makes the file.
    return undefined;
  }
}
