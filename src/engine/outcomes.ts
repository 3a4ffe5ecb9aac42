// What attempts came to, on the way to the ledger, to the brake and to who watches the run.
// Knows no policy: the desk has decided.

import { domainOf } from '../domain/address.js';
import type { Attempt } from '../domain/attempt.js';
import type { Brake } from '../domain/brake.js';
import type { Clock } from '../domain/clock.js';
import type { Delivery, Outcome, State } from '../domain/delivery.js';
import { formatReply } from '../domain/reply.js';
import { isAttemptState, type Reporter } from './events.js';
import type { Recorder } from './recorder.js';

export interface OutcomesParts {
  readonly recorder: Recorder;
  /** The relay's name, as the ledger keeps it. */
  readonly relay: string;
  readonly brake: Brake;
  /** The brake says that the run must stop, with a sentence on why. */
  readonly onBrake: (reason: string) => void;
  readonly clock: Clock;
  readonly report: Reporter;
}

export interface About {
  readonly reply?: Outcome['reply'];
  readonly reason?: string;
  readonly charged: boolean;
  readonly dueAt?: number;
}

export class Outcomes {
  readonly #parts: OutcomesParts;
  /** What the delivery of the attempt that is being settled has become. */
  #became: State = 'pending';

  constructor(parts: OutcomesParts) {
    this.#parts = parts;
  }

  /** Settles an attempt that was begun at a monotonic time, and keeps it unless it was accepted at the first try. */
  settled(delivery: Delivery, attempt: Attempt, begun: number, settle: () => void): void {
    const { recorder, clock, relay } = this.#parts;
    this.#became = 'pending' as State;
    settle();
    const first = delivery.attempts === 0 && delivery.markedAt === undefined;
    if (first && this.#became === 'accepted') return;
    recorder.tried({
      delivery: delivery.id,
      at: clock.now(),
      tookMs: Math.max(0, Math.round(clock.monotonic() - begun)),
      relay,
      stage: attempt.ended === 'unable' ? '' : attempt.stage,
      state: this.#became,
      reply: attempt.ended === 'replied' ? attempt.reply : undefined,
      reason: attempt.ended === 'replied' ? '' : attempt.why,
    });
  }

  record(delivery: Delivery, state: State, about: About): void {
    const { recorder, clock, relay, brake } = this.#parts;
    const at = clock.now();
    const by = state === 'invalid' || state === 'suppressed' ? '' : relay;
    this.#became = state;
    recorder.outcome({
      delivery: delivery.id,
      state,
      at,
      dueAt: about.dueAt ?? 0,
      charged: about.charged,
      reply: about.reply,
      reason: about.reason ?? '',
      relay: by,
    });
    this.#tell(delivery, state, about, by, at);
    const wrong = brake.ended(state, about.reply, domainOf(delivery));
    if (wrong !== undefined) this.#parts.onBrake(wrong);
  }

  #tell(
    delivery: Delivery,
    state: State,
    { reply, reason = '', dueAt }: About,
    relay: string,
    at: number,
  ): void {
    if (!isAttemptState(state)) return;
    this.#parts.report({
      event: state,
      address: delivery.address,
      line: delivery.line,
      reply: reply ? formatReply(reply) : '',
      reason,
      relay,
      at,
      ...(dueAt === undefined ? {} : { due: dueAt }),
    });
  }
}
