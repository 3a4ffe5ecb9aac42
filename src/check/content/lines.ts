// Rows that share a fault: how many, and the lines of the first ones. Knows numbers only.

const SHOWN = 5;

export class Rows {
  count = 0;
  readonly #lines: number[] = [];
  #last = -1;

  /** Counts a line once, however often it comes in a row. */
  add(line: number): void {
    if (line === this.#last) return;
    this.#last = line;
    this.count++;
    if (this.#lines.length < SHOWN) this.#lines.push(line);
  }

  get first(): number {
    return this.#lines[0] ?? 1;
  }

  /** "1 row", "1,212 rows". */
  get counted(): string {
    return `${this.count.toLocaleString('en-US')} ${this.count === 1 ? 'row' : 'rows'}`;
  }

  /** "line 4", "lines 4, 9, 12 and 209 more". */
  get where(): string {
    const more = this.count - this.#lines.length;
    const lines = this.#lines.join(', ');
    return `${this.count === 1 ? 'line' : 'lines'} ${lines}${more > 0 ? ` and ${more.toLocaleString('en-US')} more` : ''}`;
  }
}

/** The value of that key, a new one where there is none. */
export function kept<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

/** The rows of that key, new ones where there are none. */
export function rowsOf<K>(map: Map<K, Rows>, key: K): Rows {
  return kept(map, key, () => new Rows());
}
