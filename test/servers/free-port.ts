// What every server under test needs before it starts: a port that is free, and to know whether it is installed.

import { spawnSync } from 'node:child_process';
import { createServer } from 'node:net';

/** A loopback port that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/**
 * For a test's `skip` option: false when the program is there, else the reason for the report. Under `CI=true` a missing
 * program is no reason: the test runs and fails.
 */
export function missing(program: string, pack = 'postfix'): string | false {
  if (process.env.CI === 'true') return false;
  const found = spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
  return found ? false : `${program} is not installed (Debian: apt-get install ${pack})`;
}
