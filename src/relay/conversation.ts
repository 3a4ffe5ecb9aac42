// A connected socket as commands and replies: writes octets, pairs replies with what they answer, keeps the time-outs.
// Knows SMTP's turn-taking (RFC 5321 4.2, RFC 2920); knows nothing of messages, marks or outcomes.

import type { Socket } from 'node:net';

import { formatDuration } from '../domain/duration.js';
import type { Reply } from '../domain/reply.js';
import { formatReply } from '../domain/reply.js';
import { ReplyReader } from './replies.js';

/** Why a conversation is over. */
export interface Over {
  /** A sentence part: "the connection was reset". */
  readonly why: string;
  /** The reply that ended it, if one did: a 421, or one that answered nothing. */
  readonly reply: Reply | undefined;
  /** The relay went on saying nothing until its time was up. */
  readonly silent: boolean;
}

/** A reply, or why there is none. */
export type Answer = Reply | Over;

/** True when the relay answered. */
export function isReply(answer: Answer): answer is Reply {
  return 'code' in answer;
}

/** The code by which a relay closes the connection, whatever it answers (RFC 5321 3.8). */
export const CLOSING = 421;

/** Octets written at once. Between two pieces the relay must have taken the first one. */
const PIECE = 256 * 1024;

/** Why a reply cannot be one to the command it is paired with, as a sentence part; undefined when it can. */
export type WhyNot = (reply: Reply) => string | undefined;

interface Expected {
  readonly timeout: number;
  readonly whyNot: WhyNot | undefined;
  readonly resolve: (answer: Answer) => void;
}

/**
 * The conversation owns its socket from the moment it is made, and closes it when it is over: whoever notices
 * first says why, and everybody who waits hears that. No method throws or rejects.
 */
export class Conversation {
  readonly #socket: Socket;
  readonly #replies = new ReplyReader();
  /** Who waits for a reply, oldest first. */
  readonly #expected: Expected[] = [];
  #timer: NodeJS.Timeout | undefined;
  #over: Over | undefined;
  #onOver: (() => void) | undefined;

  /** Takes a connected socket without listeners of its own; `early` are octets that were read from it before. */
  constructor(socket: Socket, early: Uint8Array = Buffer.alloc(0)) {
    this.#socket = socket;
    socket.on('data', (octets) => this.#take(octets));
    socket.on('error', (error) => this.end(describeSocketError(error)));
    socket.on('end', () => this.end('the relay closed the connection'));
    socket.on('close', () => this.end('the connection was closed'));
    if (socket.destroyed) this.end('the connection was closed');
    if (early.length > 0) this.#take(early);
    socket.resume();
  }

  /** Why it is over; undefined while it goes on. */
  get over(): Over | undefined {
    return this.#over;
  }

  /** Calls back once when it is over, at once if it is. Another call takes the place of an earlier one. */
  whenOver(callback: (() => void) | undefined): void {
    this.#onOver = callback;
    if (this.#over !== undefined) callback?.();
  }

  /** Hands octets to the socket, all in one go. From then on they may reach the relay, whatever happens. */
  write(...octets: readonly (Uint8Array | string)[]): void {
    if (this.#over !== undefined) return;
    this.#socket.cork();
    for (const piece of octets) this.#socket.write(piece);
    this.#socket.uncork();
  }

  /** Whether all that was written is in the system's hands. A relay may answer what it has not read to its end. */
  get flushed(): boolean {
    return this.#socket.writableLength === 0;
  }

  /**
   * Hands over much, piece by piece as the relay takes it. Resolves when the last piece was handed to the socket,
   * or when it is over; `timeout` milliseconds are allowed for each piece. Gives whether the last piece was.
   */
  async writeAll(octets: Uint8Array, timeout: number): Promise<boolean> {
    for (let at = 0; this.#over === undefined; ) {
      const flowing = this.#socket.write(octets.subarray(at, at + PIECE));
      at += PIECE;
      if (at >= octets.length) return true;
      if (!flowing) await this.#drained(timeout);
    }
    return false;
  }

  /**
   * Waits for the reply to what was written last. Call it in the same turn as the write, once per command, for no other
   * reply may overtake it. A reply that cannot be one is given all the same, and ends the conversation: those behind it
   * can no longer be paired with their commands.
   */
  expect(timeout: number, whyNot?: WhyNot): Promise<Answer> {
    const over = this.#over;
    if (over !== undefined) return Promise.resolve(over);
    return new Promise((resolve) => {
      this.#expected.push({ timeout, whyNot, resolve });
      if (this.#expected.length === 1) this.#watch();
    });
  }

  /** Ends it at once, for this reason. The first reason stays. */
  end(why: string, reply?: Reply): void {
    this.#end({ why, reply, silent: false });
  }

  /** Ends it in an orderly way: what was written still leaves, as long as the relay takes it in time. */
  finish(why: string, timeout: number): void {
    if (this.#over !== undefined) return;
    this.#close({ why, reply: undefined, silent: false });
    this.#socket.destroySoon();
    const timer = setTimeout(() => this.#socket.destroy(), timeout);
    this.#socket.once('close', () => clearTimeout(timer));
  }

  #end(over: Over): void {
    if (this.#over !== undefined) return;
    this.#close(over);
    this.#socket.destroy();
  }

  #close(over: Over): void {
    this.#over = over;
    clearTimeout(this.#timer);
    for (const { resolve } of this.#expected.splice(0)) resolve(over);
    this.#onOver?.();
  }

  #take(octets: Uint8Array): void {
    if (this.#over !== undefined) return;
    try {
      for (const reply of this.#replies.read(octets)) {
        this.#answer(reply);
        if (this.#over !== undefined) return;
      }
    } catch (error) {
      this.end((error as Error).message);
    }
  }

  #answer(reply: Reply): void {
    const expected = this.#expected.shift();
    expected?.resolve(reply);
    if (reply.code === CLOSING) {
      this.end(`the relay closed the connection (${formatReply(reply)})`, reply);
    } else if (expected === undefined) {
      this.end(`the relay sent a reply that answers nothing (${formatReply(reply)})`, reply);
    } else {
      const why = expected.whyNot?.(reply);
      if (why === undefined) this.#watch();
      else this.end(why, reply);
    }
  }

  /** Gives the oldest command its time. Its clock starts when it becomes the oldest. */
  #watch(): void {
    clearTimeout(this.#timer);
    const oldest = this.#expected[0];
    if (oldest === undefined) return;
    const { timeout } = oldest;
    const why = `no reply came within ${formatDuration(timeout)}`;
    this.#timer = setTimeout(() => {
      // A process that was stopped or held up finds the time over and the reply unread. Node reads before this comes back.
      setImmediate(() => {
        if (this.#expected[0] === oldest) this.#end({ why, reply: undefined, silent: true });
      });
    }, timeout);
  }

  #drained(timeout: number): Promise<void> {
    const socket = this.#socket;
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        socket.off('drain', done);
        socket.off('close', done);
        resolve();
      };
      const timer = setTimeout(() => {
        this.end(`the relay took nothing within ${formatDuration(timeout)}`);
        done();
      }, timeout);
      socket.on('drain', done);
      socket.on('close', done);
    });
  }
}

function describeSocketError(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ECONNRESET':
      return 'the connection was reset';
    case 'EPIPE':
      return 'the relay closed the connection';
    case 'ETIMEDOUT':
      return 'the connection timed out';
    default:
      return `the connection failed (${error.code ?? error.message})`;
  }
}
