// Recipient domains that take nothing for now, by their own words: until when, and longer each time they say it again.
// Knows domains and times; knows nothing of deliveries.

const MINUTE = 60_000;
/** At first, and at the most, where the domain's words name no time. */
const HELD_MS = { first: MINUTE, last: 60 * MINUTE } as const;

interface Held {
  readonly until: number;
  readonly ms: number;
}

/** All times are milliseconds since 1970. */
export class HeldDomains {
  readonly #held = new Map<string, Held>();

  /** The domain said no. `ms` is for how long, where that is known. Gives until when it is held. */
  hold(domain: string, now: number, ms?: number): number {
    const before = this.#held.get(domain);
    // What was on its way when it said so first says nothing new.
    if (before !== undefined && before.until > now) return before.until;
    const longer = before === undefined ? HELD_MS.first : Math.min(before.ms * 2, HELD_MS.last);
    const held = { until: now + (ms ?? longer), ms: ms ?? longer };
    this.#held.set(domain, held);
    return held.until;
  }

  /** Until when the domain is held, if it is at this moment. */
  until(domain: string, now: number): { readonly until: number; readonly why: string } | undefined {
    const held = this.#held.get(domain);
    if (held === undefined || held.until <= now) return undefined;
    return { until: held.until, why: `${domain} takes no more for now` };
  }
}
