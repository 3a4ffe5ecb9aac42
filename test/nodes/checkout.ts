// A copy of the checkout as it stands: what git tracks and what it does not ignore, so without node_modules and dist.

import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));

/** Copies the checkout, uncommitted changes included, into a folder that is made for it. */
export function copyCheckout(folder: string): void {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: CHECKOUT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  for (const name of listed.split('\0')) {
    // A tracked file may have been deleted.
    if (name === '' || !existsSync(join(CHECKOUT, name))) continue;
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    copyFileSync(join(CHECKOUT, name), join(folder, name));
  }
}
