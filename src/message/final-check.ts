// The last look at a message's octets before a relay gets them. Knows what every relay must be able to take;
// knows nothing of how the message was made.

import { isAscii } from 'node:buffer';

const CR = 13;
const LF = 10;
const DOT = 46;
const BLANK = 32;

/** Octets. */
const FEW = 4096;

/** RFC 5322 2.1.1, without the CRLF. */
const LONGEST_LINE = 998;

/**
 * Says what is wrong with a message's octets and where, or gives undefined when they may leave: CRLF line ends only,
 * 7-bit octets (RFC 5321 2.4) without NUL, no line over 998 octets, no line that begins with a dot, a CRLF at the end.
 * The answer is a sentence part without a full stop. `utf8`: the message goes by SMTPUTF8 and may hold 8-bit octets.
 */
export function checkOctets(octets: Uint8Array, utf8 = false): string | undefined {
  if (octets.length > 0 && octets.length <= FEW && isSoundByItself(octets, utf8)) return undefined;
  const message = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
  if (message.length === 0) return 'the message is empty';
  const nul = message.indexOf(0);
  if (nul >= 0) return `a NUL stands ${where(message, nul)}`;
  if (!utf8 && !isAscii(message)) {
    const beyond = message.findIndex((octet) => octet > 127);
    return `an octet beyond ASCII stands ${where(message, beyond)}`;
  }
  let start = 0;
  while (start < message.length) {
    const lf = message.indexOf(LF, start);
    const cr = message.indexOf(CR, start);
    if (lf < 0 && cr < 0) return 'the message does not end in CRLF';
    // In a good line the first CR and the first LF are neighbours.
    if (cr < 0 || (lf >= 0 && lf < cr)) return `an LF without its CR stands ${where(message, lf)}`;
    if (lf !== cr + 1) return `a CR without its LF stands ${where(message, cr)}`;
    if (message[start] === DOT) return `a line begins with a dot ${where(message, start)}`;
    if (cr - start > LONGEST_LINE) {
      return `a line is ${cr - start} octets long, more than ${LONGEST_LINE}, ${where(message, start)}`;
    }
    start = lf + 1;
  }
  return undefined;
}

/** Looked at one by one, which for few is faster than the searches that tell what is wrong, and where. */
function isSoundByItself(octets: Uint8Array, utf8: boolean): boolean {
  const highest = utf8 ? 255 : 127;
  let start = 0;
  for (let i = 0; i < octets.length; i++) {
    const octet = octets[i]!;
    if (octet >= BLANK) {
      if (octet > highest || (i === start && octet === DOT)) return false;
    } else if (octet === CR) {
      if (octets[i + 1] !== LF || i - start > LONGEST_LINE) return false;
      start = i + 2;
      i++;
    } else if (octet === LF || octet === 0) return false;
  }
  return start === octets.length;
}

/** @throws Error when the octets may not leave: a bug, not a matter of the user's data. */
export function demandSound(octets: Buffer, what: string, utf8 = false): void {
  const fault = checkOctets(octets, utf8);
  if (fault !== undefined) throw new Error(`${what} is not fit to be sent: ${fault}.`);
}

/** Lines and octets count from 1. */
function where(message: Buffer, at: number): string {
  let line = 1;
  for (let lf = message.indexOf(LF); lf >= 0 && lf < at; lf = message.indexOf(LF, lf + 1)) line++;
  const start = at === 0 ? 0 : message.lastIndexOf(LF, at - 1) + 1;
  return `in line ${line} at octet ${at - start + 1}`;
}
