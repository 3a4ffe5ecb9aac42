// Our side of an SMTP conversation: MAIL, RCPT, DATA, the body, the mark, and only then the body's last octets (R1).
// Knows what each reply means for the attempt (R4); knows nothing of connecting, rates, retries or the ledger.

import { needsSmtpUtf8 } from '../domain/address.js';
import type { Attempt, Outgoing, Stage } from '../domain/attempt.js';
import type { Reply } from '../domain/reply.js';
import { formatReply, replyClass } from '../domain/reply.js';
import { type Answer, CLOSING, type Conversation, isReply } from './conversation.js';
import type { Session, Source } from './relay.js';
import type { Timeouts } from './timeouts.js';

/** What the relay announced: keywords in upper case with their parameters, such as `SIZE` → `10240000`. */
export type Extensions = ReadonlyMap<string, string>;

/** The end of a body: its last CRLF, the dot and the CRLF behind it. None of it leaves before the mark. */
const END_OF_DATA = '\r\n.\r\n';
/** Of these, the octets that are the message's own. */
const LAST_OF_MESSAGE = 2;

/** A session on a connected, secured and authenticated conversation. One command at a time. */
export class SmtpSession implements Session {
  readonly #talk: Conversation;
  readonly #extensions: Extensions;
  readonly #timeouts: Timeouts;

  constructor(talk: Conversation, extensions: Extensions, timeouts: Timeouts) {
    this.#talk = talk;
    this.#extensions = extensions;
    this.#timeouts = timeouts;
  }

