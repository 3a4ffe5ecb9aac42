// How fast a relay may be asked, by its own answers: down at once when it pushes back, to what it was seen to take, and
// slowly up again. One for each relay. Pure; the caller has the clock.

import type { Rate } from './rate.js';

/** Of what the relay was seen to take, so much is asked of it next: room for its way of counting. */
const CAUTION = 0.95;
/** Pushed back at a rate that it was seen to take, it is asked for a little less; never for much less at once. */
const A_LITTLE = 0.95;
const MUCH_LESS = 0.7;
/** Pushed back again and again with nothing taken, it is left alone for longer each time, milliseconds at the most. */
const LONGEST_PAUSE = 15_000;
/** What it takes is looked at over a short time, and over one that holds a minute's allowance. Milliseconds. */
const SHORT_MS = 2_000;
const LONG_MS = 90_000;
/** The short time holds so many messages at least. */
const SHORT_MESSAGES = 6;
/** Pauses grow by this. */
const LONGER = 1.5;
/**
 * Calm for so long, the rate grows with each second: back to what it was known to bear, and beyond. So a relay that takes
 * one message in two seconds pushes back once in more than twenty.
 */
const CALM_MS = 30_000;
const GROWTH = { back: 0.005, beyond: 0.002 } as const;
/** A connection more is tried after so long without a push-back, unless the relay named a number. */
const CONNECTION_CALM_MS = 5 * 60_000;
/** Never slower than this by itself, messages per second: below it, the pauses are what slows. */
const SLOWEST = 1 / 60;

/** All times are monotonic milliseconds. */
export class Pace {
  readonly #full: Rate;
  readonly #allConnections: number;
  readonly #taken: TakenLately;
  #rate: Rate;
  #connections: number;
  #connectionsNamed = false;
  /** The rate at which the relay pushed back last: what it was seen to bear. */
  #ceiling: Rate;
  /** Answers to what was begun before this are old news. */
  #changedAt = Number.NEGATIVE_INFINITY;
  #grownAt = Number.NEGATIVE_INFINITY;
  #closedUntil = Number.NEGATIVE_INFINITY;
  /** Push-backs in a row with nothing taken in between, and when the first of them came. */
  #blocked = 0;
  #blockedSince = 0;
  #rest: { readonly until: number; readonly sentence: string } | undefined;

  /** `rate` and `connections` are what was configured, and the most there will ever be. */
  constructor(rate: Rate, connections: number) {
    this.#full = rate;
    this.#rate = rate;
    this.#ceiling = rate;
    this.#allConnections = connections;
    this.#connections = connections;
    this.#taken = new TakenLately();
  }

  /** Messages per second, now. */
  get rate(): Rate {
    return this.#rate;
  }

