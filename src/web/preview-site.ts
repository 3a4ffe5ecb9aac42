// The preview's handlers: how it stands, who is on the list, one recipient's message. Knows the interface of what it
// shows, and nothing of templates or lists themselves.

import { hash } from 'node:crypto';
import { Hono } from 'hono';
import type { Content } from '../domain/campaign.js';
import type { RecipientRow } from '../domain/recipient.js';
import { servePage } from './assets.js';
import type { FindFindings, Finding } from './findings.js';
import { live } from './live.js';
import { type FindMail, MailViews, type ShownMail } from './mail-routes.js';
import type { People, PreviewStatus, ShownLetter } from './wire.js';

export type PickKind = 'longest' | 'emptiest' | 'awkward';

/** What the page shows: the author's material as it was saved last. */
export interface Previewed {
  state(): Omit<PreviewStatus, 'template' | 'list'>;
  onChange(listener: () => void): () => void;
  people(query: { text: string; pick: PickKind | ''; from: number; limit: number }): Promise<People>;
  /** The letter for the recipient of the address, else for the one at the place. */
  letter(at: number, address: string): Promise<PreviewedLetter | undefined>;
}

export interface PreviewedLetter {
  readonly at: number;
  readonly recipient: RecipientRow;
  readonly message:
    | { readonly octets: Uint8Array; readonly envelope: { returnPath: string; recipient: string } }
    | undefined;
  readonly unmergeable: string;
  readonly content: Content | undefined;
}

/** What the page is about. */
export interface PreviewSubject {
  readonly previewed: Previewed;
  /** What the page calls the two files. */
  readonly template: string;
  readonly list: string;
  /** Sentences of the command line: which placeholders are in use. */
  readonly notes: readonly string[];
  /** The content check; undefined when there is none. */
  readonly findings: FindFindings | undefined;
}

/** Entries of the list that a page asks for at once, at the most. */
const MOST = 200;

/**
 * The subject may be on its way still: the page itself is painted before there is anything to show. `opened` is called
 * when a browser has all that it paints first.
 */
export function previewSite(coming: Promise<PreviewSubject>, opened: () => void): Hono {
  const site = new Hono();
  const views = new MailViews();
  site.use('/style.css', async (_, next) => {
    await next();
    opened();
  });
  servePage(site, 'preview.html');
  site.get('/news', async (c) => {
    const { previewed } = await coming;
    return live(c, (tell) => previewed.onChange(tell));
  });
  site.get('/state', async (c) => {
    const { previewed, template, list, notes } = await coming;
    const state = previewed.state();
    return c.json({
      ...state,
      template,
      list,
      notes: [...notes, ...state.notes],
    } satisfies PreviewStatus);
  });
  site.get('/people', async (c) => {
    const { previewed } = await coming;
    const { text = '', pick = '', from = '0', limit = '100' } = c.req.query();
    return c.json(
      await previewed.people({
        text,
        pick: PICKS.has(pick) ? (pick as PickKind) : '',
        from: wholeNumber(from),
        limit: Math.max(1, Math.min(MOST, wholeNumber(limit))),
      }),
    );
  });
  site.get('/letter', async (c) => {
    const { previewed, template, findings: check } = await coming;
    const { version, columns } = previewed.state();
    const letter = await previewed.letter(wholeNumber(c.req.query('at')), c.req.query('address') ?? '');
    if (letter === undefined) return c.json(null);
    const { at, recipient, unmergeable, content, message } = letter;
    const { line, address, fields } = recipient;
    const shown = shownMail(letter);
    const findings: readonly Finding[] | undefined =
      content && message && check
        ? await check({ template, content, columns, octets: message.octets })
        : undefined;
    return c.json({
      version,
      at,
      line,
      address,
      fields: Object.entries(fields),
      unmergeable,
      mail: shown === undefined ? null : await views.facts(shown),
      ...(findings === undefined ? {} : { findings }),
    } satisfies ShownLetter);
  });
  const find: FindMail = async (c) => {
    const { previewed } = await coming;
    const letter = await previewed.letter(wholeNumber(c.req.query('at')), c.req.query('address') ?? '');
    return letter && shownMail(letter);
  };
  views.serve(site, find);
  return site;
}

const PICKS: ReadonlySet<string> = new Set<PickKind>(['longest', 'emptiest', 'awkward']);

function shownMail({ message }: PreviewedLetter): ShownMail | undefined {
  if (message === undefined) return undefined;
  const { octets, envelope } = message;
  const name = hash('sha256', octets, 'hex');
  return { name, octets, returnPath: envelope.returnPath, recipients: [envelope.recipient] };
}

function wholeNumber(text: string | undefined): number {
  return /^\d{1,9}$/.test(text ?? '') ? Number(text) : 0;
}