  async run<T extends Outgoing>(source: Source<T>): Promise<void> {
    try {
      for (;;) {
        const message = await this.#next(source);
        if (message === undefined) break;
        const attempt = await this.#attempt(message, () => source.mark(message));
        source.ended(message, attempt);
        // A refusal leaves a transaction open, as far as the relay is concerned; it costs no connection.
        if (attempt.ended === 'replied' && attempt.stage !== 'body') await this.#reset();
        if (this.#talk.over !== undefined) return;
      }
      await this.#quit();
    } finally {
      this.#talk.end('the session ended');
    }
  }

  destroy(): void {
    this.#talk.end('the session was stopped');
  }

  /** The next message; undefined when there is none, or when the relay went away while it was waited for. */
  async #next<T extends Outgoing>(source: Source<T>): Promise<T | undefined> {
    if (this.#talk.over !== undefined) return undefined;
    const idle = new AbortController();
    this.#talk.whenOver(() => idle.abort());
    try {
      return await source.next(idle.signal);
    } finally {
      this.#talk.whenOver(undefined);
    }
  }

  /** A message handed out in the very moment in which the connection was lost ends at its first command. */
  async #attempt(message: Outgoing, mark: () => Promise<void>): Promise<Attempt> {
    assertSendable(message);
    if (needsSmtpUtf8(message.envelope.recipient) && !this.#extensions.has('SMTPUTF8')) {
      return {
        ended: 'unable',
        why: 'the relay does not offer SMTPUTF8, which letters beyond ASCII before the @ need',
      };
    }
    return (await this.#envelope(message)) ?? (await this.#body(message.octets, mark));
  }

  /** MAIL, RCPT and DATA. Undefined when the relay waits for the body. */
  async #envelope({ envelope, octets }: Outgoing): Promise<Attempt | undefined> {
    // RFC 1870: the octets of the message, without the dot's line.
    const size = this.#extensions.has('SIZE') ? ` SIZE=${octets.length}` : '';
    // RFC 6531 3.4; the To header of such a message is UTF-8, which makes it 8-bit.
    const utf8 = needsSmtpUtf8(envelope.recipient) ? ' BODY=8BITMIME SMTPUTF8' : '';
    const mail = `MAIL FROM:<${envelope.returnPath}>${size}${utf8}`;
    return (
      (await this.#command('mail', mail, 2, this.#timeouts.command)) ??
      (await this.#command('rcpt', `RCPT TO:<${envelope.recipient}>`, 2, this.#timeouts.command)) ??
      (await this.#command('data', 'DATA', 3, this.#timeouts.data))
    );
  }

  /** One command of the envelope. Undefined when it got a reply of the class that lets the transaction go on. */
  async #command(
    stage: 'mail' | 'rcpt' | 'data',
    line: string,
    yes: number,
    timeout: number,
  ): Promise<Attempt | undefined> {
    const answer = await this.#exchange(line, timeout);
    const refusal = refusedBy(answer);
    if (refusal !== undefined) return { ended: 'replied', stage, reply: refusal };
    if (!isReply(answer)) return lost(stage, false, answer.why);
    if (replyClass(answer) === yes) return undefined;
    return lost(stage, false, this.#senseless(line, answer));
  }

  /** The body, the mark in front of its last octets, and the reply to it, which alone decides (R4). */
  async #body(octets: Uint8Array, mark: () => Promise<void>): Promise<Attempt> {
    const talk = this.#talk;
    await talk.writeAll(octets.subarray(0, octets.length - LAST_OF_MESSAGE), this.#timeouts.block);
    // Whatever happens to the connection meanwhile, the mark's own end is waited for: an outcome that
    // overtook its mark would leave the delivery transmitting for good.
    if (talk.over === undefined) {
      try {
        await mark();
      } catch {
        talk.end('the delivery could not be marked');
      }
    }
    const { over } = talk;
    if (over !== undefined) {
      // A relay may refuse a body before its end ("too big"), though it should not. It cannot have accepted it.
      const refusal = refusedBy(over.reply ?? over);
      return refusal === undefined
        ? lost('body', false, over.why)
        : { ended: 'replied', stage: 'body', reply: refusal };
    }
    talk.write(END_OF_DATA);
    const answer = await talk.expect(this.#timeouts.body);
    if (!isReply(answer)) return lost('body', true, answer.why);
    if (replyClass(answer) === 3)
      return lost('body', true, this.#senseless('the end of the message', answer));
    return { ended: 'replied', stage: 'body', reply: answer };
  }

  async #reset(): Promise<void> {
    const answer = await this.#exchange('RSET', this.#timeouts.command);
    if (isReply(answer) && replyClass(answer) !== 2) this.#senseless('RSET', answer);
  }

  async #quit(): Promise<void> {
    await this.#exchange('QUIT', this.#timeouts.quit);
    this.#talk.finish('the session ended', this.#timeouts.quit);
  }

  #exchange(line: string, timeout: number): Promise<Answer> {
    this.#talk.write(`${line}\r\n`);
    return this.#talk.expect(timeout);
  }

  /** Ends a conversation whose replies can no longer be paired with its commands. Gives the reason. */
  #senseless(command: string, reply: Reply): string {
    const why = `the relay answered ${command.split(':', 1)[0]} with ${formatReply(reply)}`;
    this.#talk.end(why);
    return why;
  }
}

/** The reply that says no, also one that closed the connection before it could be asked for. */
function refusedBy(answer: Answer): Reply | undefined {
  if (isReply(answer)) return replyClass(answer) >= 4 ? answer : undefined;
  return answer.reply?.code === CLOSING ? answer.reply : undefined;
}

function lost(stage: Stage, lastOctetLeft: boolean, why: string): Attempt {
  return { ended: 'lost', stage, lastOctetLeft, why };
}

/**
 * The last door before the wire: an address is one argument, and a message ends in the CRLF that the dot follows.
 * Both were seen to where they were made, so this throws for a bug alone.
 */
function assertSendable({ envelope, octets }: Outgoing): void {
  for (const address of [envelope.returnPath, envelope.recipient]) {
    if (/[\s<>\p{Cc}]/u.test(address)) throw new Error(`not an address: ${JSON.stringify(address)}`);
  }
  if (octets.at(-2) !== 0x0d || octets.at(-1) !== 0x0a)
    throw new Error('a message that does not end in CRLF');
}
