// One message in all its views, for the preview and the inbox alike: facts as JSON, HTML for the frame, source and
// attachments. Knows how a message is read; knows nothing of where it comes from.

import type { Context, Hono } from 'hono';
import { type ReadMail, readMail } from '../message/read-mail.js';
import { frameDocument, hasDarkStyles, remotePictures } from './frame.js';
import type { MailFacts } from './wire.js';

/** A message that can be shown. */
export interface ShownMail {
  /** The same for the same octets, so that a message is read once for all of its views. */
  readonly name: string;
  readonly octets: Uint8Array;
  readonly returnPath: string;
  readonly recipients: readonly string[];
}

/** Finds the message that a request is about. */
export type FindMail = (c: Context) => Promise<ShownMail | undefined>;

const NOTHING_READ: ReadMail = {
  subject: '',
  from: '',
  to: '',
  headers: [],
  text: '',
  html: '',
  attachments: [],
};

/** Where a frame goes for a moment, to come back to a message that was saved anew. */
const BLANK_POLICY = "default-src 'none'; frame-ancestors 'self'; sandbox";

/** Messages that were read last, in case another view of them is asked for. */
const KEPT = 4;

export class MailViews {
  readonly #read = new Map<string, Promise<ReadMail>>();

  read({ name, octets }: ShownMail): Promise<ReadMail> {
    const known = this.#read.get(name);
    if (known !== undefined) return known;
    const fresh = readMail(octets).catch((error: Error) => ({
      ...NOTHING_READ,
      text: `This message cannot be taken apart (${error.message}). Its source is all there is to see.`,
    }));
    this.#read.set(name, fresh);
    for (const oldest of this.#read.keys()) {
      if (this.#read.size <= KEPT) break;
      this.#read.delete(oldest);
    }
    return fresh;
  }

  async facts(shown: ShownMail): Promise<MailFacts> {
    const mail = await this.read(shown);
    const { subject, from, to, headers, text, html } = mail;
    return {
      id: shown.name,
      subject,
      from,
      to,
      returnPath: shown.returnPath,
      recipients: shown.recipients,
      headers,
      text,
      octets: shown.octets.length,
      htmlOctets: Buffer.byteLength(html),
      remotePictures: remotePictures(html),
      darkStyles: hasDarkStyles(html),
      attachments: mail.attachments.map(({ name, type, octets, inline }) => ({
        name,
        type,
        octets: octets.length,
        inline,
      })),
    };
  }

  /** The frame's document, the source and the attachments, of the message that `find` finds. */
  serve(site: Hono, find: FindMail): void {
    const route = (path: string, answer: (c: Context, shown: ShownMail) => Response | Promise<Response>) =>
      site.get(path, async (c) => {
        const shown = await find(c);
        return shown === undefined ? c.text('There is no such message.\n', 404) : await answer(c, shown);
      });
    route('/frame', async (c, shown) => {
      const { html, attachments } = await this.read(shown);
      const wish = { dark: c.req.query('dark') === '1', pictures: c.req.query('pictures') === '1' };
      const document = frameDocument(html, attachments, wish);
      return c.body(document.html, 200, {
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Security-Policy': document.policy,
      });
    });
    site.get('/blank', (c) =>
      c.body('<!doctype html><meta name="color-scheme" content="light dark">', 200, {
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Security-Policy': BLANK_POLICY,
      }),
    );
    route('/source', (c, { octets }) => download(c, octets, 'text/plain; charset=utf-8', undefined));
    route('/message.eml', (c, { octets }) => download(c, octets, 'message/rfc822', 'message.eml'));
    route('/attachment', async (c, shown) => {
      const { attachments } = await this.read(shown);
      const part = attachments[Number(c.req.query('number'))];
      if (part === undefined) return c.text('There is no such attachment.\n', 404);
      return download(c, part.octets, 'application/octet-stream', part.name);
    });
  }
}

/** To be kept, never to be run: whatever it is, a browser gets it as a file or as plain text. */
function download(c: Context, octets: Uint8Array, type: string, name: string | undefined): Response {
  const file = encodeURIComponent(name ?? '').replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16)}`,
  );
  return c.body(new Uint8Array(octets), 200, {
    'Content-Type': type,
    'Content-Security-Policy': "default-src 'none'; sandbox",
    ...(name === undefined ? {} : { 'Content-Disposition': `attachment; filename*=UTF-8''${file}` }),
  });
}
