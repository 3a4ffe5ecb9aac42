// What a client must not do, looked at by the fake relay as strictly as its RFCs are written.
// Knows turn-taking (RFC 2920, RFC 3030), command lines and bodies; knows nothing of sockets.

import type { FakeStep } from './fake-relay.js';

/** Steps behind whose command a group may go on (RFC 2920 3.1). DATA, EHLO, STARTTLS, AUTH and QUIT end theirs. */
const GROUPED: readonly FakeStep[] = ['mail', 'rcpt', 'rset', 'chunk', 'body'];

/** RFC 5321 4.5.3.1.4, with what SIZE, BODY and SMTPUTF8 add to MAIL. */
const LONGEST_COMMAND = 600;

/**
 * The fault in octets that were there already when a step was about to be answered; undefined when they may be.
 * `pipelining`: whether the relay has offered it.
 */
export function turnFault(step: FakeStep, behind: Uint8Array, pipelining: boolean): string | undefined {
  if (behind.length === 0 || (pipelining && GROUPED.includes(step))) return undefined;
  const shown = JSON.stringify(Buffer.from(behind.subarray(0, 40)).toString('latin1'));
  return `${behind.length} octets came before ${step} was answered: ${shown}`;
}

export function commandFault(line: string): string | undefined {
  if (/[\r\n\0]/.test(line)) return `a control character in a command: ${JSON.stringify(line.slice(0, 80))}`;
  if (line.length > LONGEST_COMMAND) return `a command of ${line.length} octets`;
  return undefined;
}

/** Something that no body of mailblast holds (R6): it would end the message early somewhere, or be changed on its way. */
export function bodyFault(octets: Uint8Array): string | undefined {
  const text = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('latin1');
  const fault = /\r(?!\n)|(?<!\r)\n|\0/.exec(text) ?? /^\./m.exec(text);
  if (fault !== null) {
    const around = text.slice(Math.max(0, fault.index - 30), fault.index + 30);
    return `a bare CR or LF, a NUL or a leading dot in a body: ${JSON.stringify(around)}`;
  }
  const long = /[^\r\n]{999}/.exec(text);
  return long === null ? undefined : `a line of more than 998 octets in a body: ${long[0].slice(0, 80)}`;
}
