// What a place is in which a template or an option puts a recipient's value, and what is looked for there.
// The places themselves are in word-places.ts and link-places.ts.

import assert from 'node:assert/strict';
import type { ParsedMail } from 'mailparser';
import type { CampaignRequest } from '../../src/engine/begin.js';
import type { PythonMail } from '../message/readers.js';
import type { HtmlPage } from './html-page.js';

/** A message as readers that are not ours read it. */
export interface ReadMail {
  readonly python: PythonMail;
  readonly mailparser: ParsedMail;
  readonly page: HtmlPage;
  readonly outlook: HtmlPage;
}

export interface MergePlace {
  readonly name: string;
  readonly template: string;
  /** A text part of one's own, beside the template. */
  readonly text?: string;
  readonly settings?: Partial<CampaignRequest>;
  /** A value that fits every such place, and so shows what a message looks like there. */
  readonly benign: string;
  /** Whether this value must give a message; else the row may be refused instead, its field named. All must, if absent. */
  readonly mustFit?: (value: string) => boolean;
  /** Headers besides the usual ones for this value, and behind which of them they stand. */
  readonly headers?: (value: string) => { readonly behind: string; readonly names: readonly string[] };
  /** Finds the value where it was merged. */
  readonly check: (mail: ReadMail, value: string) => void;
}

/** Where links of the templates lead. */
export const HREF = 'https://example.com';

const SAFE = /^[A-Za-z0-9._~%-]*$/;

/** A value between two literal pieces of a link: nothing but octets, and decoded the value again. */
export function assertPart(link: string, before: string, after: string, value: string): void {
  assert.ok(link.startsWith(before) && link.endsWith(after), link);
  const part = link.slice(before.length, link.length - after.length);
  assert.match(part, SAFE);
  assert.equal(decodeURIComponent(part), value);
}

/** A header's value, encoded-words decoded. */
export function header(mail: ReadMail, name: string): string | undefined {
  return mail.python.headers[mail.python.names.indexOf(name)];
}

/** MJML source. */
export function news(body: string, head = '<mj-title>News</mj-title>'): string {
  return `<mjml>\n<mj-head>${head}</mj-head>\n<mj-body>${body}</mj-body>\n</mjml>\n`;
}

/** The same with something in its only column. */
export function column(content: string, head?: string): string {
  return news(`<mj-section><mj-column>${content}</mj-column></mj-section>`, head);
}

/** The value as text, which readers find by its id. */
export const HERE = '<mj-text><span id="here">[{{value}}]</span></mj-text>';
