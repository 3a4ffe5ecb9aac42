// One message's transaction in SMTP's words: the commands of its envelope, and what the answers to them come to.
// Knows commands and replies as values; knows nothing of sockets, marks or the order in which things are written.

import { needsSmtpUtf8 } from '../domain/address.js';
import type { Attempt, Outgoing, Stage } from '../domain/attempt.js';
import type { Reply } from '../domain/reply.js';
import { formatReply, replyClass } from '../domain/reply.js';
import { type Answer, CLOSING, isReply } from './conversation.js';

/** What the relay announced: keywords in upper case with their parameters, such as `SIZE` → `10240000`. */
export type Extensions = ReadonlyMap<string, string>;

/** The commands of an envelope, without line ends. */
export function envelopeCommands(
  { envelope, octets }: Outgoing,
  extensions: Extensions,
): { readonly mail: string; readonly rcpt: string } {
  // RFC 1870: the octets of the message, without the dot's line.
  const size = extensions.has('SIZE') ? ` SIZE=${octets.length}` : '';
  // RFC 6531 3.4; the To header of such a message is UTF-8, which makes it 8-bit.
  const utf8 = needsSmtpUtf8(envelope.recipient) ? ' BODY=8BITMIME SMTPUTF8' : '';
  return {
    mail: `MAIL FROM:<${envelope.returnPath}>${size}${utf8}`,
    rcpt: `RCPT TO:<${envelope.recipient}>`,
  };
}

/** Why a relay cannot be asked to take the message; undefined when it can. */
export function whyUnable({ envelope }: Outgoing, extensions: Extensions): string | undefined {
  if (!needsSmtpUtf8(envelope.recipient) || extensions.has('SMTPUTF8')) return undefined;
  return 'the relay does not offer SMTPUTF8, which letters beyond ASCII before the @ need';
}

/** The reply that says no, also one that closed the connection before it could be asked for. */
export function refusedBy(answer: Answer): Reply | undefined {
  if (isReply(answer)) return replyClass(answer) >= 4 ? answer : undefined;
  return answer.reply?.code === CLOSING ? answer.reply : undefined;
}

/**
 * Whether a refusal is of the order of the commands rather than of what they say. Where commands left in a group and
 * those in front of it were accepted, the relay has lost its place: a sender or recipient is not to blame for it.
 */
export function lostItsPlace(reply: Reply): boolean {
  return reply.code === 503 || (replyClass(reply) === 5 && /pipelin/i.test(reply.text));
}

/**
 * Why an answer makes no sense: one that is neither the `yes` that lets things go on nor a refusal. Nobody refuses RSET, so
 * what refuses that answers something else.
 */
export function senseless(command: string, yes: 2 | 3): (reply: Reply) => string | undefined {
  return (reply) => {
    const kind = replyClass(reply);
    if (kind === yes || (kind >= 4 && command !== 'RSET')) return undefined;
    return answered(command, reply);
  };
}

/** A sentence part: "the relay answered RCPT TO with 354 go". */
export function answered(command: string, reply: Reply): string {
  return `the relay answered ${command.split(':', 1)[0]} with ${formatReply(reply)}`;
}

export function lost(stage: Stage, lastOctetLeft: boolean, why: string): Attempt {
  return { ended: 'lost', stage, lastOctetLeft, why };
}

export function replied(stage: 'mail' | 'rcpt' | 'data' | 'body', reply: Reply): Attempt {
  return { ended: 'replied', stage, reply };
}

/**
 * The last door before the wire: an address is one argument, and a message ends in the CRLF that the dot follows.
 * Both were seen to where they were made, so this throws for a bug alone.
 */
export function assertSendable({ envelope, octets }: Outgoing): void {
  for (const address of [envelope.returnPath, envelope.recipient]) {
    if (/[\s<>\p{Cc}]/u.test(address)) throw new Error(`not an address: ${JSON.stringify(address)}`);
  }
  if (octets.at(-2) !== 0x0d || octets.at(-1) !== 0x0a)
    throw new Error('a message that does not end in CRLF');
}
