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
  /** Messages of the folder, at the last look. */
  #there = new Set<string>();
  /** Those that are not read yet, by their names. */
  readonly #pending = new Map<string, KeptMail>();
  /** Those that are, newest first. */
  #entries: InboxEntry[] = [];
  readonly #read = new Set<string>();
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
    if (!this.#there.has(name)) return undefined;
    return await this.#folder.read(name).catch(() => undefined);
  }

  /** Deletes every message of the folder, and nothing else in it. Gives how many they were. */
  async clear(): Promise<number> {
    const names = [...this.#there];
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

  /** Reads what is new, the newest first: what comes in while a full folder is read is read before the rest. */
  async #look(): Promise<void> {
    this.#again = true;
    if (this.#looking) return;
    this.#looking = true;
    let queue: KeptMail[] = [];
    for (let number = 0; !this.#closed; number++) {
      if (this.#again) {
        this.#again = false;
        await this.#compare(await this.#folder.names());
        queue = [...this.#pending.values()].sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1));
      }
      const next = queue.pop();
      if (next === undefined) break;
      this.#pending.delete(next.name);
      this.#read.add(next.name);
      this.#insert(await this.#entryOf(next));
      if (queue.length === 0 || number % 50 === 20) this.#tell();
    }
    this.#looking = false;
  }

  /** Takes off what is gone, and finds out what is new. */
  async #compare(names: readonly string[]): Promise<void> {
    this.#there = new Set(names);
    for (const name of this.#pending.keys()) if (!this.#there.has(name)) this.#pending.delete(name);
    for (const name of this.#read) if (!this.#there.has(name)) this.#read.delete(name);
    const left = this.#entries.filter((entry) => this.#there.has(entry.name));
    if (left.length !== this.#entries.length) {
      this.#entries = left;
      this.#tell();
    }
    for (const name of names) {
      if (this.#read.has(name) || this.#pending.has(name)) continue;
      const mail = await this.#folder.find(name);
      if (mail !== undefined) this.#pending.set(name, mail);
    }
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
