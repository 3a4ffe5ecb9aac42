// A campaign on its way through a simulated provider: the real engine, sessions and ledger, on the test's clock.
// Knows how a run is put together; judges nothing.

import type { Counts } from '../../src/domain/delivery.js';
import type { RunEvent } from '../../src/engine/events.js';
import { send } from '../../src/engine/send.js';
import { Stop } from '../../src/engine/stop.js';
import { parseRelayUrl, type SmtpTarget } from '../../src/relay/relay-url.js';
import { smtpRelay } from '../../src/relay/smtp-relay.js';
import type { FastClock } from '../fast-clock.js';
import type { ProviderRelay } from '../servers/provider-relay.js';
import { TestCampaign } from './campaigns.js';

export interface Course {
  readonly provider: ProviderRelay;
  /** The provider's clock too. */
  readonly clock: FastClock;
  readonly people: number;
  readonly connections: number;
  /** Messages per second, as `--rate` would say. */
  readonly rate: number;
}

export class ThroughProvider {
  readonly #course: Course;
  readonly #house = new TestCampaign();
  #events: RunEvent[] = [];
  #tookMs = 0;

  private constructor(course: Course) {
    this.#course = course;
  }

  /** Imports the list; nothing is sent yet. */
  static async begin(course: Course): Promise<ThroughProvider> {
    const campaign = new ThroughProvider(course);
    await campaign.#house.import(course.people);
    return campaign;
  }

  /** One run, until it is over by itself. */
  async run(): Promise<void> {
    const { provider, clock, connections, rate } = this.#course;
    const target = parseRelayUrl(`smtp://127.0.0.1:${provider.port}`, 'environment') as SmtpTarget;
    const begun = clock.monotonic();
    this.#events = [];
    await send({
      campaign: this.#house.campaign,
      ledger: this.#house.ledger,
      routes: [
        {
          ...{ relay: smtpRelay(target), rate, connections, depth: 1 },
          ...{ maxPerDay: Number.POSITIVE_INFINITY, maxPerHour: Number.POSITIVE_INFINITY, warmUp: [] },
          ...{ weight: undefined, sign: undefined, sender: undefined },
        },
      ],
      settings: {
        ...{ domainRates: [], limit: Number.POSITIVE_INFINITY },
        ...{ notAfter: Number.POSITIVE_INFINITY, maxRejected: 1, retryFor: 24 * 3_600_000 },
        wait: false,
        inDoubt: 'hold',
      },
      clock,
      stop: new Stop(),
      report: (event) => this.#events.push(event),
    });
    this.#tookMs += clock.monotonic() - begun;
  }

  get counts(): Counts {
    return this.#house.ledger.overview(this.#house.campaign).counts;
  }

  /** Milliseconds of the provider's clock that all runs took. */
  get tookMs(): number {
    return this.#tookMs;
  }

  /** Why the last run ended before the campaign was complete. */
  get pausedBy(): string | undefined {
    const last = this.#events.findLast((event) => event.event === 'paused');
    return last?.event === 'paused' ? last.reason : undefined;
  }

  /** Attempts that were charged, for each recipient. */
  get charged(): number[] {
    return [...this.#house.ledger.recipients(this.#house.campaign)].map(({ attempts }) => attempts);
  }

  /** Whom the provider took, by its own journal. */
  get taken(): string[] {
    return this.#course.provider.journal.filter(({ accepted }) => accepted).map(({ to: [to = ''] }) => to);
  }

  /** Of what the provider was asked after a moment of its clock: all, and what it throttled. */
  after(moment: number): { readonly attempts: number; readonly throttled: number } {
    const { taken, throttled } = this.#course.provider;
    const later = (moments: readonly number[]) => moments.filter((at) => at > moment).length;
    return { attempts: later(taken) + later(throttled), throttled: later(throttled) };
  }

  close(): void {
    this.#house.close();
  }
}
