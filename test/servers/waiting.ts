// Waiting for a server that was just started.

import { connect } from 'node:net';

/** Waits until something is said on the port; fails with what `said` tells when the server ended, or after 15 s. */
export async function greeted(port: number, ended: () => boolean, said: () => string): Promise<void> {
  const end = Date.now() + 15_000;
  while (!(await greets(port))) {
    if (ended() || Date.now() > end) throw new Error(`it does not greet: ${said()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 1000 });
    socket.once('error', () => resolve(false));
    socket.once('timeout', () => socket.destroy(new Error('silent')));
    socket.once('data', () => {
      socket.end('QUIT\r\n');
      resolve(true);
    });
  });
}
