// The sessions of a run: opened as needed, fed at the configured rate, closed when idle, opened again when lost.
// Knows a relay, a rate and a supply of messages; knows nothing of SMTP, templates or the ledger.

import type { Attempt, Outgoing } from '../domain/attempt.js';
import type { Clock } from '../domain/clock.js';
import type { Pace } from '../domain/pace.js';
import { Bucket } from '../domain/rate.js';
import { Reach } from './reach.js';
import type { Relay, Session, Source } from './relay.js';
import { Waiters } from './waiters.js';

/** Where the pool's messages come from and where what became of them goes. */
export interface Supply<T extends Outgoing> {
  /** The next complete message, or undefined when none is at hand now; `wake` tells the pool to ask again. */
  take(): T | undefined;
  /** How many `take` would probably give, one after another. */
  waiting(): number;
  mark(message: T): Promise<void>;
  /** Gives `spent` when the connection takes no further message, and a new one does. */
  ended(message: T, attempt: Attempt): 'spent' | undefined;
  /** As a source's. */
  release(message: T): void;
}

export interface PoolSettings {
  /** How fast, through how many sessions, and from when on: looked at before each message. */
  readonly pace: Pace;
  /** Told in words when the relay is lost in mid-run and when it is back. */
  readonly notice: (sentence: string) => void;
}

/** RFC 5321 4.2.3: the relay closes the channel. It says nothing of the message, and is no sign of being there. */
const CLOSING = 421;

export class Pool<T extends Outgoing> {
  readonly #relay: Relay;
  readonly #supply: Supply<T>;
  readonly #settings: PoolSettings;
  readonly #clock: Clock;
  readonly #bucket: Bucket;
  readonly #reach: Reach;
  readonly #waiters: Waiters<T>;
  readonly #sessions = new Map<Session, Promise<void>>();
  readonly #onFailure: (failure: Error) => void;
  #closing = false;
  /** Sessions that are being opened. */
  #opening = 0;
  #alarm: { readonly at: number; readonly off: AbortController } | undefined;

  /** `onFailure` is told once when the relay cannot be used any longer; the caller then drains and closes. */
  constructor(
    relay: Relay,
    supply: Supply<T>,
    settings: PoolSettings,
    clock: Clock,
    onFailure: (failure: Error) => void,
  ) {
    this.#relay = relay;
    this.#supply = supply;
    this.#settings = settings;
    this.#clock = clock;
    this.#bucket = new Bucket(settings.pace.rate, clock.monotonic());
    this.#reach = new Reach(relay.name, clock, settings);
    this.#waiters = new Waiters(clock);
    this.#onFailure = onFailure;
  }

  /** Looks again: there may be a message to take. */
  wake(): void {
    this.#pump(this.#clock.monotonic());
  }

  /** Takes no further message, lets every session finish the one in hand and say QUIT. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#waiters.dismiss();
    await Promise.all(this.#sessions.values());
  }

  /** Breaks every connection at once. Messages in hand end as lost. */
  destroy(): void {
    this.#closing = true;
    for (const session of this.#sessions.keys()) session.destroy();
  }

  /**
   * Matches a token, a message and a session that waits; opens a session when all that is missing is that.
   * `at` is the moment that counts for the bucket: a late timer must not shift the tokens behind it.
   */
  #pump(at: number): void {
    let moment = at;
    while (!this.#closing) {
      const now = this.#clock.monotonic();
      const due = this.#due(moment);
      if (due > now) return this.#ringAt(due);
      if (this.#waiters.none) return this.#grow(now);
      const message = this.#supply.take();
      if (message === undefined) return;
      this.#bucket.take(moment);
      this.#waiters.give(message);
      moment = now;
    }
  }

  /** When the next message may be begun, by the rate and the pauses that the relay's answers have brought about. */
  #due(at: number): number {
    const { pace } = this.#settings;
    this.#bucket.setRate(pace.rate);
    return Math.max(this.#bucket.due(at), pace.closedUntil);
  }

  #ringAt(monotonic: number): void {
    if (this.#alarm !== undefined && this.#alarm.at <= monotonic) return;
    this.#alarm?.off.abort();
    const off = new AbortController();
    const alarm = { at: monotonic, off };
    this.#alarm = alarm;
    void this.#clock.sleep(monotonic - this.#clock.monotonic(), off.signal).then(() => {
      if (this.#alarm !== alarm) return;
      this.#alarm = undefined;
      this.#pump(monotonic);
    });
  }

