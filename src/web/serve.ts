// Listens on loopback alone and ends in time. The only file that knows how Hono meets Node's server.

import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import { MailblastError } from '../domain/errors.js';
import { behindDoor } from './door.js';

export interface Served {
  /** The page's whole address, token included. */
  readonly address: string;
  /** Ends every connection, also those that stay open for news. */
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

/**
 * Serves a site under a fresh token. Port 0 is any free one.
 * @throws MailblastError `settings` when the port cannot be used.
 */
export async function serve(site: Hono, port: number): Promise<Served> {
  const token = randomBytes(16).toString('base64url');
  let open = 0;
  const app = behindDoor({ token, hosts: () => [`${HOST}:${open}`, `localhost:${open}`] }, site);
  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const what = cause.code === 'EADDRINUSE' ? 'is in use' : `cannot be listened on (${cause.code})`;
      reject(new MailblastError('settings', `Port ${port} ${what}; name another one.`, { cause }));
    });
    server.listen(port, HOST, resolve);
  });
  open = (server.address() as AddressInfo).port;
  return {
    address: `http://${HOST}:${open}/${token}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}
