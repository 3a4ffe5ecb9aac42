// Puts a relay's replies together from octets, however the network cut them. RFC 5321 4.2.
// Knows the grammar of a reply; knows nothing of sockets, commands or what a reply means.

import type { Reply } from '../domain/reply.js';

/** What the relay sent is no SMTP reply. `message` is a sentence part for people. */
export class MalformedReply extends Error {
  override readonly name = 'MalformedReply';
}

/** Octets of one line. RFC 5321 allows 512 and asks for tolerance; beyond this nobody means well. */
const LONGEST_LINE = 8 * 1024;
/** Octets of one reply over all its lines. */
const LONGEST_REPLY = 64 * 1024;
/** Characters of a reply's text that are kept: it is stored per delivery and printed on terminals. */
const LONGEST_TEXT = 1000;

const LINE = /^([2-5][0-9]{2})(?:([ -])(.*))?$/s;
const ENHANCED = /^([245])\.(?:0|[1-9]\d{0,2})\.(?:0|[1-9]\d{0,2})(?= |$)/;
// Controls (C0, DEL, C1), line and paragraph separators, and marks that turn the direction of what follows.
// biome-ignore lint/suspicious/noControlCharactersInRegex: taking them out is the purpose.
const UNSHOWABLE = /[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+/g;

/** Reads the replies of one conversation. The octets may come in any pieces; the replies are the same. */
export class ReplyReader {
  /** Octets of a line whose end has not come. */
  #rest: Buffer = Buffer.alloc(0);
  /** Texts of the lines so far of a reply that is not whole. */
  #texts: string[] = [];
  #class = '';
  #length = 0;

  /**
   * Takes octets as they came and gives each reply that is whole by them, in order.
   * The generator must be read to its end; after an error the reader is of no use any longer.
   * @throws MalformedReply behind the last reply that made sense.
   */
  *read(octets: Uint8Array): Generator<Reply, void> {
    const chunk = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
    const data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let start = 0;
    for (;;) {
      const end = data.indexOf(0x0a, start);
      const length = (end < 0 ? data.length : end) - start;
      if (length > LONGEST_LINE) throw new MalformedReply('the relay sent a line that does not end');
      if (end < 0) break;
      const reply = this.#line(data.subarray(start, end));
      start = end + 1;
      if (reply !== undefined) yield reply;
    }
    // A copy, since the chunk's memory may be the socket's.
    this.#rest = Buffer.from(data.subarray(start));
  }

  #line(octets: Buffer): Reply | undefined {
    this.#length += octets.length;
    if (this.#length > LONGEST_REPLY) throw new MalformedReply('the relay sent a reply that does not end');
    const line = octets.toString('utf8').replace(/\r+$/, '');
    const match = LINE.exec(line);
    if (match === null) {
      throw new MalformedReply(`the relay sent what is no SMTP reply (${JSON.stringify(shown(line, 80))})`);
    }
    const [, code = '', separator = ' ', text = ''] = match;
    // RFC 5321 4.2.1 wants one code on all lines. Some relays vary its last digits; the last line's counts.
    if (this.#class !== '' && this.#class !== code[0]) {
      throw new MalformedReply('the relay sent a reply whose lines contradict each other');
    }
    this.#texts.push(text);
    if (separator === '-') {
      this.#class = code.charAt(0);
      return undefined;
    }
    const reply = compose(code, this.#texts);
    this.#texts = [];
    this.#class = '';
    this.#length = 0;
    return reply;
  }
}

/** One reply kept as text, its lines divided by LF or CRLF; undefined when it is none. */
export function parseReply(text: string): Reply | undefined {
  try {
    return new ReplyReader().read(Buffer.from(`${text}\n`)).next().value ?? undefined;
  } catch {
    return undefined;
  }
}

/** Text as it may be shown to people: controls out, at most `longest` characters. */
export function shown(text: string, longest: number): string {
  const clean = text.replace(UNSHOWABLE, ' ').replace(/ {2,}/g, ' ').trim();
  return clean.length <= longest ? clean : `${clean.slice(0, longest).replace(/[\ud800-\udbff]$/, '')}…`;
}

function compose(code: string, lines: readonly string[]): Reply {
  let enhanced = '';
  const texts: string[] = [];
  for (const line of lines) {
    const match = ENHANCED.exec(line);
    if (match === null || match[1] !== code[0]) {
      texts.push(line);
    } else {
      enhanced ||= match[0];
      texts.push(line.slice(match[0].length));
    }
  }
  return { code: Number(code), enhanced, text: shown(texts.join(' '), LONGEST_TEXT) };
}
