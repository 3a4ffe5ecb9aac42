// One content made ready to be merged for row after row: its subject as it is read, its parts as their sizes, which is
// what a check measures. Knows the template floor; knows nothing of messages.

import type { Content } from '../../domain/campaign.js';
import { type PieceEncoder, PLAIN } from '../../domain/pieces.js';
import type { Fields, RecipientRow } from '../../domain/recipient.js';
import { BUILTINS } from '../../engine/letters.js';
import { compileMerge, type Merge, type MergeOptions, type Part } from '../../template/merge.js';

/** Stands for what only a campaign has. As long as the real one. */
const TOKEN = 'token-of-the-recipient';

/** Where no way to unsubscribe is given, so that its links are not called empty as well. */
const SOMEWHERE = `https://example.com/unsubscribe?t=${TOKEN}`;

export interface MergedRow {
  readonly subject: string;
  /** Of the HTML. */
  readonly octets: number;
}

/**
 * A part as the octets of its pieces: a letter of 16 kB that is put together for each row, to be measured and thrown away,
 * took most of the time, and 60 MB of garbage in a list of 100,000.
 */
const MEASURED: PieceEncoder = { literal: sizeOf, value: sizeOf };

function sizeOf(text: string): string {
  return `${Buffer.byteLength(text)} `;
}

function sumOf(sizes: string): number {
  let sum = 0;
  let size = 0;
  for (let at = 0; at < sizes.length; at++) {
    const digit = sizes.charCodeAt(at) - 48;
    if (digit >= 0) size = size * 10 + digit;
    else {
      sum += size;
      size = 0;
    }
  }
  return sum;
}

export type Builtins = Readonly<Record<string, string>>;

export class Letter {
  readonly #content: Content;
  readonly #merges: Readonly<Record<'subject' | 'text' | 'html' | 'unsubscribe', Merge>>;
  readonly #headers: readonly Merge[];

  /** `options` are those of every merge of the content. @throws MailblastError as `compileMerge` does. */
  constructor(content: Content, options: MergeOptions) {
    const merge = (part: Part, source: string, what: string, encoder = options.encoder) =>
      compileMerge(part, source, { ...options, what, encoder });
    this.#content = content;
    this.#merges = {
      subject: merge('header', content.subject, 'the subject'),
      text: merge('text', content.text, 'the text part', MEASURED),
      html: merge('html', content.html, 'the template', MEASURED),
      unsubscribe: merge('url', content.unsubscribeUrl, '--unsubscribe-url'),
    };
    this.#headers = content.headers.map(([name, value]) => merge('header', value, `--header ${name}`));
  }

  /** Fields that the letter reads. */
  get fields(): ReadonlySet<string> {
    const merges = [...Object.values(this.#merges), ...this.#headers];
    return new Set(merges.flatMap((merge) => merge.fields));
  }

  builtinsOf({ address, fields }: Pick<RecipientRow, 'address' | 'fields'>): Builtins {
    const builtins = { email: address, campaign: 'check', token: TOKEN, unsubscribe_url: SOMEWHERE };
    const { unsubscribeMailto } = this.#content;
    if (unsubscribeMailto !== '') builtins.unsubscribe_url = `mailto:${unsubscribeMailto}`;
    const url = this.#merges.unsubscribe.render(fields, builtins);
    if (url !== '') builtins.unsubscribe_url = url;
    return builtins;
  }

  /** @throws UnmergeableRow as the message itself would. */
  merge(fields: Fields, builtins: Builtins, onEmpty: (field: string) => void): MergedRow {
    const { subject, text, html } = this.#merges;
    for (const header of this.#headers) header.render(fields, builtins);
    text.render(fields, builtins);
    return {
      subject: subject.render(fields, builtins, onEmpty),
      octets: sumOf(html.render(fields, builtins, onEmpty)),
    };
  }
}

/** What every merge of a content is compiled with. */
export function mergeOptionsOf(content: Content, columns: readonly string[], what: string): MergeOptions {
  const { jsonColumns, rawFields, locale } = content;
  return { columns, builtins: BUILTINS, jsonColumns, rawFields, locale, encoder: PLAIN, what };
}
