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
}

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
  async until(mark: Buffer): Promise<Buffer | undefined> {
    for (;;) {
      const data = this.waiting();
      const at = data.indexOf(mark);
      if (at >= 0) {
        this.#pieces = [data.subarray(at + mark.length)];
        return data.subarray(0, at);
      }
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
