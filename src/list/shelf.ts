// A list's usable rows where any of them is at hand by its number: written once into a file that has no name, and read
// back one by one. Memory holds eight octets a row. Knows the list's reader and files; knows nothing of pages.

import { closeSync, openSync, read, rmSync, write } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MailblastError } from '../domain/errors.js';
import type { Columns, Fields, ListRow, RecipientRow } from '../domain/recipient.js';
import { type ListOptions, openList } from './csv-list.js';
import { type Pick, type PickKind, Picks } from './picks.js';

const readAt = promisify(read);
const writeAt = promisify(write);

/** Pieces in which a search reads the shelf, octets. */
const PIECE = 256 * 1024;

/** A row that a search found. */
export interface Found {
  /** Its place among the usable rows, counted from 0. */
  readonly at: number;
  readonly row: RecipientRow;
}

/** As a row lies in the file: line, address, key, and the values in the order of the columns. */
type Shelved = readonly [line: number, address: string, key: string, values: readonly string[]];

export class Shelf {
  readonly columns: Columns;
  /** What the reader found out about the list, in sentences. Complete when the shelf is. */
  readonly notes: readonly string[];
  /** Resolves when all rows are there; rejects with the reader's MailblastError, and keeps what was read until then. */
  readonly filled: Promise<void>;
  readonly #fd: number;
  readonly #picks: Picks;
  #offsets = new Float64Array(1024);
  #length = 0;
  #end = 0;
  #invalid = 0;
  #complete = false;
  #closed = false;
  /** Resolves with the next batch of rows, or at the end. */
  #more: Promise<void>;
  #tellMore!: () => void;

  private constructor(
    fd: number,
    columns: Columns,
    notes: readonly string[],
    rows: AsyncIterable<readonly ListRow[]>,
  ) {
    this.#fd = fd;
    this.columns = columns;
    this.notes = notes;
    this.#picks = new Picks(columns.email);
    this.#more = this.#expectMore();
    this.filled = this.#fill(rows);
    // Whoever waits for it hears of it; nobody has to.
    this.filled.catch(() => {});
  }

  /**
   * Opens a list and begins to shelve its rows. The file has lost its name before anything is written into it, so that
   * no addresses stay behind, whatever happens to the process.
   * @throws MailblastError as `openList` does; `cannot_create` when the temporary file cannot be made.
   */
  static async open(options: ListOptions): Promise<Shelf> {
    const list = await openList(options);
    try {
      const folder = await mkdtemp(join(tmpdir(), 'mailblast-'));
      const fd = openSync(join(folder, 'rows'), 'wx+', 0o600);
      rmSync(folder, { recursive: true });
      return new Shelf(fd, list.columns, list.notes, list.rows);
    } catch (cause) {
      await list.close();
      const why = (cause as Error).message;
      throw new MailblastError('cannot_create', `The rows cannot be kept in ${tmpdir()}: ${why}.`, { cause });
    }
  }

  /** Usable rows so far. */
  get length(): number {
    return this.#length;
  }

  /** Rows that cannot be mailed, so far. */
  get invalid(): number {
    return this.#invalid;
  }

  get complete(): boolean {
    return this.#complete;
  }

  /** Rows worth looking at, of those read so far. */
  picks(): Readonly<Record<PickKind, readonly Pick[]>> {
    return this.#picks.give();
  }

