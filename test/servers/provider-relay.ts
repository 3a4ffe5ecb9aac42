// Simulated providers: real SMTP servers on a loopback port that keep a provider's limits, by the test's clock, and say
// so in its words. Words and limits as in src/domain/providers/; a test gives smaller limits where that is quicker.
//
//   const relay = await startProvider('amazon', clock, { perSecond: 14, perDay: 200 });
//   … relay.port … relay.throttled … await relay.stop();
//
// What the documents leave open is chosen here: Amazon answers after the body. Microsoft refuses a fourth message at
// once after its body too (as in github.com/timeoff-management/timeoff-management-application/issues/308), and holds its
// reply back when there were 30 in the last minute ("any excess is throttled and successively carried over to the
// following minutes"). Google's peak is refused at RCPT, and its figure is not published.

import type { Clock } from '../../src/domain/clock.js';
import { type FakeRelay, type FakeRelayOptions, startFakeRelay } from './fake-relay.js';
import { SecondLimit, WindowLimit } from './provider-limits.js';

export type Provider = 'amazon' | 'microsoft' | 'google';

export interface ProviderLimits {
  /** Amazon's and Google's rate. */
  readonly perSecond: number;
  /** Microsoft's rate. */
  readonly perMinute: number;
  /** In any 24 hours. */
  readonly perDay: number;
  /** Messages at once (Microsoft), or connections (Google). */
  readonly connections: number;
}

/** What each keeps to unless told otherwise. */
const LIMITS: Readonly<Record<Provider, ProviderLimits>> = {
  amazon: { perSecond: 14, perMinute: Infinity, perDay: 200, connections: Infinity },
  microsoft: { perSecond: Infinity, perMinute: 30, perDay: 10_000, connections: 3 },
  google: { perSecond: 20, perMinute: Infinity, perDay: 10_000, connections: 10 },
};

export interface ProviderRelay extends FakeRelay {
  /** Moments of the test's monotonic clock at which an attempt was throttled; quotas are not among them. */
  readonly throttled: readonly number[];
  /** Moments at which a message was taken. */
  readonly taken: readonly number[];
}

const DAY_MS = 86_400_000;
const HOSTNAME = '[Hostname=AM0PR01MB0001.eurprd01.prod.exchangelabs.com]';

export async function startProvider(
  provider: Provider,
  clock: Clock,
  limits: Partial<ProviderLimits> = {},
): Promise<ProviderRelay> {
  const house = new Counted(clock, { ...LIMITS[provider], ...limits });
  const scripts = { amazon, microsoft, google };
  const relay = await startFakeRelay({ script: scripts[provider](house, () => relay) });
  return Object.assign(relay, { throttled: house.throttled, taken: house.taken });
}

type Script = NonNullable<FakeRelayOptions['script']>;

function amazon(house: Counted): Script {
  return {
    greeting: '220 email-smtp.amazonaws.com ESMTP SimpleEmailService-d-000000000 test',
    body: () => {
      if (house.dayIsFull()) return '454 Throttling failure: Daily message quota exceeded.';
      if (!house.secondAdmits())
        return house.throttle('454 Throttling failure: Maximum sending rate exceeded.');
      return house.take('250 Ok 0102018f00000000-00000000-0000-0000-0000-000000000000-000000');
    },
  };
}

function microsoft(house: Counted, relay: () => FakeRelay): Script {
  const sending = new Set<number>();
  return {
    greeting: '220 AM0PR01CA0001.outlook.office365.com Microsoft ESMTP MAIL Service ready',
    mail: ({ connection }) => {
      for (const other of sending) if (!relay().isOpen(other)) sending.delete(other);
      sending.add(connection);
      return undefined;
    },
    body: async ({ connection }) => {
      const place = [...sending].indexOf(connection);
      if (place >= house.limits.connections) {
        sending.delete(connection);
        return house.throttle(
          `432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more information. ${HOSTNAME}`,
        );
      }
      if (!house.dayIsFull()) await house.roomInMinute();
      sending.delete(connection);
      if (house.dayIsFull()) {
        return `554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process message due to a permanent exception ${HOSTNAME}`;
      }
      return house.take(`250 2.0.0 OK <0@example.com> ${HOSTNAME}`);
    },
    rset: ({ connection }) => {
      sending.delete(connection);
      return undefined;
    },
  };
}

function google(house: Counted, relay: () => FakeRelay): Script {
  return {
    greeting: '220 smtp-relay.gmail.com ESMTP a640c23a62f3a-test - gsmtp',
    ehlo: () => {
      if (relay().open <= house.limits.connections) return undefined;
      return {
        reply: house.throttle(
          '421 4.7.0 Try again later, closing connection. (EHLO) a640c23a62f3a-test - gsmtp',
        ),
        after: 'close',
      };
    },
    rcpt: () => {
      if (house.secondAdmits()) return undefined;
      return house.throttle(
        '450-4.2.1 Peak SMTP relay limit exceeded for customer. This is a temporary\n450 4.2.1 error. a640c23a62f3a-test - gsmtp',
      );
    },
    body: () => {
      if (house.dayIsFull()) {
        return '550-5.4.5 Daily SMTP relay limit exceeded for user. For more information on SMTP\n550 5.4.5 relay sending limits please contact your administrator. a640c23a62f3a-test - gsmtp';
      }
      return house.take('250 2.0.0 OK  1732449600 a640c23a62f3a-test - gsmtp');
    },
  };
}

/** The counters of one simulated account. */
class Counted {
  readonly limits: ProviderLimits;
  readonly throttled: number[] = [];
  readonly taken: number[] = [];
  readonly #clock: Clock;
  readonly #second: SecondLimit | undefined;
  readonly #minute: WindowLimit;
  readonly #day: WindowLimit;

  constructor(clock: Clock, limits: ProviderLimits) {
    this.#clock = clock;
    this.limits = limits;
    const { perSecond, perMinute, perDay } = limits;
    this.#second = perSecond === Infinity ? undefined : new SecondLimit(perSecond, clock.monotonic());
    this.#minute = new WindowLimit(perMinute, 60_000);
    this.#day = new WindowLimit(perDay, DAY_MS);
  }

  dayIsFull(): boolean {
    const now = this.#clock.monotonic();
    return this.#day.opens(now) > now;
  }

  secondAdmits(): boolean {
    return this.#second?.admits(this.#clock.monotonic()) ?? true;
  }

  /** Waits until the minute has room, in the order of asking. */
  async roomInMinute(): Promise<void> {
    const now = this.#clock.monotonic();
    const opens = this.#minute.opens(now);
    this.#minute.take(opens);
    await this.#clock.sleep(opens - now);
  }

  throttle(reply: string): string {
    this.throttled.push(this.#clock.monotonic());
    return reply;
  }

  take(reply: string): string {
    const now = this.#clock.monotonic();
    this.#day.take(now);
    this.taken.push(now);
    return reply;
  }
}