  /** Sessions at once, at the most, now. */
  connections(now: number): number {
    const calm = now - this.#changedAt;
    if (this.#connectionsNamed || calm < CONNECTION_CALM_MS) return this.#connections;
    const more = Math.floor(calm / CONNECTION_CALM_MS);
    return Math.min(this.#allConnections, this.#connections + more);
  }

  /** Before this nothing is to be begun. */
  get closedUntil(): number {
    return Math.max(this.#closedUntil, this.#rest?.until ?? Number.NEGATIVE_INFINITY);
  }

  /** The relay takes nothing until then, by a quota of its own; `sentence` tells the user why. */
  rest(until: number, sentence: string): void {
    if (this.#rest === undefined || until > this.#rest.until) this.#rest = { until, sentence };
  }

  /** The rest that the relay has at this moment, if any. */
  resting(now: number): { readonly until: number; readonly sentence: string } | undefined {
    return this.#rest !== undefined && this.#rest.until > now ? this.#rest : undefined;
  }

  /** Whether it goes slower than configured. */
  get lowered(): boolean {
    return this.#rate < this.#full;
  }

  /** The relay took a message. */
  taken(now: number): void {
    this.#taken.add(now);
    // Closed for long, it counts by a longer time than was looked at: a minute's allowance, as a rule.
    if (this.#blocked > 0 && now - this.#blockedSince > SHORT_MS) {
      this.#lower(this.#taken.rate(now, LONG_MS), now);
    }
    this.#blocked = 0;
    this.#grow(now);
  }

  /**
   * The relay asked for less, in answer to a message begun at `begunAt`, or to a connection. `connectionsAtMost`, if it
   * named a number; `connectionsInUse` when it speaks of connections.
   */
  pushedBack(
    now: number,
    begunAt: number,
    about: { readonly connectionsAtMost?: number; readonly connectionsInUse?: number } = {},
  ): void {
    const { connectionsAtMost, connectionsInUse = this.#connections } = about;
    this.#connectionsNamed ||= connectionsAtMost !== undefined;
    this.#connections = Math.max(1, Math.min(this.#connections, connectionsAtMost ?? connectionsInUse));
    if (begunAt <= this.#changedAt) return;
    this.#changedAt = now;
    const seen = this.#seen(now);
    const less = Math.min(this.#rate * A_LITTLE, seen * CAUTION);
    this.#lower(Number.isFinite(this.#rate) ? Math.max(less, this.#rate * MUCH_LESS) : less, now);
    if (this.#blocked === 0) this.#blockedSince = now;
    this.#blocked++;
    const pause = Math.min(LONGEST_PAUSE, (1000 / this.#rate) * LONGER ** (this.#blocked - 1));
    this.#closedUntil = Math.ceil(now + pause);
  }

  /** Messages per second that the relay took lately; half a message more, for the one that was on its way. */
  #seen(now: number): Rate {
    const short = Math.max(SHORT_MS, (SHORT_MESSAGES / this.#rate) * 1000);
    return Math.min(this.#taken.rate(now, short), this.#taken.rate(now, LONG_MS));
  }

  #lower(rate: Rate, now: number): void {
    if (rate >= this.#rate) return;
    this.#ceiling = this.#rate;
    this.#rate = Math.max(rate, Math.min(SLOWEST, this.#full));
    this.#grownAt = now;
  }

  #grow(now: number): void {
    const calmSince = this.#changedAt + CALM_MS;
    if (!this.lowered || now <= calmSince) return;
    const growth = this.#rate < this.#ceiling ? GROWTH.back : GROWTH.beyond;
    const seconds = (now - Math.max(this.#grownAt, calmSince)) / 1000;
    this.#grownAt = now;
    this.#rate = Math.min(this.#full, this.#rate * (1 + growth) ** seconds);
  }
}

const SLOT_MS = 250;

/** How many messages were taken, by the quarter of a second, for as long as anybody looks back. */
class TakenLately {
  readonly #counts = new Float64Array(LONG_MS / SLOT_MS);
  /** The first answer: until then there was nothing to count. */
  #begun: number | undefined;
  #slot = 0;

  add(now: number): void {
    this.#turn(now);
    this.#counts[this.#slot % this.#counts.length]!++;
  }

  /** Messages per second over the last `ms`, or since the beginning. */
  rate(now: number, ms: number): Rate {
    this.#turn(now);
    const slots = Math.min(Math.round(ms / SLOT_MS), this.#counts.length);
    let sum = 0;
    for (let back = 0; back < slots; back++) {
      const slot = this.#slot - back;
      if (slot >= 0) sum += this.#counts[slot % this.#counts.length]!;
    }
    const from = Math.max(this.#begun ?? now, (this.#slot - slots + 1) * SLOT_MS);
    return (sum + 0.5) / (Math.max(now - from, 1) / 1000);
  }

  /** Empties the slots that have come round again. */
  #turn(now: number): void {
    this.#begun ??= now;
    const slot = Math.floor(now / SLOT_MS);
    const passed = Math.min(slot - this.#slot, this.#counts.length);
    for (let ahead = 1; ahead <= passed; ahead++)
      this.#counts[(this.#slot + ahead) % this.#counts.length] = 0;
    this.#slot = Math.max(slot, this.#slot);
  }
}
