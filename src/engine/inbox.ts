// The inbox of a sandbox: what lies in its folder, newest first, told by subject, sender and first words.
// Knows the folder and how a message is read; knows nothing of SMTP or pages.

import { type ReadMail, readMail } from '../message/read-mail.js';
import type { EmlEnvelope } from '../relay/eml-file.js';
import type { EmlFolder, KeptMail } from '../relay/eml-folder.js';

export interface InboxEntry {
  /** The message's file. */
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly octets: number;
  readonly subject: string;
  readonly from: string;
  readonly to: string;
  /** Its first words. */
  readonly beginning: string;
}

/** Octets read of a message for its entry: headers, and the beginning of its text. */
const HEAD = 24 * 1024;
const BEGINNING = 160;

export class Inbox {
  readonly #folder: EmlFolder;
  readonly #listeners = new Set<() => void>();
  readonly #endWatch: () => void;
  #known = new Set<string>();
  /** Newest first. */
  #entries: InboxEntry[] = [];
  #looking = false;
  #again = false;
  #closed = false;

  /** Begins to read the folder at once, the newest messages first. */
  constructor(folder: EmlFolder) {
    this.#folder = folder;
    this.#endWatch = folder.watch(() => void this.#look());
    void this.#look();
  }

  get total(): number {
    return this.#entries.length;
  }

  /** Entries in which the text stands, letters' case aside, newest first; and how many there are of them. */
  find(text: string, from: number, limit: number): { entries: readonly InboxEntry[]; found: number } {
    const wanted = text.trim().toLowerCase();
    const found =
      wanted === '' ? this.#entries : this.#entries.filter((entry) => searched(entry).includes(wanted));
    return { entries: found.slice(from, from + limit), found: found.length };
  }

  /** A message of the folder; undefined when there is none of the name (any more). */
  async read(name: string): Promise<{ envelope: EmlEnvelope; octets: Buffer } | undefined> {
    if (!this.#known.has(name)) return undefined;
    return await this.#folder.read(name).catch(() => undefined);
  }

  /** Deletes every message that the inbox lists, and nothing else in the folder. Gives how many they were. */
  async clear(): Promise<number> {
    const names = this.#entries.map((entry) => entry.name);
    for (const name of names) await this.#folder.remove(name);
    await this.#look();
    return names.length;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#closed = true;
    this.#endWatch();
    this.#listeners.clear();
  }

  async #look(): Promise<void> {
    this.#again = true;
    if (this.#looking) return;
    this.#looking = true;
    try {
      while (this.#again && !this.#closed) {
        this.#again = false;
        await this.#compare(await this.#folder.names());
      }
    } finally {
      this.#looking = false;
    }
  }

  async #compare(names: readonly string[]): Promise<void> {
    const there = new Set(names);
    const before = this.#entries.length;
    this.#entries = this.#entries.filter((entry) => there.has(entry.name));
    if (this.#entries.length !== before) this.#tell();
    const fresh: KeptMail[] = [];
    for (const name of names) {
      const mail = this.#known.has(name) ? undefined : await this.#folder.find(name);
      if (mail !== undefined) fresh.push(mail);
    }
    this.#known = there;
    fresh.sort((a, b) => b.at - a.at || (a.name < b.name ? 1 : -1));
    for (const [number, mail] of fresh.entries()) {
      if (this.#closed) return;
      this.#insert(await this.#entryOf(mail));
      // The first ones are on the screen while the rest is read.
      if (number % 50 === 20) this.#tell();
    }
    if (fresh.length > 0) this.#tell();
  }

  #insert(entry: InboxEntry): void {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const { at, name } = this.#entries[middle]!;
      if (at > entry.at || (at === entry.at && name > entry.name)) low = middle + 1;
      else high = middle;
    }
    this.#entries.splice(low, 0, entry);
  }

  /** What cannot be read is listed all the same, by its file's name. */
  async #entryOf({ name, at, size }: KeptMail): Promise<InboxEntry> {
    try {
      const { envelope, octets } = await this.#folder.read(name, HEAD);
      const mail = await readMail(octets);
      const { subject, from } = mail;
      const to = mail.to !== '' ? mail.to : envelope.recipients.join(', ');
      return { name, at, octets: size, subject, from, to, beginning: beginningOf(mail) };
    } catch {
      return { name, at, octets: size, subject: name, from: '', to: '', beginning: '' };
    }
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function beginningOf({ text, html }: ReadMail): string {
  const words = text !== '' ? text : html.replace(/<(style|title)\b[\s\S]*?<\/\1|<[^>]*>/gi, ' ');
  return words.replace(/\s+/g, ' ').trim().slice(0, BEGINNING);
}

function searched({ subject, from, to, beginning }: InboxEntry): string {
  return `${subject}\n${from}\n${to}\n${beginning}`.toLowerCase();
}
