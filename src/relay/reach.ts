// Whether the relay can be reached: when to try again after a failure, and when to give up.
// Knows connections as opened or failed; opens none itself.

import type { Clock } from '../domain/clock.js';
import { MailblastError, type Trouble } from '../domain/errors.js';
import type { Pace } from '../domain/pace.js';
import { type ConnectVerdict, judgeConnection, restingMs } from '../domain/policy.js';
import { RelayNotOpened } from './relay.js';

/** A relay that was reached once and then is lost is tried again for so long. */
const LOST_MS = 5 * 60_000;
const BACKOFF_MS = { first: 1_000, last: 30_000 } as const;

export class Reach {
  readonly #relay: string;
  readonly #clock: Clock;
  readonly #notice: (sentence: string) => void;
  readonly #pace: Pace;
  #reached = false;
  #steady = false;
  #lostSince: number | undefined;
  #backoff: number = BACKOFF_MS.first;
  #openAfter = Number.NEGATIVE_INFINITY;

  constructor(
    relay: string,
    clock: Clock,
    settings: { readonly pace: Pace; readonly notice: (sentence: string) => void },
  ) {
    this.#relay = relay;
    this.#clock = clock;
    this.#notice = settings.notice;
    this.#pace = settings.pace;
  }

  /** Monotonic time before which no connection is to be opened. */
  get openAfter(): number {
    return this.#openAfter;
  }

  /**
   * Whether several connections may be opened at the same time: when the first one was opened, its login accepted, and,
   * once a connection has failed, when a message was answered since.
   */
  get steady(): boolean {
    return this.#steady;
  }

  /** A connection was opened. */
  opened(): void {
    if (!this.#reached) this.#steady = true;
    this.#reached = true;
  }

  /** A new session got its first answer to a message: the relay is there. */
  answered(): void {
    this.#backoff = BACKOFF_MS.first;
    this.#steady = true;
    if (this.#lostSince === undefined) return;
    this.#lostSince = undefined;
    this.#notice('The relay is back.');
  }

  /** No connection could be opened. Gives the error that ends the run, if this does. `others`: sessions still open. */
  notOpened(error: unknown, others: number): Error | undefined {
    if (!(error instanceof RelayNotOpened)) return error instanceof Error ? error : new Error(String(error));
    const { why } = error.failure;
    const verdict = judgeConnection(error.failure, this.#relay);
    if (verdict.action === 'slow') {
      // It is there, and says that it has had enough for now.
      this.#reached = true;
      const now = this.#clock.monotonic();
      const { connectionsAtMost } = verdict;
      const named = connectionsAtMost === undefined ? {} : { connectionsAtMost };
      this.#pace.pushedBack(now, now, { ...named, connectionsInUse: others });
    }
    if (verdict.action === 'rest' && verdict.scope === 'relay' && this.#reached) {
      this.#pace.rest(this.#clock.monotonic() + restingMs(verdict, this.#clock.now()), verdict.sentence);
      return undefined;
    }
    if (verdict.action !== 'stop' && this.#reached) return this.setBack(why, others);
    const { trouble, said } = endOf(verdict, why);
    return new MailblastError(trouble, `${this.#relay}: ${said}`, { cause: error });
  }

  /** A connection failed on a relay that was reached before: waits longer each time, and gives up in the end. */
  setBack(why: string, others: number): Error | undefined {
    const now = this.#clock.monotonic();
    this.#steady = false;
    // Connections that fail together have one trouble.
    if (now >= this.#openAfter) {
      this.#openAfter = now + this.#backoff;
      this.#backoff = Math.min(this.#backoff * 2, BACKOFF_MS.last);
    }
    if (others > 0) return undefined;
    if (this.#lostSince === undefined) {
      this.#lostSince = now;
      this.#notice(`The relay was lost (${why}); trying again for five minutes.`);
      return undefined;
    }
    if (now - this.#lostSince < LOST_MS) return undefined;
    return new MailblastError(
      'unfinished',
      `The relay ${this.#relay} was lost and did not come back: ${why}. Run the same command again later.`,
    );
  }
}

/** How a run ends whose relay could not be used at all. One that is there and takes no more for now is worth coming back to. */
function endOf(verdict: ConnectVerdict, why: string): { readonly trouble: Trouble; readonly said: string } {
  switch (verdict.action) {
    case 'try_again':
      return { trouble: 'unreachable', said: why };
    case 'slow':
      return { trouble: 'unfinished', said: `${why}. Run the same command again later.` };
    case 'rest':
      return { trouble: 'unfinished', said: `${verdict.sentence} Run the same command again later.` };
    case 'stop':
      return { trouble: verdict.trouble, said: verdict.sentence };
  }
}
