// Which deliveries a list has named so far: a bit for each, so that an import writes nothing for a row it knows already.
// Knows numbers only. Five million take 625 kB.

export class Seen {
  #bits = new Uint8Array(1 << 16);

  add(id: number): void {
    const at = Math.floor(id / 8);
    if (at >= this.#bits.length) {
      const longer = new Uint8Array(Math.max(this.#bits.length * 2, at + 1));
      longer.set(this.#bits);
      this.#bits = longer;
    }
    this.#bits[at]! |= 1 << (id % 8);
  }

  has(id: number): boolean {
    return ((this.#bits[Math.floor(id / 8)] ?? 0) & (1 << (id % 8))) !== 0;
  }
}
