// RFC 2047 encoded-words: text of any script as ASCII that fits header lines.
// Knows characters and lengths; which header may carry them is decided in headers.ts.

/** The longest line of a header that holds an encoded-word (RFC 2047 2). The word alone has at most 75. */
const LINE = 76;

/** `=?UTF-8?Q?` and `?=`. */
const FRAME = 12;

/**
 * What readers see as one character, near enough: with its marks, as a flag, or joined to the next by U+200D.
 * `Intl.Segmenter` knows it exactly, and takes 30 ms for its first and 40 µs for each subject.
 */
const CLUSTER = /(?:\p{RI}\p{RI}|.)(?:\u200d.|[\p{M}\p{EMod}\u{e0020}-\u{e007f}\u200d])*/gu;

/** One of the two encodings: how much a text adds, how long that comes out, and its encoded form. */
interface Encoding {
  readonly letter: 'B' | 'Q';
  cost(text: string): number;
  length(cost: number): number;
  encode(text: string): string;
}

const B: Encoding = {
  letter: 'B',
  cost: (text) => Buffer.byteLength(text),
  length: (octets) => 4 * Math.ceil(octets / 3),
  encode: (text) => Buffer.from(text).toString('base64'),
};

// The few characters that RFC 2047 5 (3) allows in a phrase are safe everywhere.
const PLAIN_IN_Q = /[A-Za-z0-9!*+/ -]/g;

const Q: Encoding = {
  letter: 'Q',
  cost: (text) => 3 * Buffer.byteLength(text) - 2 * (text.match(PLAIN_IN_Q)?.length ?? 0),
  length: (cost) => cost,
  encode: (text) =>
    text.replace(/[^A-Za-z0-9!*+/-]+/g, (run) =>
      Array.from(Buffer.from(run), (octet) =>
        octet === 0x20 ? '_' : `=${octet.toString(16).toUpperCase().padStart(2, '0')}`,
      ).join(''),
    ),
};

/**
 * The text as encoded-words, B or Q, whichever comes out shorter, folded so that no line has more than 76 octets.
 * `column` is where the first one will stand. No word splits a character. Decoded, it is the text, blanks included.
 * Begins with a line break only if no character fits behind `column`.
 */
export function encodedWords(text: string, column: number): string {
  const q = pack(text, column, Q);
  const b = pack(text, column, B);
  return q.length <= b.length ? q : b;
}

function pack(text: string, column: number, encoding: Encoding): string {
  const room = LINE - column - FRAME;
  if (encoding.length(encoding.cost(text)) <= room) return word(text, encoding);
  // Every line but the first begins with one blank.
  const roomBelow = LINE - 1 - FRAME;
  const words: string[] = [];
  let pending = '';
  let cost = 0;
  const add = (cluster: string): void => {
    const more = encoding.cost(cluster);
    if (encoding.length(cost + more) > (words.length === 0 ? room : roomBelow)) {
      words.push(pending === '' ? '' : word(pending, encoding));
      pending = '';
      cost = 0;
    }
    pending += cluster;
    cost += more;
  };
  for (const cluster of text.match(CLUSTER) ?? []) {
    if (encoding.length(encoding.cost(cluster)) <= roomBelow) add(cluster);
    else for (const character of cluster) add(character);
  }
  words.push(word(pending, encoding));
  return words.join('\r\n ');
}

function word(text: string, encoding: Encoding): string {
  return `=?UTF-8?${encoding.letter}?${encoding.encode(text)}?=`;
}
