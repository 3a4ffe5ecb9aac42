// Through a proxy to the relay: HTTP CONNECT by nodemailer's own client, SOCKS 4 and 5 by the package `socks`.
// Knows how to get a connected socket; what is then said on it is connect.ts's matter.

import type { Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { MailblastError } from '../domain/errors.js';

const PORTS: Readonly<Record<string, number>> = {
  'http:': 80,
  'https:': 443,
  'socks:': 1080,
  'socks4:': 1080,
  'socks4a:': 1080,
  'socks5:': 1080,
};

/**
 * Reads `http://proxy:3128`, `https://…`, `socks5://…`, `socks4://…`, maybe with `user:password@`. On the command line no
 * password is allowed, since other users of the machine can read it there.
 * @throws MailblastError `settings` when it is none, `usage` for a password on the command line. Neither shows secrets.
 */
export function parseProxyUrl(text: string, from: 'command line' | 'environment'): URL {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  if (url === undefined || !(url.protocol in PORTS) || url.hostname === '') {
    throw new MailblastError(
      'settings',
      'The proxy is none: write it as http://proxy.example.com:3128, https://…, socks5://… or socks4://….',
    );
  }
  if (url.password !== '' && from === 'command line') {
    throw new MailblastError(
      'usage',
      `--proxy ${proxyName(url)} holds a password, which other users of this machine could read. Put the URL into MAILBLAST_PROXY.`,
    );
  }
  return url;
}

/** For people: scheme, host and port, never a secret. */
export function proxyName(proxy: URL): string {
  return `${proxy.protocol}//${proxy.hostname}:${portOf(proxy)}`;
}

/**
 * A socket that is connected to the host through the proxy, which looks the name up. It is paused.
 * `timeout` milliseconds are allowed for all of it. Rejects with what the proxy's client says.
 */
export async function openThrough(proxy: URL, host: string, port: number, timeout: number): Promise<Socket> {
  // Few need a proxy, so only they wait for its client to be loaded.
  if (proxy.protocol === 'http:' || proxy.protocol === 'https:') {
    const { default: httpProxyClient } = await import('nodemailer/lib/smtp-connection/http-proxy-client');
    return new Promise((resolve, reject) => {
      // Said by name, so that no variable of the environment switches the check of an https proxy off.
      httpProxyClient(proxy.href, port, host, { rejectUnauthorized: true, timeout }, (error, socket) => {
        if (error || !socket) reject(error ?? new Error('no socket'));
        else resolve(socket);
      });
    });
  }
  const { SocksClient } = await import('socks');
  const client = new SocksClient({
    command: 'connect',
    proxy: {
      host: unbracketed(proxy.hostname),
      port: portOf(proxy),
      type: proxy.protocol.startsWith('socks4') ? 4 : 5,
      ...(proxy.username === '' ? {} : { userId: decodeURIComponent(proxy.username) }),
      ...(proxy.password === '' ? {} : { password: decodeURIComponent(proxy.password) }),
    },
    destination: { host, port },
    timeout,
  });
  return new Promise((resolve, reject) => {
    client.once('error', reject);
    client.once('established', ({ socket }) => resolve(heldBack(socket)));
    client.connect();
  });
}

/**
 * The socket, paused, with what came along with the proxy's answer put back: a relay's greeting may. The SOCKS client
 * hands that to whoever listens in the next turn, and lets the socket flow.
 */
function heldBack(socket: Socket): Promise<Socket> {
  const early: Buffer[] = [];
  const keep = (octets: Buffer) => void early.push(octets);
  socket.on('data', keep);
  return new Promise((resolve) => {
    setImmediate(() => {
      socket.pause();
      socket.off('data', keep);
      if (early.length > 0) socket.unshift(Buffer.concat(early));
      // It flows again as soon as its next owner listens, as a new socket does.
      const flow = (event: string) => {
        if (event !== 'data') return;
        socket.off('newListener', flow);
        socket.resume();
      };
      socket.on('newListener', flow);
      resolve(socket);
    });
  });
}

/** TLS on a socket that is connected already. Rejects with what OpenSSL says. */
export function secure(socket: Socket, options: ConnectionOptions, timeout: number): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const over = (error: Error | undefined) => {
      clearTimeout(timer);
      tls.off('error', over);
      tls.off('close', closed);
      if (error === undefined) return resolve(tls);
      tls.on('error', () => {});
      tls.destroy();
      reject(error);
    };
    const closed = () => over(Object.assign(new Error('closed'), { code: 'ETLS' }));
    const tls = connectTls({ ...options, socket }, () => over(undefined));
    const timer = setTimeout(
      () => over(Object.assign(new Error('too late'), { code: 'UPGRADE_TIMEOUT' })),
      timeout,
    );
    tls.on('error', over);
    tls.on('close', closed);
  });
}

function portOf(proxy: URL): number {
  return proxy.port === '' ? PORTS[proxy.protocol]! : Number(proxy.port);
}

function unbracketed(host: string): string {
  return host.startsWith('[') ? host.slice(1, -1) : host;
}
