// How a list is written: what separates its cells, what ends its rows, and a spreadsheet's `sep=;` line.
// Judges by the first rows; knows nothing of what they mean, but asks whether a cell names the address column.

import { type Dialect, sampleRows } from './csv-rows.js';

/** The dialect, and what stands before the header. */
export interface FoundDialect extends Dialect {
  /** Octets and lines of the `sep=` line, 0 without one. */
  readonly skip: number;
  readonly skipLines: number;
}

/** In the order of preference where nothing tells them apart. */
const DELIMITERS = [',', ';', '\t', '|'] as const;

/**
 * Finds out how a list is written from its first octets (UTF-8, without a byte order mark).
 * `names`: whether a header's cell is the address column's name.
 */
export function findDialect(sample: Buffer, names: (cell: string) => boolean): FoundDialect {
  // Excel's own line. It says the separator itself, and is no row.
  const sep = /^"?sep=([^"\r\n])"?(\r\n|\n|\r|$)/iu.exec(sample.toString('utf8', 0, 32));
  if (sep) {
    const skip = Buffer.byteLength(sep[0]);
    return { delimiter: sep[1]!, lineEnds: lineEnds(sample), skip, skipLines: 1 };
  }
  const ends = lineEnds(sample);
  const ranked = DELIMITERS.map((delimiter) => {
    const rows = sampleRows(sample, { delimiter, lineEnds: ends });
    return { delimiter, merit: merit(rows, names) };
  });
  const best = ranked.reduce((a, b) => (isBetter(b.merit, a.merit) ? b : a));
  return { delimiter: best.delimiter, lineEnds: ends, skip: 0, skipLines: 0 };
}

/**
 * What speaks for a separator, the strongest first: it sets the address column's name free; the rows have as many
 * cells as the header; there are many cells.
 */
function merit([header, ...rows]: string[][], names: (cell: string) => boolean): number[] {
  if (header === undefined) return [0, 0, 0];
  const alike = rows.filter((cells) => cells.length === header.length).length;
  const regular = header.length > 1 && alike * 2 >= rows.length;
  return [Number(header.some(names)), Number(regular), header.length];
}

function isBetter(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at >= 0 && a[at]! > b[at]!;
}

/** A lone CR ends rows only where it ends the first one (old Macintosh files, and CR CR LF of broken conversions). */
function lineEnds(sample: Buffer): string[] {
  let quoted = false;
  for (let i = 0; i < sample.length; i++) {
    const octet = sample[i];
    if (octet === 0x22) quoted = !quoted;
    else if (quoted) continue;
    else if (octet === 0x0a) break;
    else if (octet === 0x0d) return sample[i + 1] === 0x0a ? ['\r\n', '\n'] : ['\r\n', '\n', '\r'];
  }
  return ['\r\n', '\n'];
}
