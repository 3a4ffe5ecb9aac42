// Who may come in: this machine's own browser, by the address that was printed. Everything else hears 403.
// Knows hosts, tokens and the headers that every answer carries; knows nothing of what is behind it.

import { createHash, timingSafeEqual } from 'node:crypto';
import { type Context, Hono } from 'hono';

export interface Door {
  /** The first part of every path; cannot be guessed. */
  readonly token: string;
  /** Names that a browser may call this server by, with the port: others come from elsewhere by way of DNS rebinding. */
  readonly hosts: () => readonly string[];
}

/** No referrer, since the token stands in the address and pictures come from elsewhere. */
const EVERYWHERE: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-DNS-Prefetch-Control': 'off',
};

/** The pages' own policy: their script, their styles, and frames from here. A link in a message leads a frame nowhere. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Puts a site behind the door. `site` answers to paths without the token. */
export function behindDoor(door: Door, site: Hono): Hono {
  const app = new Hono();
  app.use('*', async (c, next) => {
    if (!mayEnter(c, door))
      return withHeaders(c.text('Forbidden: use the address that mailblast printed.\n', 403));
    await next();
    withHeaders(c.res);
    return undefined;
  });
  app.get(`/${door.token}`, (c) => c.redirect(`/${door.token}/`, 308));
  app.mount(`/${door.token}`, site.fetch);
  app.notFound((c) => c.text('There is no such page.\n', 404));
  app.onError((error, c) => c.text(`This is a bug in mailblast: ${error.message}\n`, 500));
  return app;
}

function mayEnter(c: Context, { token, hosts }: Door): boolean {
  const host = c.req.header('Host') ?? '';
  const origin = c.req.header('Origin');
  const [, first = ''] = c.req.path.split('/');
  if (!hosts().includes(host.toLowerCase())) return false;
  if (
    c.req.method !== 'GET' &&
    origin !== undefined &&
    origin.toLowerCase() !== `http://${host.toLowerCase()}`
  ) {
    return false;
  }
  return timingSafeEqual(digest(first), digest(token));
}

function withHeaders(response: Response): Response {
  for (const [name, value] of Object.entries(EVERYWHERE)) response.headers.set(name, value);
  return response;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
