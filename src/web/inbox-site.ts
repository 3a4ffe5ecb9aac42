// The inbox's handlers: what came in, one message, and the way to be rid of all. Knows the interface of what it shows.

import { Hono } from 'hono';
import { servePage } from './assets.js';
import { live } from './live.js';
import { type FindMail, MailViews, type ShownMail } from './mail-routes.js';
import type { InboxEntry, InboxList, MailFacts } from './wire.js';

export interface Received {
  readonly total: number;
  find(text: string, from: number, limit: number): { entries: readonly InboxEntry[]; found: number };
  read(name: string): Promise<ReceivedMail | undefined>;
  clear(): Promise<number>;
  onChange(listener: () => void): () => void;
}

export interface ReceivedMail {
  readonly envelope: { readonly returnPath: string; readonly recipients: readonly string[] };
  readonly octets: Uint8Array;
}

/** `folder` and `relay` are shown to people: where the mail lies, and where to send it. */
export function inboxSite(received: Received, about: { folder: string; relay: string }): Hono {
  const site = new Hono();
  const views = new MailViews();
  servePage(site, 'inbox.html');
  site.get('/news', (c) => live(c, (tell) => received.onChange(tell)));
  site.get('/mails', (c) => {
    const { text = '', from = '0', limit = '100' } = c.req.query();
    const { entries, found } = received.find(text, wholeNumber(from), Math.min(MOST, wholeNumber(limit)));
    return c.json({ entries, found, total: received.total, ...about } satisfies InboxList);
  });
  const find: FindMail = async (c) => {
    const name = c.req.query('name') ?? '';
    const mail = await received.read(name);
    return mail && shownMail(name, mail);
  };
  site.get('/mail', async (c) => {
    const shown = await find(c);
    return c.json(shown === undefined ? null : ((await views.facts(shown)) satisfies MailFacts));
  });
  site.post('/clear', async (c) => c.json({ deleted: await received.clear() }));
  views.serve(site, find);
  return site;
}

/** Entries that a page asks for at once, at the most. */
const MOST = 500;

function shownMail(name: string, { envelope, octets }: ReceivedMail): ShownMail {
  return { name: `${name} ${octets.length}`, octets, ...envelope };
}

function wholeNumber(text: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : 0;
}
