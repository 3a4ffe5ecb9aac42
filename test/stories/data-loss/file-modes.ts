// The modes of files, which root passes over: how a command is made to heed them all the same.

import { spawnSync } from 'node:child_process';

/**
 * Words before a command that make it heed the modes of files, which root does not.
 * A reason where that cannot be done.
 */
export function heedingModes(): { readonly through: readonly string[] } | { readonly reason: string } {
  if (process.getuid?.() !== 0) return { through: [] };
  const through = ['setpriv', '--bounding-set', '-dac_override,-dac_read_search'];
  const works = spawnSync(through[0]!, [...through.slice(1), 'true']).status === 0;
  return works ? { through } : { reason: 'root may write everywhere, and setpriv cannot take that right' };
}
