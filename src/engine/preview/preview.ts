// The author's preview: a template and a list that are read again whenever they are saved, and any recipient's message as
// `send` would hand it to the relay. Sends nothing. Knows the letters and the list's shelf; knows nothing of pages.

import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isAddress, parseAddress } from '../../domain/address.js';
import type { Campaign, Content } from '../../domain/campaign.js';
import { MailblastError, UnmergeableRow } from '../../domain/errors.js';
import { foldColumn, type RecipientRow } from '../../domain/recipient.js';
import { Shelf } from '../../list/shelf.js';
import type { CampaignRequest } from '../begin.js';
import { Letters } from '../letters.js';
import { withPersonalFile } from '../personal-files.js';
import { authorFiles } from './author-files.js';
import { type Complaint, complaints } from './complaint.js';
import { ContentThread } from './content-thread.js';
import { findPeople, type People, type PeopleQuery } from './people.js';
import type { PreviewLetter, PreviewOptions, PreviewState } from './state.js';
import { FileWatch } from './watch.js';

/** Milliseconds between two words on how far the list has been read. */
const TELL_EVERY = 200;

export class Preview {
  readonly #request: CampaignRequest;
  readonly #options: PreviewOptions;
  #thread: ContentThread | undefined;
  readonly #watch = new FileWatch((paths) => this.#saved(paths));
  readonly #listeners = new Set<() => void>();
  readonly #secret = randomBytes(32);
  readonly #id = randomBytes(16).toString('hex');
  readonly #list: string;
  #shelf: Shelf | undefined;
  #letters: { readonly letters: Letters; readonly content: Content; readonly at: number } | undefined;
  #notes: readonly string[] = [];
  #wrongList: readonly Complaint[] = [];
  #wrongTemplate: readonly Complaint[] = [];
  #due = { list: true, template: true };
  #working = false;
  #closed = false;
  #version = 0;

  constructor(request: CampaignRequest, options: PreviewOptions) {
    this.#request = request;
    this.#options = options;
    this.#list = resolve(request.list.path);
  }

  /** Begins to read, and to follow. Never throws: what is wrong is part of the state. */
  begin(): void {
    this.#thread ??= new ContentThread();
    void this.#work();
  }

