// What is the same in every message of a campaign, as octets: encoded and looked at once, and then only copied.
// While a message is put together, each such piece is one character; the rest of the text is the recipient's own.
// Knows pieces and octets; knows nothing of templates, headers or the structure of a message.

import type { PieceEncoder } from '../domain/pieces.js';
import { demandSound } from './final-check.js';
import { QUOTED_PRINTABLE } from './quoted-printable.js';
import { isRelaxed } from './relaxed.js';

/** The last character of Latin-1, which is all that an encoded message is made of. */
const LAST_OCTET = 0xff;
/** A piece's character is one of these: no blank is among them, which Handlebars might strip, and no surrogate. */
const FIRST = 0x3400;
const LAST = 0xd7ff;

/** Copying so few octets from a piece costs more than writing them anew. */
const SHORT = 32;

/** Encodes a body as `QUOTED_PRINTABLE` does, and keeps the octets of the template's own text. */
export class Stencil implements PieceEncoder {
  readonly #pieces: Buffer[] = [];
  #relaxed = true;

  /** The text encoded; or, if it is long, the character that stands for it from then on. */
  literal(text: string): string {
    const encoded = QUOTED_PRINTABLE.literal(text);
    if (encoded.length < SHORT || FIRST + this.#pieces.length > LAST) return encoded;
    const octets = Buffer.from(encoded, 'latin1');
    demandSound(octets, 'The template');
    this.#relaxed &&= isRelaxed(octets);
    return String.fromCharCode(FIRST + this.#pieces.push(octets) - 1);
  }

  value(text: string): string {
    return QUOTED_PRINTABLE.value(text);
  }

  /** Whether DKIM's relaxed form of all its pieces is what they are. */
  get relaxed(): boolean {
    return this.#relaxed;
  }

  /** How many octets a text comes to. */
  lengthOf(text: string): number {
    let length = text.length;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > LAST_OCTET) length += this.#piece(unit).length - 1;
    }
    return length;
  }

  /**
   * Writes a text's octets to the beginning of `octets`. Calls `own` with the beginning and the end of each stretch that
   * is no piece, and so was not looked at before.
   */
  write(text: string, octets: Buffer, own: (from: number, to: number) => void): void {
    let at = 0;
    let from = 0;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit <= LAST_OCTET) {
        octets[at++] = unit;
        continue;
      }
      if (at > from) own(from, at);
      at += this.#piece(unit).copy(octets, at);
      from = at;
    }
    if (at > from) own(from, at);
  }

  #piece(unit: number): Buffer {
    const piece = this.#pieces[unit - FIRST];
    if (piece === undefined)
      throw new Error(`a message holds the character ${unit.toString(16)}, which is no piece`);
    return piece;
  }
}
