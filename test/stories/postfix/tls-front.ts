// TLS from the first octet in front of a server that has none, as port 465 of a mail provider. Knows octets only.

import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { makeCertificates, readKeyPair } from '../../servers/certificates.js';

export interface TlsFront {
  readonly port: number;
  /** PEM of the authority that signed its certificate. */
  readonly ca: string;
  /** Connections that were secured so far. */
  secured(): number;
  stop(): Promise<void>;
}

/** Listens on a free loopback port and hands everything on to `port`. Its certificate is made in `folder`. */
export async function startTlsFront(port: number, folder: string): Promise<TlsFront> {
  const certificates = await makeCertificates(folder);
  const open = new Set<TLSSocket>();
  let secured = 0;
  const server = createServer(await readKeyPair(certificates), (outside) => {
    secured++;
    open.add(outside);
    const inside = connect(port, '127.0.0.1');
    outside.on('close', () => {
      open.delete(outside);
      inside.destroy();
    });
    inside.on('close', () => outside.end());
    for (const socket of [outside, inside]) socket.on('error', () => socket.destroy());
    outside.pipe(inside).pipe(outside);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    ca: await readFile(certificates.caFile, 'utf8'),
    secured: () => secured,
    stop() {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
