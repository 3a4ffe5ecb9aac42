// Whose turn it is when a run has several relays with shares: none gets far ahead of the others, as long as those can
// keep up. One that is slowed by its own answers, or takes nothing for a while, is not waited for, and never makes up
// for it later. Knows shares and times; knows nothing of messages.

import type { Clock } from '../domain/clock.js';

/** A relay that wants turns. */
export interface Taker {
  /** Undefined for 1, where another has a share. */
  readonly weight: number | undefined;
  /** Whether it may take messages now at all. */
  readonly open: boolean;
  /** Whether it is held back below its own rate. */
  readonly slowed: boolean;
  /** Milliseconds from one of its messages to the next, as its rate has it. */
  readonly intervalMs: number;
}

/** Of its own messages, so many a relay may be ahead: none waits for each single turn of another. */
const AHEAD = 3;
/** A relay whose turn it is and that takes nothing for so long is not waited for: it may be connecting, or hang. */
const PATIENCE_MS = 5_000;

interface Account {
  readonly weight: number;
  /** Messages taken, over the weight. */
  taken: number;
  /** When another began to wait for it; undefined when none does. */
  awaitedSince: number | undefined;
  /** It was passed over, and is not owed what it missed. */
  excused: boolean;
}

export class Turns<T extends Taker> {
  readonly #accounts: ReadonlyMap<T, Account> | undefined;
  readonly #clock: Clock;
  readonly #over: AbortSignal;
  readonly #wake: () => void;
  #waited = false;
  #ringsAt = Number.POSITIVE_INFINITY;

  /** `wake` tells those that had to wait to ask again; `over` is aborted when nothing more is begun. */
  constructor(takers: readonly T[], clock: Clock, over: AbortSignal, wake: () => void) {
    const free = takers.every(({ weight }) => weight === undefined);
    const account = ({ weight = 1 }: T): Account => {
      return { weight, taken: 0, awaitedSince: undefined, excused: false };
    };
    this.#accounts = free ? undefined : new Map(takers.map((taker) => [taker, account(taker)]));
    this.#clock = clock;
    this.#over = over;
    this.#wake = wake;
  }

  /** Whether it may take a message now, as far as the others' shares go. */
  mayTake(taker: T): boolean {
    const own = this.#accounts?.get(taker);
    if (this.#accounts === undefined || own === undefined) return true;
    const now = this.#clock.monotonic();
    let may = true;
    for (const [other, account] of this.#accounts) {
      if (account === own || own.taken - account.taken < AHEAD / own.weight) continue;
      account.awaitedSince ??= now;
      const patientUntil = account.awaitedSince + PATIENCE_MS + other.intervalMs;
      if (!other.open || other.slowed || now >= patientUntil) {
        account.excused = true;
        continue;
      }
      this.#ringAt(patientUntil, now);
      this.#waited = true;
      may = false;
    }
    return may;
  }

  took(taker: T): void {
    const own = this.#accounts?.get(taker);
    if (this.#accounts === undefined || own === undefined) return;
    const others = [...this.#accounts].filter(([other]) => other !== taker && other.open);
    if (own.excused && others.length > 0) {
      own.taken = Math.max(own.taken, Math.min(...others.map(([, { taken }]) => taken)));
    }
    own.taken += 1 / own.weight;
    own.awaitedSince = undefined;
    own.excused = false;
    if (!this.#waited) return;
    this.#waited = false;
    // Not at once: a pool must not be asked to take while another is in the middle of it.
    queueMicrotask(this.#wake);
  }

  /** What it took last was not begun. */
  gaveBack(taker: T): void {
    const own = this.#accounts?.get(taker);
    if (own !== undefined) own.taken -= 1 / own.weight;
  }

  #ringAt(at: number, now: number): void {
    if (this.#ringsAt <= at) return;
    this.#ringsAt = at;
    void this.#clock.sleep(at - now, this.#over).then(() => {
      if (this.#ringsAt === at) this.#ringsAt = Number.POSITIVE_INFINITY;
      if (!this.#over.aborted) this.#wake();
    });
  }
}
