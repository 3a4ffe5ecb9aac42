// Complete messages, ready to be handed to a session. Unsigned ones are written when they are wanted; signing takes its
// time on other threads, so signed ones are written a little ahead of need.
// Knows the queue and the letters; knows nothing of relays.

import type { Delivery } from '../domain/delivery.js';
import type { Writer } from './editions.js';
import type { PersonalMessage } from './letters.js';
import type { Source } from './line.js';

export interface StockSettings {
  /** Messages written ahead, at the most, when they are signed. Few, so that none is old when it leaves. */
  readonly ahead: number;
  /** Milliseconds since 1970, for the Date of a message that has none yet. */
  readonly now: () => number;
  /** Whether this one is not to be mailed at all; takes care of it itself then. */
  readonly refused: (delivery: Delivery) => boolean;
  /** A delivery whose message could not be written or signed; true when the next one may be tried. */
  readonly onFailure: (delivery: Delivery, error: unknown) => boolean;
  /** A signed message came in. */
  readonly onReady: () => void;
}

/** Octets of signed messages ahead, at the most and one message more: large attachments would fill the memory. */
const OCTETS_AHEAD = 16_000_000;

/** After so long, suppressions are looked up once more for a message that was written ahead. */
const OLD_MS = 500;

export class Stock {
  readonly #queue: Source;
  readonly #letters: Writer;
  readonly #settings: StockSettings;
  readonly #ready: PersonalMessage[] = [];
  #signing = 0;
  #octets = 0;

  constructor(queue: Source, letters: Writer, settings: StockSettings) {
    this.#queue = queue;
    this.#letters = letters;
    this.#settings = settings;
  }

  /** How many `take` has, or will have soon. */
  get waiting(): number {
    return this.#ready.length + this.#queue.waiting;
  }

  /** Nothing is in hand, in the making, or due. */
  get dry(): boolean {
    return this.#ready.length === 0 && this.#signing === 0 && this.#queue.dry;
  }

  /** The next complete message, if one is at hand. */
  take(): PersonalMessage | undefined {
    if (!this.#letters.signed) return this.#write();
    const message = this.#takeSigned();
    this.#signAhead();
    return message;
  }

  /** Puts a delivery that was not sent at the head of the queue. */
  putBack(delivery: Delivery): void {
    this.#queue.putBack(delivery);
  }

  /** Whether anything is written ahead, or in the making. */
  get ahead(): boolean {
    return this.#ready.length + this.#signing > 0;
  }

  /** Puts what was written ahead back, since this relay cannot take it for now. */
  handBack(): void {
    for (const message of this.#ready.splice(0).reverse()) {
      this.#octets -= message.octets.length;
      this.release(message);
      this.putBack(message.delivery);
    }
  }

  /** The message's octets are not needed any more. */
  release(message: PersonalMessage): void {
    this.#letters.wipe(message);
  }

  /** The next one that was written ahead. At a slow rate that was a while ago: who must not be mailed is asked again. */
  #takeSigned(): PersonalMessage | undefined {
    for (;;) {
      const message = this.#ready.shift();
      if (message === undefined) return undefined;
      this.#octets -= message.octets.length;
      const old = this.#settings.now() - message.writtenAt > OLD_MS;
      if (!old || !this.#refused(message.delivery)) return message;
      this.release(message);
    }
  }

  #refused(delivery: Delivery): boolean {
    const refused = this.#settings.refused(delivery);
    if (refused) this.#queue.notBegun(delivery);
    return refused;
  }

  /** Writes the next message that can be written. */
  #write(): PersonalMessage | undefined {
    for (;;) {
      const delivery = this.#queue.take();
      if (delivery === undefined) return undefined;
      try {
        if (this.#refused(delivery)) continue;
        return this.#letters.write(delivery, this.#settings.now());
      } catch (error) {
        if (!this.#settings.onFailure(delivery, error)) return undefined;
      }
    }
  }

  #signAhead(): void {
    while (this.#ready.length + this.#signing < this.#settings.ahead && this.#octets < OCTETS_AHEAD) {
      const message = this.#write();
      if (message === undefined) return;
      this.#signing++;
      this.#octets += message.octets.length;
      void this.#letters
        .sign(message)
        .then((signed) => {
          this.#octets += signed.octets.length - message.octets.length;
          this.#ready.push(signed);
        })
        .catch((error: unknown) => {
          this.#octets -= message.octets.length;
          this.#settings.onFailure(message.delivery, error);
        })
        .finally(() => {
          this.#signing--;
          this.#settings.onReady();
        });
    }
  }
}
