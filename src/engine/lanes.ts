// Whose turn it is when some recipient domains have a rate of their own (`--domain-rate`): a queue for each group of
// domains and one for everybody else, so that a group that is not due holds nobody up. Each walks the ledger with a cursor
// of its own and passes over what is not its own: nothing that waits is kept in memory beyond a queue's few hundred.
// Knows queues and rates; knows nothing of messages or relays.

import { domainOf } from '../domain/address.js';
import type { Campaign } from '../domain/campaign.js';
import type { Clock } from '../domain/clock.js';
import type { Delivery } from '../domain/delivery.js';
import { type DomainGroup, DomainRates } from '../domain/domain-rates.js';
import type { Ledger } from '../store/ledger.js';
import { Queue } from './queue.js';

export interface LanesParts {
  readonly ledger: Pick<Ledger, 'claim'>;
  readonly campaign: Campaign;
  readonly groups: readonly DomainGroup[];
  readonly clock: Clock;
  /** Aborted when the run begins nothing more. */
  readonly over: AbortSignal;
  /** Told when there may be deliveries to take, or none is left for now, or a claim failed. */
  readonly onFilled: (error?: unknown) => void;
}

interface Lane {
  /** Any of the group's domains, which share a rate. */
  readonly domain: string;
  readonly queue: Queue;
}

export class Lanes {
  readonly #rates: DomainRates;
  readonly #lanes: readonly Lane[];
  readonly #byDomain = new Map<string, Lane>();
  readonly #everybodyElse: Queue;
  readonly #parts: LanesParts;
  #ringsAt = Number.POSITIVE_INFINITY;

  constructor(parts: LanesParts) {
    const { ledger, campaign, groups, clock, onFilled } = parts;
    this.#parts = parts;
    this.#rates = new DomainRates(groups, clock.monotonic());
    this.#lanes = groups.map(({ domains: [domain = ''] }) => ({
      domain,
      queue: new Queue(ledger, campaign, clock, onFilled, (each) => this.#laneOf(each)?.domain === domain),
    }));
    for (const [i, { domains }] of groups.entries()) {
      for (const domain of domains) this.#byDomain.set(domain, this.#lanes[i]!);
    }
    this.#everybodyElse = new Queue(ledger, campaign, clock, onFilled, (each) => !this.#laneOf(each));
  }

  /** The next delivery that may be begun now; undefined when a claim is under way, a group has to wait, or all is `dry`. */
  take(): Delivery | undefined {
    for (const { domain, queue } of this.#due()) {
      const next = queue.take();
      if (next === undefined) continue;
      this.#rates.take(domain, this.#parts.clock.monotonic());
      return next;
    }
    return this.#everybodyElse.take();
  }

  /** The delivery taken last was not begun after all, and its group's next need not wait for it. */
  notBegun(delivery: Delivery): void {
    const lane = this.#laneOf(delivery);
    if (lane !== undefined) this.#rates.giveBack(lane.domain);
  }

  /** How many `take` has in hand: of a group with a rate of its own, one. Asks the ledger for more when it has none. */
  get waiting(): number {
    return this.#due().filter(({ queue }) => queue.waiting > 0).length + this.#everybodyElse.waiting;
  }

  /** Nothing in hand, nothing that waits for its group, and nothing was due when the ledger was asked last. */
  get dry(): boolean {
    // A group that is not due is asked too: the run need not wait for its rate to find that nobody is left.
    return [...this.#lanes.map(({ queue }) => queue), this.#everybodyElse].every(
      (queue) => queue.waiting === 0 && queue.dry,
    );
  }

  /** Puts a delivery that was not sent at the head. */
  putBack(delivery: Delivery): void {
    (this.#laneOf(delivery)?.queue ?? this.#everybodyElse).putBack(delivery);
  }

  /** Asks the ledger again: what was deferred may be due by now. */
  refill(): void {
    for (const { queue } of this.#lanes) queue.refill();
    this.#everybodyElse.refill();
  }

  #laneOf(delivery: Delivery): Lane | undefined {
    return this.#byDomain.size === 0 ? undefined : this.#byDomain.get(domainOf(delivery));
  }

  /** The groups that may be sent to now. When the next of the others may, whoever waits is told. */
  #due(): Lane[] {
    if (this.#lanes.length === 0) return [];
    const now = this.#parts.clock.monotonic();
    return this.#lanes.filter(({ domain, queue }) => {
      const due = this.#rates.due(domain, now);
      if (due > now && queue.waiting > 0) this.#ringAt(due, now);
      return due <= now;
    });
  }

  #ringAt(at: number, now: number): void {
    if (this.#ringsAt <= at) return;
    this.#ringsAt = at;
    const { clock, over, onFilled } = this.#parts;
    void clock.sleep(at - now, over).then(() => {
      if (this.#ringsAt === at) this.#ringsAt = Number.POSITIVE_INFINITY;
      if (!over.aborted) onFilled();
    });
  }
}
