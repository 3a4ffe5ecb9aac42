// What the scripted fake relay got: octets that wait to be read, and the transaction whose body they are.

import type { FakeTransaction } from './fake-relay.js';

export class Transaction implements FakeTransaction {
  ended = false;
  accepted = false;
  readonly connection: number;
  readonly from: string;
  readonly to: readonly string[];
  readonly #read: () => Buffer;
  #octets: Buffer | undefined;

  constructor(connection: number, from: string, to: readonly string[], read: () => Buffer) {
    this.connection = connection;
    this.from = from;
    this.to = to;
    this.#read = read;
  }

  get octets(): Buffer {
    return this.#octets ?? this.#read();
  }

  /** The body is whole, or the connection broke in it. */
  freeze(octets: Buffer, ended: boolean): void {
    this.#octets = octets;
    this.ended = ended;
  }

  forget(): void {
    this.#octets = Buffer.alloc(0);
  }
}

const END = Buffer.from('\r\n.\r\n');
const LONE = Buffer.from('.\r\n');

/** Octets that came, to be taken up to a mark. */
export class Input {
  #pieces: Buffer[] = [];
  #ended = false;
  #wake: () => void = () => {};

  push(octets: Buffer): void {
    this.#pieces.push(octets);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** What came and was not taken. */
  waiting(): Buffer {
    if (this.#pieces.length > 1) this.#pieces = [Buffer.concat(this.#pieces)];
    return this.#pieces[0] ?? Buffer.alloc(0);
  }

  /** Takes what stands before the mark, and the mark; undefined when no more will come. */
  until(mark: Buffer): Promise<Buffer | undefined> {
    return this.#take((data) => {
      const at = data.indexOf(mark);
      return at < 0 ? undefined : [data.subarray(0, at), at + mark.length];
    });
  }

  /** The body in front of the line of a dot, with the CRLF that ends it. The line may be the first (RFC 5321 4.1.1.4). */
  untilDot(): Promise<Buffer | undefined> {
    return this.#take((data) => {
      if (data.subarray(0, LONE.length).equals(LONE)) return [data.subarray(0, 0), LONE.length];
      const at = data.indexOf(END);
      return at < 0 ? undefined : [data.subarray(0, at + 2), at + END.length];
    });
  }

  /** So many octets; undefined when they will never come. */
  exactly(octets: number): Promise<Buffer | undefined> {
    return this.#take((data) => (data.length < octets ? undefined : [data.subarray(0, octets), octets]));
  }

  async #take(part: (data: Buffer) => [part: Buffer, used: number] | undefined): Promise<Buffer | undefined> {
    for (;;) {
      const data = this.waiting();
      const found = part(data);
      if (found !== undefined) {
        this.#pieces = [data.subarray(found[1])];
        return found[0];
      }
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
