// Our side of an SMTP conversation: the envelope, the body, the mark, and only then the body's last octets (R1).
// Where the relay takes commands in groups, the end of one message and the envelope of the next leave as one, so that a
// message costs one round trip (RFC 2920 3.1). Several messages unanswered at once are chunks.ts's business.
// Knows what each reply means for the attempt (R4); knows nothing of connecting, rates, retries or the ledger.

import type { Attempt, Outgoing } from '../domain/attempt.js';
import { replyClass } from '../domain/reply.js';
import { ChunkedSession } from './chunks.js';
import { type Answer, isReply } from './conversation.js';
import { STAGES, whyUnpaired } from './group.js';
import type { Line } from './line.js';
import type { Session, Source } from './relay.js';
import { answered, envelopeCommands, lost, refusedBy, replied } from './transaction.js';

/** The end of a body is its last CRLF, the dot and the CRLF behind it. None of these five leaves before the mark. */
const DOT = '.\r\n';
/** Of them, the octets that are the message's own. */
const LAST_OF_MESSAGE = 2;
/**
 * A message of so many octets is held back until its mark is there, and leaves in one write with its end and the next
 * envelope: a system call less for each message. Of a longer one, all but the end goes ahead.
 */
const HELD_BACK = 64 * 1024;
const END_IN_WORDS = 'the end of the message';

/** A message whose envelope was said, or is being said. */
interface Opened<T> {
  readonly message: T;
  /** Undefined when the relay waits for the body. Never rejects. */
  readonly envelope: Promise<Attempt | undefined>;
}

/** What is left of the message before, with its dot; nothing at the beginning. */
type End = readonly (Uint8Array | string)[];

/** A session on a connected, secured and authenticated conversation. `depth`: messages that may be unanswered at once. */
export class SmtpSession implements Session {
  readonly #line: Line;
  readonly #depth: number;
  readonly #chunked: ChunkedSession;
  /** The relay may have a transaction open that came to nothing. */
  #toReset = false;

  constructor(line: Line, depth = 1) {
    this.#line = line;
    this.#depth = depth;
    this.#chunked = new ChunkedSession(line, depth);
  }

  async run<T extends Outgoing>(source: Source<T>): Promise<void> {
    try {
      if (this.#depth > 1) {
        await this.#chunked.run(source);
        // It may have been another session that gave chunks up, and the last one here a refused one.
        this.#toReset = this.#chunked.begun;
      }
      await this.#handOver(source);
      await this.#quit();
    } finally {
      this.#line.talk.end('the session ended');
    }
  }

  destroy(): void {
    this.#chunked.stop();
    this.#line.talk.end('the session was stopped');
  }

