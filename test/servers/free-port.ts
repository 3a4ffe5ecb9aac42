// What every server under test needs before it starts: a port that is free, and to know whether it is installed.

import { spawnSync } from 'node:child_process';
import { createServer } from 'node:net';

/**
 * Below those that a system gives to connections by itself (Linux from 32768 on, others from 49152 on): between this look
 * and the server's start, another test's connection could have it.
 */
const PORTS = { first: 12_000, last: 32_000 } as const;

/** A loopback port that nobody listens on now. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.first + Math.floor(Math.random() * (PORTS.last - PORTS.first));
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
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
