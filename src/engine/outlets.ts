// The relays of a run, one or several, and what is between them: whose turn it is, who takes over for one that is closed,
// and when all of them are quiet. Knows outlets; knows nothing of messages, sessions or the ledger's writes.

import { MailblastError } from '../domain/errors.js';
import type { Overview } from '../store/ledger.js';
import type { Lanes } from './lanes.js';
import { type Holder, Line, type Lines } from './line.js';
import { mayComeBack, Outlet, type OutletParts } from './outlet.js';
import type { Pause } from './pause.js';
import type { Route } from './route.js';
import { Turns } from './turns.js';

/** A relay that was down is tried again after so long, while others do its work. */
const AGAIN_MS = 60_000;

export interface OutletsParts extends Omit<OutletParts, 'onFailure' | 'onBack'> {
  readonly routes: readonly Route[];
  readonly queue: Lanes;
  /** Aborted when nothing more is begun. */
  readonly over: AbortSignal;
}

export class Outlets {
  readonly #all: readonly Outlet[];
  readonly #parts: OutletsParts;
  /** Relays of which it is told that they are down. */
  readonly #toldDown = new Set<Outlet>();

  constructor(parts: OutletsParts) {
    this.#parts = parts;
    const { routes, queue, clock, over } = parts;
    const several = routes.length > 1;
    const told = {
      onFailure: (outlet: Outlet, failure: Error) => this.#failed(outlet, failure),
      onBack: (outlet: Outlet) => this.#back(outlet),
    };
    this.#all = routes.map((route) => new Outlet(route, { ...parts, ...told }, several));
    const wake = () => this.wake();
    const shared: Lines = {
      ...{ queue, wake, lines: new Map() },
      turns: new Turns<Holder>(this.#all, clock, over, wake),
      changed: (holder) => this.#changed(holder),
    };
    for (const outlet of this.#all) outlet.begin(several ? new Line(outlet, shared) : queue, wake);
  }

  /** Looks again, at every relay: there may be messages to take. */
  wake(): void {
    for (const outlet of this.#all) outlet.wake();
  }

  /** Looks whether they are quiet: a moment has passed. */
  lookUp(): void {
    for (const outlet of this.#all) outlet.lookUp();
  }

  /** Resolves when nothing is in hand anywhere, and nothing is due or may be begun; or when the run is to stop. */
  async quiet(): Promise<void> {
    const { drain } = this.#parts.stop;
    // What one relay could not take, another may have taken meanwhile.
    for (;;) {
      await Promise.all(this.#all.map((outlet) => outlet.quiet()));
      if (drain.aborted || this.#all.every(({ idle }) => idle)) return;
    }
  }

  /** Whether there is something that could be begun, but for limit and caps. */
  get stocked(): boolean {
    return this.#all.some(({ stocked }) => stocked);
  }

  /** Why no relay takes anything now although something is left, and when the first one may again. */
  pause(overview: Overview): Pause | undefined {
    const up = this.#all.filter(({ failure }) => failure === undefined);
    let first: Pause | undefined;
    for (const outlet of up) {
      const pause = outlet.pause(overview);
      if (pause === undefined) return undefined;
      if (first !== undefined && first.until <= pause.until) continue;
      first = up.length === this.#all.length && up.length === 1 ? pause : named(pause, outlet);
    }
    return first;
  }

  /** How often a field without a fallback was empty, by field, over all relays. */
  get emptyFields(): ReadonlyMap<string, number> {
    const sums = new Map<string, number>();
    for (const { letters } of this.#all) {
      for (const [field, times] of letters.emptyFields) sums.set(field, (sums.get(field) ?? 0) + times);
    }
    return sums;
  }

  /** Takes no further message; resolves when every session is over and every relay is closed. */
  async close(): Promise<void> {
    await Promise.all(this.#all.map((outlet) => outlet.close()));
  }

  /** Breaks every connection at once. */
  destroy(): void {
    for (const outlet of this.#all) outlet.destroy();
  }

  /** A relay cannot be used. The others go on where there are any; where there are none, that ends the run. */
  #failed(outlet: Outlet, failure: Error): void {
    const { stop, report, clock, over } = this.#parts;
    if (this.#all.length === 1 || !(failure instanceof MailblastError)) return stop.fail(failure);
    if (outlet.failure !== undefined) return;
    outlet.shut(failure);
    const last = this.#all.every(({ failure: other }) => other !== undefined);
    const end = last ? this.#worst() : undefined;
    // What the run ends with is told by its end.
    if (!this.#toldDown.has(outlet) && failure !== end) {
      this.#toldDown.add(outlet);
      report({ event: 'relay_down', relay: outlet.name, reason: failure.message, last });
    }
    if (end !== undefined) return stop.fail(end);
    if (mayComeBack(failure)) {
      void clock.sleep(AGAIN_MS, over).then(() => {
        if (over.aborted) return;
        outlet.reopen();
        this.wake();
      });
    }
    this.wake();
  }

  #back(outlet: Outlet): void {
    if (!this.#toldDown.delete(outlet)) return;
    this.#parts.report({ event: 'notice', text: `${outlet.name} is there again.` });
  }

  /** What the run ends with when every relay is down: one that was there, and is worth coming back to, before the others. */
  #worst(): Error {
    const failures = this.#all.flatMap(({ failure }) => failure ?? []);
    const later = failures.find((each) => each instanceof MailblastError && each.trouble === 'unfinished');
    return later ?? failures[0]!;
  }

  /** One relay was found closed while another works, or open again. */
  #changed(holder: Holder): void {
    if (holder.open) return queueMicrotask(() => this.wake());
    const outlet = this.#all.find((each) => each === holder);
    if (outlet === undefined || outlet.failure !== undefined) return;
    const { campaign, ledger, report } = this.#parts;
    const pause = outlet.pause(ledger.overview(campaign));
    if (pause === undefined) return;
    const why = pause.sentence ?? 'It was handed as much as its cap allows.';
    report({ event: 'notice', text: `${outlet.name}: ${why} The others go on.` });
  }
}

function named(pause: Pause, { name }: Outlet): Pause {
  return { ...pause, event: { ...pause.event, relay: name } };
}
