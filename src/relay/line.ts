// What every way of handing messages over has in common: one relay's conversation, and the taking of the next message.
// Knows a conversation and a source; knows no order of commands.

import type { Outgoing } from '../domain/attempt.js';
import type { Answer, Conversation } from './conversation.js';
import type { Manners } from './manners.js';
import type { Source } from './relay.js';
import type { Timeouts } from './timeouts.js';
import { assertSendable, type Extensions, senseless, whyUnable } from './transaction.js';

/** A connection that is ready for its first transaction, and what is known of the relay at its other end. */
export class Line {
  readonly talk: Conversation;
  readonly extensions: Extensions;
  readonly timeouts: Timeouts;
  readonly manners: Manners;

  constructor(talk: Conversation, extensions: Extensions, timeouts: Timeouts, manners: Manners) {
    this.talk = talk;
    this.extensions = extensions;
    this.timeouts = timeouts;
    this.manners = manners;
  }

  /** Says one command and waits for its answer. One that is neither `yes` nor a refusal ends the conversation. */
  exchange(command: string, yes: 2 | 3, timeout = this.timeouts.command): Promise<Answer> {
    this.talk.write(`${command}\r\n`);
    return this.expect(command, yes, timeout);
  }

  /** Waits for the answer to a command that was written just now, as a part of a group. */
  expect(command: string, yes: 2 | 3, timeout = this.timeouts.command): Promise<Answer> {
    return this.talk.expect(timeout, senseless(command, yes));
  }

  /**
   * The next message, waited for until it comes, or `enough` is aborted, or the relay goes away. Undefined when there is
   * none; with `enough` not aborted, this session is not needed any longer.
   */
  async next<T extends Outgoing>(source: Source<T>, enough = new AbortController()): Promise<T | undefined> {
    for (;;) {
      if (this.talk.over !== undefined) return undefined;
      this.talk.whenOver(() => enough.abort());
      try {
        const message = await source.next(enough.signal);
        if (message === undefined || this.#sendable(message, source)) return message;
      } finally {
        this.talk.whenOver(undefined);
      }
    }
  }

  /** The next message, if one may go this very moment. */
  nextNow<T extends Outgoing>(source: Source<T>): T | undefined {
    while (this.talk.over === undefined) {
      const message = source.nextNow();
      if (message === undefined || this.#sendable(message, source)) return message;
    }
    return undefined;
  }

  #sendable<T extends Outgoing>(message: T, source: Source<T>): boolean {
    assertSendable(message);
    const why = whyUnable(message, this.extensions);
    if (why !== undefined) source.ended(message, { ended: 'unable', why });
    return why === undefined;
  }
}