  state(): PreviewState {
    const shelf = this.#shelf;
    return {
      version: this.#version,
      columns: shelf?.columns.names ?? [],
      rows: shelf?.length ?? 0,
      invalid: shelf?.invalid ?? 0,
      complete: shelf?.complete ?? this.#wrongList.length > 0,
      busy: this.#working,
      ready: this.#letters !== undefined,
      wrong: [...this.#wrongList, ...this.#wrongTemplate],
      notes: [...this.#notes, ...(shelf?.notes ?? [])],
    };
  }

  /** Calls back whenever the state may differ. Gives the function that ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Recipients by what is searched for or what they were picked for. */
  async people(query: PeopleQuery): Promise<People> {
    return this.#shelf === undefined ? { entries: [], next: -1 } : await findPeople(this.#shelf, query);
  }

  /**
   * The message for the recipient of that address, or for the one at that place when the address is empty or gone from
   * the list. Undefined as long as no row was read.
   */
  async letter(at: number, address: string): Promise<PreviewLetter | undefined> {
    const found = await this.#find(at, address);
    if (found === undefined) return undefined;
    const { row: recipient } = found;
    const shown = { at: found.at, recipient, message: undefined, unmergeable: '', content: undefined };
    if (this.#letters === undefined) return shown;
    const { letters, content, at: now } = this.#letters;
    const { attachColumn } = content;
    const row = attachColumn === undefined ? recipient : withPersonalFile(recipient, attachColumn);
    if (row.kind === 'invalid') return { ...shown, unmergeable: row.reason, content };
    try {
      const message = await letters.sign(letters.write(deliveryOf(row), now));
      return { ...shown, message, content };
    } catch (error) {
      if (!(error instanceof UnmergeableRow || error instanceof MailblastError)) throw error;
      return { ...shown, unmergeable: error.message, content };
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#watch.close();
    this.#shelf?.close();
    this.#listeners.clear();
    await this.#thread?.close();
  }

  async #find(at: number, address: string): Promise<{ at: number; row: RecipientRow } | undefined> {
    const shelf = this.#shelf;
    if (shelf === undefined) return undefined;
    const row = await shelf.row(at);
    if (row !== undefined && (address === '' || row.address === address)) return { at, row };
    const parsed = address === '' ? undefined : parseAddress(address);
    const place = parsed && isAddress(parsed) ? await shelf.placeOf(parsed.key) : undefined;
    const nearest = place ?? Math.min(Math.max(0, at), Math.max(0, shelf.length - 1));
    const other = await shelf.row(nearest);
    return other === undefined ? undefined : { at: nearest, row: other };
  }

  #saved(paths: readonly string[]): void {
    const list = paths.includes(this.#list);
    this.#due = { list: this.#due.list || list, template: this.#due.template || !list || paths.length > 1 };
    void this.#work();
  }

  /** Reads what was saved until nothing is left to be read: a save that comes in meanwhile is read in the next round. */
  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    while (!this.#closed && (this.#due.list || this.#due.template)) {
      const { list, template } = this.#due;
      this.#due = { list: false, template: false };
      this.#tell();
      const { paths, reads } = authorFiles(this.#request.template);
      const attached = this.#request.attachments.map((file) => resolve(file));
      await this.#watch.follow([...paths, ...attached, this.#list]);
      const columns = this.#shelf?.columns;
      if (list) await this.#readList();
      if (template || !isDeepStrictEqual(columns, this.#shelf?.columns)) {
        await this.#compile(reads('unsubscribe_url'));
      }
      this.#version++;
    }
    this.#working = false;
    if (!this.#closed) this.#tell();
  }

  async #readList(): Promise<void> {
    try {
      const shelf = await Shelf.open(this.#request.list);
      this.#shelf?.close();
      this.#shelf = shelf;
      this.#wrongList = [];
      const timer = setInterval(() => this.#tell(), TELL_EVERY);
      shelf.filled
        .catch((error: unknown) => {
          if (this.#shelf === shelf) this.#wrongList = complaints(error);
        })
        .finally(() => {
          clearInterval(timer);
          if (shelf === this.#shelf) this.#tell();
        });
    } catch (error) {
      this.#wrongList = complaints(error);
    }
  }

  async #compile(unsubscribes: boolean): Promise<void> {
    const columns = this.#shelf?.columns.names;
    if (columns === undefined) return;
    const { unsubscribeUrl, unsubscribeMailto, listId } = this.#request;
    const needed =
      unsubscribes &&
      listId !== '' &&
      unsubscribeUrl === '' &&
      unsubscribeMailto === '' &&
      !columns.some((column) => foldColumn(column) === 'unsubscribe_url');
    const request = needed
      ? { ...this.#request, unsubscribeUrl: this.#options.unsubscribeUrl }
      : this.#request;
    try {
      const { content, notes } = await this.#thread!.make(request, columns);
      const letters = new Letters(this.#campaign(content, columns), this.#secret, this.#options.sign);
      this.#letters = { letters, content, at: Date.now() };
      this.#wrongTemplate = [];
      this.#notes = needed
        ? [
            ...notes,
            `{{unsubscribe_url}} is a placeholder, ${request.unsubscribeUrl}, until --unsubscribe-url is given.`,
          ]
        : notes;
    } catch (error) {
      if (!this.#closed) this.#wrongTemplate = complaints(error);
    }
  }

  /** As `send` would begin it, but for its ids, which are of this preview alone. */
  #campaign(content: Content, columns: readonly string[]): Campaign {
    return {
      number: 0,
      name: this.#request.name,
      id: this.#id,
      rehearsal: true,
      contentHash: '',
      content,
      contentNumber: 0,
      columns,
      createdAt: 0,
      abandonedAt: undefined,
      braked: undefined,
      options: {},
      listHash: '',
    };
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function deliveryOf({ address, key, line, fields }: RecipientRow): Parameters<Letters['write']>[0] {
  const never = { dueAt: 0, attempts: 0, firstAttemptAt: undefined, markedAt: undefined, content: undefined };
  return { id: 0, address, key, line, fields, ...never };
}
