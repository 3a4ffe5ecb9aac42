// Several messages unanswered at once on one connection: RSET MAIL RCPT BDAT LAST of each, in groups (RFC 3030, RFC 2920).
// For relays that are far away. Each message is marked before its chunk is begun, so R3's bound is the depth.
// Knows what the four replies to a message mean for its attempt (R4); knows nothing of DATA.

import type { Attempt, Outgoing } from '../domain/attempt.js';
import { replyClass } from '../domain/reply.js';
import { type Answer, isReply } from './conversation.js';
import type { Line } from './line.js';
import type { Source } from './relay.js';
import { answered, envelopeCommands, lost, refusedBy, replied } from './transaction.js';

/** Replies to BDAT that speak of the command and not of the message: RFC 5321 4.2.2 and 4.2.4. */
const NO_SUCH_COMMAND: readonly number[] = [500, 502, 503, 504];

/** A message on its way: marked, its outcome not known. */
interface Flight {
  /** Resolves when its outcome was handed in. */
  landed: Promise<void>;
}

export class ChunkedSession {
  readonly #line: Line;
  readonly #depth: number;
  /** The messages without an outcome, oldest first: `depth` at the most. */
  readonly #flights: Flight[] = [];
  #onLanding: () => void = () => {};
  /** A reply came while the next message was waited for. */
  #landedMeanwhile = false;
  #inDoubt = 0;
  #begun = false;
  #stopped = false;

  constructor(line: Line, depth: number) {
    this.#line = line;
    this.#depth = depth;
  }

  /**
   * Hands messages over until the source has no more, the connection is lost, or the relay proves that it does not take
   * chunks: then the conversation may still go on without them. Nothing is unanswered when it resolves.
   */
  async run<T extends Outgoing>(source: Source<T>): Promise<void> {
    while (this.#possible) {
      const room = this.#depth - this.#flights.length;
      const first = room > 0 ? await this.#first(source) : undefined;
      if (first !== undefined) await this.#send(this.#andMore(first, room, source), source);
      else if (this.#flights.length > 0) await this.#flights[0]!.landed;
      else if (!this.#landedMeanwhile) return;
    }
    await Promise.all(this.#flights.map(({ landed }) => landed));
    if (this.#inDoubt < 2 || this.#stopped) return;
    const notice = this.#line.manners.lostSeveral();
    if (notice !== undefined) source.notice(notice);
  }

  /** Whether any transaction was begun. The last one may be open still, if it was refused. */
  get begun(): boolean {
    return this.#begun;
  }

  /** It is the run that breaks the connection: no sign of the relay's manners. */
  stop(): void {
    this.#stopped = true;
  }

  get #possible(): boolean {
    const { talk, extensions, manners } = this.#line;
    return (
      talk.over === undefined && manners.chunks && extensions.has('PIPELINING') && extensions.has('CHUNKING')
    );
  }

  /** The next message: now, or as soon as there is one; undefined also when a reply comes first. */
  async #first<T extends Outgoing>(source: Source<T>): Promise<T | undefined> {
    this.#landedMeanwhile = false;
    const now = this.#line.nextNow(source);
    if (now !== undefined) return now;
    const enough = new AbortController();
    this.#onLanding = () => {
      this.#landedMeanwhile = true;
      enough.abort();
    };
    try {
      return await this.#line.next(source, enough);
    } finally {
      this.#onLanding = () => {};
    }
  }

  #andMore<T extends Outgoing>(first: T, room: number, source: Source<T>): T[] {
    const messages = [first];
    while (messages.length < room) {
      const message = this.#line.nextNow(source);
      if (message === undefined) break;
      messages.push(message);
    }
    return messages;
  }

  /** Marks them in one group, and then begins their chunks in their order. */
  async #send<T extends Outgoing>(messages: readonly T[], source: Source<T>): Promise<void> {
    const { talk } = this.#line;
    const marks = messages.map((message) => source.mark(message));
    for (const mark of await Promise.allSettled(marks)) {
      if (mark.status === 'rejected') talk.end('the delivery could not be marked');
    }
    for (const message of messages) {
      if (talk.over !== undefined) source.ended(message, lost('body', false, talk.over.why));
      else await this.#say(message, source);
    }
  }

  /** Resolves when the chunk's last octet was handed to the socket, or the conversation is over. */
  async #say<T extends Outgoing>(message: T, source: Source<T>): Promise<void> {
    const { talk, timeouts, extensions } = this.#line;
    const { mail, rcpt } = envelopeCommands(message, extensions);
    // The RSET is needed: behind a refused message, a relay may take this one although it answered its MAIL with 503.
    talk.write(`RSET\r\n${mail}\r\n${rcpt}\r\nBDAT ${message.octets.length} LAST\r\n`);
    const expected = [
      this.#line.expect('RSET', 2),
      this.#line.expect(mail, 2),
      this.#line.expect(rcpt, 2),
      this.#line.expect('BDAT', 2, timeouts.body),
    ];
    this.#begun = true;
    let left = false;
    const flight = {
      landed: this.#attempt(expected, source, () => left).then((attempt) => {
        this.#flights.splice(this.#flights.indexOf(flight), 1);
        source.ended(message, attempt);
        if (left && talk.flushed) source.release?.(message);
        this.#onLanding();
      }),
    };
    this.#flights.push(flight);
    left = await talk.writeAll(message.octets, timeouts.block);
  }

  /** What the four answers come to. The last one decides; `left` says whether the chunk's last octet may have left. */
  async #attempt<T extends Outgoing>(
    expected: readonly Promise<Answer>[],
    source: Source<T>,
    left: () => boolean,
  ): Promise<Attempt> {
    const [, mail, rcpt, body] = await Promise.all(expected);
    if (!isReply(body!)) {
      if (left()) this.#inDoubt++;
      return lost('body', left(), body!.why);
    }
    const kind = replyClass(body);
    if (kind === 2) return replied('body', body);
    if (kind === 3) return lost('body', true, answered('BDAT', body));
    // It was not taken. Why, the first refusal says; what follows one is refused for its sake.
    const [mailRefusal, rcptRefusal] = [refusedBy(mail!), refusedBy(rcpt!)];
    if (mailRefusal !== undefined) return replied('mail', mailRefusal);
    if (rcptRefusal !== undefined) return replied('rcpt', rcptRefusal);
    if (!NO_SUCH_COMMAND.includes(body.code)) return replied('body', body);
    const why = answered('BDAT', body);
    const notice = this.#line.manners.noChunks(why);
    if (notice !== undefined) source.notice(notice);
    return lost('body', false, why);
  }
}