  async #handOver<T extends Outgoing>(source: Source<T>): Promise<void> {
    let opened: Opened<T> | undefined;
    for (;;) {
      opened ??= this.#open(await this.#line.next(source), [], source);
      if (opened === undefined) return;
      const { message } = opened;
      const refused = await opened.envelope;
      opened = undefined;
      if (refused === undefined) {
        opened = await this.#body(message, source);
      } else {
        // It leaves a transaction open, as far as the relay is concerned; that costs no connection.
        this.#toReset = true;
        source.ended(message, refused);
      }
    }
  }

  /** Says a message's envelope, behind the end of the message before it. */
  #open<T extends Outgoing>(message: T | undefined, end: End, source: Source<T>): Opened<T> | undefined {
    if (message === undefined) return undefined;
    // Another session may have found meanwhile that groups are too much for the relay. This end must leave all the same.
    const grouped = this.#inGroups || end.length > 0;
    const envelope = grouped ? this.#asGroup(message, end, source) : this.#oneByOne(message);
    return { message, envelope };
  }

  get #inGroups(): boolean {
    const { extensions, manners } = this.#line;
    return manners.groups && extensions.has('PIPELINING');
  }

  async #oneByOne(message: Outgoing): Promise<Attempt | undefined> {
    const { timeouts, extensions } = this.#line;
    const { mail, rcpt } = envelopeCommands(message, extensions);
    if (this.#toReset) {
      const why = this.#whyNotReset(await this.#line.exchange('RSET', 2));
      if (why !== undefined) return lost('mail', false, why);
    }
    return (
      this.#ruling(0, mail, await this.#line.exchange(mail, 2)) ??
      this.#ruling(1, rcpt, await this.#line.exchange(rcpt, 2)) ??
      this.#ruling(2, 'DATA', await this.#line.exchange('DATA', 3, timeouts.data))
    );
  }

  /** The same, all at once. Every answer is waited for, since the next group is paired behind them. */
  async #asGroup<T extends Outgoing>(message: T, end: End, source: Source<T>): Promise<Attempt | undefined> {
    const { talk, timeouts, extensions } = this.#line;
    const { mail, rcpt } = envelopeCommands(message, extensions);
    talk.write(...end, `${this.#toReset ? 'RSET\r\n' : ''}${mail}\r\n${rcpt}\r\nDATA\r\n`);
    const reset = this.#toReset ? this.#line.expect('RSET', 2) : undefined;
    const expected = [
      this.#line.expect(mail, 2),
      this.#line.expect(rcpt, 2),
      this.#line.expect('DATA', 3, timeouts.data),
    ];
    if (reset !== undefined) {
      const why = this.#whyNotReset(await reset);
      if (why !== undefined) return lost('mail', false, why);
    }
    // The reply that ended a conversation in the midst of a group answered something else.
    const answers = (await Promise.all(expected)).map((answer) =>
      isReply(answer) ? answer : { ...answer, reply: undefined },
    );
    const wrong = whyUnpaired([mail, rcpt, 'DATA'], answers);
    if (wrong !== undefined) {
      const notice = this.#line.manners.noGroups(wrong.why);
      if (notice !== undefined) source.notice(notice);
    }
    const ruling =
      this.#ruling(0, mail, answers[0]!) ??
      this.#ruling(1, rcpt, answers[1]!) ??
      this.#ruling(2, 'DATA', answers[2]!);
    if (wrong !== undefined) {
      talk.end(wrong.why);
      return wrong.stays ? ruling : lost(wrong.stage, false, wrong.why);
    }
    if (ruling !== undefined) await this.#closeEmpty(answers);
    return ruling;
  }

  /** A relay that wants a body although it refused the recipient gets an empty one, which nobody receives (RFC 2920 3.1). */
  async #closeEmpty([mail, rcpt, data]: readonly Answer[]): Promise<void> {
    if (!isReply(data!) || replyClass(data) !== 3) return;
    const { talk, timeouts } = this.#line;
    const nobody = isReply(mail!) && replyClass(mail) === 2 && isReply(rcpt!) && replyClass(rcpt) >= 4;
    // Had it taken the recipient without a sender, an empty message would reach somebody.
    if (!nobody) return talk.end('the relay asked for the body of a message whose sender it refused');
    await this.#line.exchange('.', 2, timeouts.body);
  }

  /** What an answer to the envelope's command i comes to. Undefined when the transaction goes on. */
  #ruling(i: 0 | 1 | 2, command: string, answer: Answer): Attempt | undefined {
    const refusal = refusedBy(answer);
    if (refusal !== undefined) return replied(STAGES[i], refusal);
    if (!isReply(answer)) return lost(STAGES[i], false, answer.why);
    return replyClass(answer) === (i === 2 ? 3 : 2)
      ? undefined
      : lost(STAGES[i], false, answered(command, answer));
  }

  /**
   * The body, the mark in front of its last octets, and the reply to it, which alone decides (R4). The next message is
   * made while the mark is written; its envelope leaves with those last octets. Gives that message.
   */
  async #body<T extends Outgoing>(message: T, source: Source<T>): Promise<Opened<T> | undefined> {
    const { talk, timeouts } = this.#line;
    const { octets } = message;
    this.#toReset = false;
    const ahead = octets.length > HELD_BACK ? octets.length - LAST_OF_MESSAGE : 0;
    if (ahead > 0) await talk.writeAll(octets.subarray(0, ahead), timeouts.block);
    if (talk.over !== undefined) return this.#cutShort(message, undefined, source);
    const marked = source.mark(message).catch(() => talk.end('the delivery could not be marked'));
    const next = this.#inGroups ? this.#line.nextNow(source) : undefined;
    // Whatever happens to the connection meanwhile, the mark's own end is waited for: an outcome that
    // overtook its mark would leave the delivery transmitting for good.
    await marked;
    if (talk.over !== undefined) return this.#cutShort(message, next, source);
    const reply = this.#line.expect(END_IN_WORDS, 2, timeouts.body);
    const end = [octets.subarray(ahead), DOT];
    const opened = this.#open(next, end, source);
    if (opened === undefined) talk.write(...end);
    source.ended(message, this.#decision(await reply));
    if (talk.flushed) source.release?.(message);
    return opened;
  }

  /** The conversation was over before the last octets left. What was taken to follow is lost with it. */
  #cutShort<T extends Outgoing>(message: T, next: T | undefined, source: Source<T>): undefined {
    const over = this.#line.talk.over!;
    // A relay may refuse a body before its end ("too big"), though it should not. It cannot have accepted it.
    const refusal = refusedBy(over.reply ?? over);
    source.ended(message, refusal === undefined ? lost('body', false, over.why) : replied('body', refusal));
    if (next !== undefined) source.ended(next, lost('mail', false, over.why));
    return undefined;
  }

  #decision(answer: Answer): Attempt {
    if (!isReply(answer)) return lost('body', true, answer.why);
    return replyClass(answer) === 3
      ? lost('body', true, answered(END_IN_WORDS, answer))
      : replied('body', answer);
  }

  /** Why the relay is not known to be at a beginning; the conversation is over then. */
  #whyNotReset(answer: Answer): string | undefined {
    if (!isReply(answer)) return answer.why;
    if (replyClass(answer) !== 2) return answered('RSET', answer);
    this.#toReset = false;
    return undefined;
  }

  async #quit(): Promise<void> {
    const { talk, timeouts } = this.#line;
    if (talk.over !== undefined) return;
    await this.#line.exchange('QUIT', 2, timeouts.quit);
    talk.finish('the session ended', timeouts.quit);
  }
}
