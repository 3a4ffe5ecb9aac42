// Memory that messages are written on, used again when they have left: thirty kilobytes anew for each message cost the
// processor more than what is written on them. Knows octets; knows nothing of what they say.

/** Slates come in steps of so many octets, so that one serves the next message too. */
const STEP = 4096;
/** Larger ones are not kept: few messages are that large, and memory is memory. */
const LARGEST = 256 * 1024;
/** As many as are on their way at once, more or less. */
const MOST = 128;

export class Slates {
  readonly #wiped: ArrayBuffer[] = [];
  /** Those that somebody has. Node's own pool of small buffers, or a slate given back twice, must not be taken for one. */
  readonly #lent = new WeakSet<ArrayBufferLike>();

  /** Memory for so many octets. Whatever was written there last still is. */
  take(length: number): Buffer {
    const slate = this.#wiped.pop();
    // One that is too small makes way, so that all of them grow to what a campaign's messages need.
    const fits = slate !== undefined && slate.byteLength >= length;
    const memory = fits ? slate : new ArrayBuffer(Math.ceil(length / STEP) * STEP);
    this.#lent.add(memory);
    return Buffer.from(memory, 0, length);
  }

  /** The octets, or the slate that they are a part of, may be written over: nobody will read them any more. */
  wipe(octets: Uint8Array): void {
    const slate = octets.buffer as ArrayBuffer;
    if (!this.#lent.delete(slate) || slate.byteLength > LARGEST) return;
    if (this.#wiped.length < MOST) this.#wiped.push(slate);
  }
}
