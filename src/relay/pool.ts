// The sessions of a run: opened as needed, fed at the configured rate, closed when idle, opened again when lost.
// Knows a relay, a rate and a supply of messages; knows nothing of SMTP, templates or the ledger.

import type { Attempt, Outgoing } from '../domain/attempt.js';
import type { Clock } from '../domain/clock.js';
import type { Pace } from '../domain/pace.js';
import { Bucket } from '../domain/rate.js';
import { Reach } from './reach.js';
import type { Relay, Session, Source } from './relay.js';

/** Where the pool's messages come from and where what became of them goes. */
export interface Supply<T extends Outgoing> {
  /** The next complete message, or undefined when none is at hand now; `wake` tells the pool to ask again. */
  take(): T | undefined;
  /** Whether `take` would probably give one. */
  waiting(): boolean;
  mark(message: T): Promise<void>;
  /** Gives `spent` when the connection takes no further message, and a new one does. */
  ended(message: T, attempt: Attempt): 'spent' | undefined;
}

export interface PoolSettings {
  /** How fast, through how many sessions, and from when on: looked at before each message. */
  readonly pace: Pace;
  /** Told in words when the relay is lost in mid-run and when it is back. */
  readonly notice: (sentence: string) => void;
}

/** A session without a message for so long says QUIT. Relays hold an idle client against it. */
const IDLE_MS = 15_000;

/** RFC 5321 4.2.3: the relay closes the channel. It says nothing of the message, and is no sign of being there. */
const CLOSING = 421;

/** A reason of our own: an abort without one makes an exception with its stack each time. */
const SERVED = 'served';

interface Waiter<T> {
  readonly give: (message: T | undefined) => void;
}

export class Pool<T extends Outgoing> {
  readonly #relay: Relay;
  readonly #supply: Supply<T>;
  readonly #settings: PoolSettings;
  readonly #clock: Clock;
  readonly #bucket: Bucket;
  readonly #reach: Reach;
  /** The sessions that wait for a message, the one used last at the end: the others may fall idle. */
  readonly #waiters: Waiter<T>[] = [];
  readonly #sessions = new Map<Session, Promise<void>>();
  readonly #onFailure: (failure: Error) => void;
  #closing = false;
  #opening: Promise<void> | undefined;
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
    this.#onFailure = onFailure;
  }

  /** Looks again: there may be a message to take. */
  wake(): void {
    this.#pump(this.#clock.monotonic());
  }

  /** Takes no further message, lets every session finish the one in hand and say QUIT. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const waiter of this.#waiters.splice(0)) waiter.give(undefined);
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
      const waiter = this.#waiters.at(-1);
      if (waiter === undefined) return this.#grow(now);
      const message = this.#supply.take();
      if (message === undefined) return;
      this.#bucket.take(moment);
      this.#waiters.pop();
      waiter.give(message);
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

  /** A message may be sent now and every open session is busy: one more, if that is allowed. */
  #grow(now: number): void {
    if (this.#opening !== undefined || this.#sessions.size >= this.#settings.pace.connections(now)) return;
    if (!this.#supply.waiting()) return;
    if (now < this.#reach.openAfter) return this.#ringAt(this.#reach.openAfter);
    this.#opening = this.#open().finally(() => {
      this.#opening = undefined;
      this.wake();
    });
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
    return new Promise((resolve) => {
      let idle: AbortController | undefined;
      let served = false;
      const waiter: Waiter<T> = {
        give: (message) => {
          served = true;
          idle?.abort(SERVED);
          signal.removeEventListener('abort', leave);
          resolve(message);
        },
      };
      const leave = () => {
        const place = this.#waiters.indexOf(waiter);
        if (place < 0) return;
        this.#waiters.splice(place, 1);
        waiter.give(undefined);
      };
      signal.addEventListener('abort', leave);
      this.#waiters.push(waiter);
      this.wake();
      // At full speed there is a message at once, and no timer is needed.
      if (served) return;
      idle = new AbortController();
      void this.#clock.sleep(IDLE_MS, idle.signal).then(() => {
        if (served) return;
        onIdle();
        leave();
      });
    });
  }

  /** For a session that has not ended its message yet, or waits for replies: it stands behind those that do nothing. */
  #nextNow(): T | undefined {
    if (this.#closing || this.#waiters.length > 0) return undefined;
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
