// What the engine knows of a relay: it can be opened, and an open session takes messages from a source.
// The interface and its promise only; smtp-relay.ts, file-relay.ts and sandbox.ts keep it.

import type { Attempt, ConnectFailure, Outgoing } from '../domain/attempt.js';

/** A place that messages are handed to. */
export interface Relay {
  /** How people call it, such as `smtp://mail.example.com:587`. Never holds a secret. */
  readonly name: string;
  /** The sandbox and file folders are rehearsals: no real mail leaves. */
  readonly rehearsal: boolean;
  /**
   * Connects, says EHLO, secures and logs in.
   * @throws RelayNotOpened when any of it fails.
   */
  open(): Promise<Session>;
  /** Frees what the relay holds beyond its sessions (the embedded sandbox's server). Sessions must have ended. */
  close(): Promise<void>;
}

/** One SMTP conversation, ready for its first transaction. */
export interface Session {
  /**
   * Takes messages from the source and hands them over, until the source has no more, the connection is lost or the
   * relay ends it; then says QUIT where that is still possible, and closes. Called once.
   * Each message taken is answered by exactly one call of `source.ended`, and a message whose mark was asked for
   * only after that mark has settled. Rejects only with what a bug in the source threw.
   */
  run<T extends Outgoing>(source: Source<T>): Promise<void>;
  /** Breaks the connection at once. The message in hand ends as lost, as soon as a mark on its way has settled. */
  destroy(): void;
}

/** Where a session's messages come from, and where what became of them goes. */
export interface Source<T extends Outgoing> {
  /**
   * The next message, when the rate allows one; undefined when this session is not needed any longer.
   * When the signal is aborted (the idle connection was lost) it resolves with undefined and takes nothing.
   */
  next(signal: AbortSignal): Promise<T | undefined>;
  /** The next message if the rate allows one this very moment; undefined otherwise, and then `next` may be asked. */
  nextNow(): T | undefined;
  /**
   * Resolves when the delivery is durably marked as transmitting. Only then may the message's last octets leave (R1).
   * When it rejects, the session breaks the connection without sending them.
   */
  mark(message: T): Promise<void>;
  /**
   * Takes an attempt's end. Before a session asks for a mark, it has told the ends of all its messages but as many as
   * may be unanswered at once, this one included (R1).
   */
  ended(message: T, attempt: Attempt): void;
  /** Told behind `ended`, if at all, that nothing will read the message's octets any more: they may be written over. */
  release?(message: T): void;
  /** Told in words what the user should know of this relay. */
  notice(sentence: string): void;
}

/** No session could be opened. The domain's policy says what to make of it. */
export class RelayNotOpened extends Error {
  override readonly name = 'RelayNotOpened';
  readonly failure: ConnectFailure;

  constructor(relay: string, failure: ConnectFailure, cause?: unknown) {
    super(`${relay}: ${failure.why}`, cause === undefined ? undefined : { cause });
    this.failure = failure;
  }
}