  /** Messages may be sent now and every open session is busy: a session more for each of them, as far as is allowed. */
  #grow(now: number): void {
    const waiting = this.#supply.waiting();
    if (waiting === 0) return;
    const free = this.#settings.pace.connections(now) - this.#sessions.size;
    // A relay that has not shown itself yet, or fails, is tried with one connection and not with ten.
    const most = this.#reach.steady ? Math.min(free, waiting, this.#bucket.tokens(now)) : Math.min(free, 1);
    if (most > this.#opening && now < this.#reach.openAfter) return this.#ringAt(this.#reach.openAfter);
    while (this.#opening < most) {
      this.#opening++;
      void this.#open().finally(() => {
        this.#opening--;
        this.wake();
      });
    }
  }

  async #open(): Promise<void> {
    let session: Session;
    try {
      session = await this.#relay.open();
    } catch (error) {
      // A relay of our own (the sandbox) may be closed by now, since nobody waits for this session.
      if (this.#closing) return;
      this.#fail(this.#reach.notOpened(error, this.#sessions.size));
      return;
    }
    this.#reach.opened();
    if (this.#closing) {
      session.destroy();
      return;
    }
    let useful = false;
    let spent = false;
    const source: Source<T> = {
      next: (signal) =>
        spent
          ? Promise.resolve(undefined)
          : this.#next(signal, () => {
              useful = true;
            }),
      nextNow: () => (spent ? undefined : this.#nextNow()),
      notice: (sentence) => this.#settings.notice(sentence),
      mark: (message) => this.#supply.mark(message),
      release: (message) => this.#supply.release(message),
      ended: (message, attempt) => {
        spent ||= this.#supply.ended(message, attempt) === 'spent';
        // A connection whose first message is refused so is as one that was closed, or they would be opened for ever.
        if (attempt.ended === 'replied' && attempt.reply.code !== CLOSING && !spent && !useful) {
          useful = true;
          this.#reach.answered();
        }
      },
    };
    const over = () => {
      this.#sessions.delete(session);
      if (!useful && !this.#closing) {
        this.#fail(this.#reach.setBack('it closed the connection without an answer', this.#sessions.size));
      }
      this.wake();
    };
    // A session never rejects but for a bug, which must end the run and not the process.
    const run = session.run(source).then(over, (bug) => {
      this.#fail(bug);
      over();
    });
    this.#sessions.set(session, run);
  }

  #next(signal: AbortSignal, onIdle: () => void): Promise<T | undefined> {
    if (this.#closing || signal.aborted) return Promise.resolve(undefined);
    if (this.#tooMany(this.#clock.monotonic())) {
      onIdle();
      return Promise.resolve(undefined);
    }
    return this.#waiters.wait(signal, () => this.wake(), onIdle);
  }

  /** For a session that has not ended its message yet, or waits for replies: it stands behind those that do nothing. */
  #nextNow(): T | undefined {
    if (this.#closing || !this.#waiters.none) return undefined;
    const now = this.#clock.monotonic();
    if (this.#due(now) > now || this.#tooMany(now)) return undefined;
    const message = this.#supply.take();
    if (message === undefined) return undefined;
    this.#bucket.take(now);
    // One session that is always served must not keep the others from being opened.
    this.#pump(now);
    return message;
  }

  /** More sessions are open than the relay bears: one that asks for a message says QUIT instead. */
  #tooMany(now: number): boolean {
    return this.#sessions.size > this.#settings.pace.connections(now);
  }

  #fail(failure: Error | undefined): void {
    if (failure === undefined || this.#closing) return;
    this.#closing = true;
    this.#onFailure(failure);
  }
}