  /** The row at a place, once the reader has come to it; undefined when there is none. */
  async row(at: number): Promise<RecipientRow | undefined> {
    while (!this.#complete && at >= this.#length) await this.#more;
    if (this.#closed || !Number.isInteger(at) || at < 0 || at >= this.#length) return undefined;
    const from = this.#offsets[at]!;
    const to = at + 1 < this.#length ? this.#offsets[at + 1]! : this.#end;
    const { buffer } = await readAt(this.#fd, Buffer.alloc(to - from), 0, to - from, from);
    return this.#unshelve(JSON.parse(buffer.toString()) as Shelved);
  }

  /**
   * Rows from a place on in whose values the text stands, letters' case aside; every row for an empty text. `limit` at
   * the most.
   */
  async find(text: string, from: number, limit: number): Promise<Found[]> {
    const wanted = text.trim().toLowerCase();
    return this.#search(from, limit, wanted, ([, , , values]) =>
      values.some((value) => value.toLowerCase().includes(wanted)),
    );
  }

  /** The place of an address, by its key; undefined when it is not on the list. Waits until the list has been read. */
  async placeOf(key: string): Promise<number | undefined> {
    await this.filled.catch(() => {});
    const [found] = await this.#search(0, 1, JSON.stringify(key), (row) => row[2] === key);
    return found?.at;
  }

  /** Gives the disk's space back. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    // While a row is being written or read its descriptor must not become another file's.
    void this.filled.catch(() => {}).finally(() => setTimeout(() => closeSync(this.#fd), 1000).unref());
  }

  async #fill(rows: AsyncIterable<readonly ListRow[]>): Promise<void> {
    try {
      for await (const batch of rows) {
        if (this.#closed) return;
        await this.#shelve(batch);
        const tell = this.#tellMore;
        this.#more = this.#expectMore();
        tell();
      }
    } finally {
      this.#complete = true;
      this.#tellMore();
    }
  }

  #expectMore(): Promise<void> {
    return new Promise((resolve) => {
      this.#tellMore = resolve;
    });
  }

  async #shelve(batch: readonly ListRow[]): Promise<void> {
    const offsets: number[] = [];
    let text = '';
    let end = this.#end;
    for (const row of batch) {
      if (row.kind === 'invalid') {
        this.#invalid++;
        continue;
      }
      this.#picks.see(this.#length + offsets.length, row);
      const values = this.columns.names.map((name) => row.fields[name]!);
      const line = `${JSON.stringify([row.line, row.address, row.key, values] satisfies Shelved)}\n`;
      offsets.push(end);
      end += Buffer.byteLength(line);
      text += line;
    }
    const octets = Buffer.from(text);
    for (let done = 0; done < octets.length; ) {
      const { bytesWritten } = await writeAt(this.#fd, octets, done, octets.length - done, this.#end + done);
      done += bytesWritten;
    }
    for (const offset of offsets) this.#push(offset);
    this.#end = end;
  }

  #push(offset: number): void {
    if (this.#length === this.#offsets.length) {
      const larger = new Float64Array(this.#length * 2);
      larger.set(this.#offsets);
      this.#offsets = larger;
    }
    this.#offsets[this.#length++] = offset;
  }

  /** `hint` stands in every row that `holds` is true of, in lower case, as JSON writes it: other rows are not parsed. */
  async #search(
    from: number,
    limit: number,
    hint: string,
    holds: (row: Shelved) => boolean,
  ): Promise<Found[]> {
    const found: Found[] = [];
    const needle = hint.startsWith('"') ? hint.toLowerCase() : JSON.stringify(hint).slice(1, -1);
    if (from >= this.#length) return found;
    let at = Math.max(0, from);
    let rest = Buffer.alloc(0);
    const end = this.#end;
    for (let offset = this.#offsets[at]!; offset < end && !this.#closed; ) {
      const size = Math.min(PIECE, end - offset);
      const { bytesRead, buffer } = await readAt(this.#fd, Buffer.alloc(size), 0, size, offset);
      if (bytesRead === 0) break;
      offset += bytesRead;
      const joined = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      const border = joined.lastIndexOf(0x0a) + 1;
      rest = joined.subarray(border);
      for (const line of joined.toString('utf8', 0, Math.max(0, border - 1)).split('\n')) {
        if (line === '') continue;
        const place = at++;
        if (!line.toLowerCase().includes(needle)) continue;
        const shelved = JSON.parse(line) as Shelved;
        if (!holds(shelved)) continue;
        found.push({ at: place, row: this.#unshelve(shelved) });
        if (found.length === limit) return found;
      }
    }
    return found;
  }

  #unshelve([line, address, key, values]: Shelved): RecipientRow {
    const fields: Record<string, string> = Object.setPrototypeOf({}, null);
    for (const [number, name] of this.columns.names.entries()) fields[name] = values[number]!;
    return { kind: 'recipient', line, address, key, fields: fields as Fields };
  }
}
