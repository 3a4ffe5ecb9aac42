// Whether an address was seen before, in 8 to 16 octets each whatever its length: a list of a million rows is told from its
// duplicates in 16 MB. Knows hashes of 53 bits: that two of a million addresses share one has odds of 1 to 18,000.

export class SeenKeys {
  #slots = new Float64Array(1024);
  #count = 0;

  /** True when the key was not there yet. */
  add(key: string): boolean {
    const hash = hashOf(key);
    if (!place(this.#slots, hash)) return false;
    if (++this.#count * 2 > this.#slots.length) this.#grow();
    return true;
  }

  #grow(): void {
    const larger = new Float64Array(this.#slots.length * 2);
    for (const hash of this.#slots) if (hash !== 0) place(larger, hash);
    this.#slots = larger;
  }
}

function place(slots: Float64Array, hash: number): boolean {
  let at = hash % slots.length;
  while (slots[at] !== 0) {
    if (slots[at] === hash) return false;
    at = at + 1 === slots.length ? 0 : at + 1;
  }
  slots[at] = hash;
  return true;
}

/** Never 0, which is an empty slot. Two rounds of FNV-1a's form, put together. */
function hashOf(key: string): number {
  let one = 0x811c9dc5;
  let two = 0x01000193;
  for (let i = 0; i < key.length; i++) {
    const code = key.charCodeAt(i);
    one = Math.imul(one ^ code, 0x01000193);
    two = Math.imul(two ^ code, 0x85ebca6b) + i;
    two ^= two >>> 13;
  }
  return ((two >>> 0) % 0x200000) * 0x100000000 + (one >>> 0) + 1;
}
