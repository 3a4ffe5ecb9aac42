// The desk between stock and pool: hands out the next message when a session wants one, asks for its mark,
// and makes an outcome of its end. Knows the policy; knows nothing of sockets and SQL.

import { domainOf } from '../domain/address.js';
import type { Attempt } from '../domain/attempt.js';
import type { Clock } from '../domain/clock.js';
import type { Delivery, Outcome } from '../domain/delivery.js';
import { MailblastError, UnmergeableRow } from '../domain/errors.js';
import type { Pace } from '../domain/pace.js';
import { judgeAttempt, restingMs, retryDelay, type Verdict } from '../domain/policy.js';
import { formatReply } from '../domain/reply.js';
import { whySuppressed } from '../domain/suppression.js';
import type { Supply } from '../relay/pool.js';
import type { Suppressions } from '../store/suppressions.js';
import type { Cap } from './cap.js';
import type { DeskParts, DeskSettings } from './desk-parts.js';
import type { Reporter } from './events.js';
import type { Gate } from './gate.js';
import { HeldDomains } from './held-domains.js';
import type { PersonalMessage } from './letters.js';
import type { Outcomes } from './outcomes.js';
import { CapReached, type Recorder } from './recorder.js';
import { Stock } from './stock.js';
import type { Stop } from './stop.js';

export class Desk implements Supply<PersonalMessage> {
  readonly #stock: Stock;
  readonly #recorder: Recorder;
  readonly #suppressions: Pick<Suppressions, 'of'>;
  readonly #cap: Cap;
  readonly #pace: Pace;
  readonly #gate: Gate;
  readonly #outcomes: Outcomes;
  readonly #domains = new HeldDomains();
  readonly #settings: DeskSettings;
  readonly #clock: Clock;
  readonly #stop: Stop;
  readonly #onRefused: (failure: MailblastError) => void;
  readonly #report: Reporter;
  #inHand = 0;
  #onQuiet: (() => void) | undefined;

  constructor(parts: DeskParts) {
    this.#recorder = parts.recorder;
    this.#suppressions = parts.suppressions;
    this.#cap = parts.cap;
    this.#pace = parts.pace;
    this.#gate = parts.gate;
    this.#outcomes = parts.outcomes;
    this.#settings = parts.settings;
    this.#clock = parts.clock;
    this.#stop = parts.stop;
    this.#onRefused = parts.onRefused;
    this.#report = parts.report;
    this.#stop.drain.addEventListener('abort', () => this.lookUp(), { once: true });
    this.#stock = new Stock(parts.queue, parts.letters, {
      ahead: parts.settings.ahead,
      now: () => parts.clock.now(),
      refused: (delivery) => this.#refused(delivery),
      onFailure: (delivery, error) => this.#notWritten(delivery, error),
      onReady: parts.onReady,
    });
  }

  /** Whether there is something that could be begun, but for limit and cap. */
  get stocked(): boolean {
    return !this.#stock.dry;
  }

  waiting(): number {
    return this.#gate.open ? this.#stock.waiting : 0;
  }

  take(): PersonalMessage | undefined {
    const message = this.#gate.open ? this.#stock.take() : undefined;
    if (message === undefined) {
      this.lookUp();
      return undefined;
    }
    this.#inHand++;
    this.#gate.begin();
    message.begun = this.#clock.monotonic();
    return message;
  }

  async mark(message: PersonalMessage): Promise<void> {
    message.marked = true;
    try {
      await this.#recorder.mark({
        delivery: message.delivery.id,
        at: message.date,
        now: this.#clock.now(),
        relay: this.#settings.relay,
        caps: this.#cap.limits,
      });
    } catch (error) {
      // The session breaks its connection off, and the delivery goes back to the queue as if it was never taken.
      if (error instanceof CapReached) {
        message.marked = false;
        this.#cap.refused();
      }
      throw error;
    }
    this.#cap.known();
  }

  ended(message: PersonalMessage, attempt: Attempt): 'spent' | undefined {
    this.#inHand--;
    if (!message.marked) this.#cap.known();
    const verdict = judgeAttempt(attempt, this.#settings.relay);
    const settle = () => this.#settle(message, attempt, verdict);
    this.#outcomes.settled(message.delivery, attempt, message.begun, settle);
    this.lookUp();
    return verdict.action === 'put_back' && verdict.spent ? 'spent' : undefined;
  }

  release(message: PersonalMessage): void {
    this.#stock.release(message);
  }

  /** Resolves when nothing is in hand, and nothing is due or may be begun; or when the run is to stop. */
  quiet(): Promise<void> {
    return new Promise((resolve) => {
      this.#onQuiet = resolve;
      this.lookUp();
    });
  }

  /** Nothing is in hand, and nothing is due or may be begun. */
  get idle(): boolean {
    return this.#inHand === 0 && (this.#stock.dry || !this.#gate.open);
  }

  /** Whether anything is written ahead, or in the making. */
  get ahead(): boolean {
    return this.#stock.ahead;
  }

  /** Puts what was written ahead back: other relays may take it. */
  handBack(): void {
    this.#stock.handBack();
  }

  /** Tells who waits for quiet, if it is. */
  lookUp(): void {
    if (!this.idle && !this.#stop.drain.aborted) return;
    this.#onQuiet?.();
    this.#onQuiet = undefined;
  }

  /** Looked up now, not when the list was read: who unsubscribes during the run is not mailed. */
  #refused(delivery: Delivery): boolean {
    const suppression = this.#suppressions.of(delivery.key);
    if (suppression !== undefined) {
      this.#outcomes.record(delivery, 'suppressed', { reason: whySuppressed(suppression), charged: false });
      return true;
    }
    const held = this.#domains.until(domainOf(delivery), this.#clock.now());
    if (held !== undefined) this.#putOff(delivery, held.until, held.why);
    return held !== undefined;
  }

  /** A delivery whose recipient's domain takes nothing for now. It is not charged with that. */
  #putOff(delivery: Delivery, until: number, why: string, reply?: Outcome['reply']): void {
    this.#outcomes.record(delivery, 'deferred', { reply, reason: why, charged: false, dueAt: until });
  }

  /** The row's own fault makes it invalid; anything else would befall the next one too. */
  #notWritten(delivery: Delivery, error: unknown): boolean {
    if (error instanceof UnmergeableRow) {
      this.#outcomes.record(delivery, 'invalid', { reason: error.message, charged: false });
      return true;
    }
    this.#stock.putBack(delivery);
    this.#stop.fail(error instanceof Error ? error : new Error(String(error)));
    return false;
  }

  #settle(message: PersonalMessage, attempt: Attempt, verdict: Verdict): void {
    const { delivery } = message;
    const reply = attempt.ended === 'replied' ? attempt.reply : undefined;
    const reason = attempt.ended === 'replied' ? '' : attempt.why;
    switch (verdict.action) {
      case 'accepted':
        this.#pace.taken(this.#clock.monotonic());
        return this.#outcomes.record(delivery, 'accepted', { reply, charged: true });
      case 'reject':
        return this.#outcomes.record(delivery, 'rejected', { reply, charged: true });
      case 'invalid':
        return this.#outcomes.record(delivery, 'invalid', { reason, charged: false });
      case 'in_doubt':
        return this.#outcomes.record(delivery, 'in_doubt', { reason, charged: true });
      case 'retry':
        return this.#retry(delivery, reply, reason, verdict.afterMs);
      case 'stop':
        this.#putBack(message, reply, reason);
        return this.#onRefused(new MailblastError(verdict.trouble, verdict.sentence));
      case 'rest':
      case 'slow':
        return this.#pushedBack(message, verdict, reply);
      case 'put_back':
        return this.#putBack(message, reply, reason);
    }
  }

  #retry(delivery: Delivery, reply: Outcome['reply'], reason: string, afterMs?: number): void {
    const now = this.#clock.now();
    const due = now + (afterMs ?? retryDelay(delivery.attempts + 1, delivery.key));
    const givenUp = due > (delivery.firstAttemptAt ?? now) + this.#settings.retryFor;
    if (givenUp) this.#outcomes.record(delivery, 'expired', { reply, reason, charged: true });
    else this.#outcomes.record(delivery, 'deferred', { reply, reason, charged: true, dueAt: due });
  }

  /** The relay wants less, or nothing for now; the recipient has no part in it and is not charged. */
  #pushedBack(
    message: PersonalMessage,
    verdict: Extract<Verdict, { readonly action: 'slow' | 'rest' }>,
    reply: Outcome['reply'],
  ): void {
    const { delivery } = message;
    if (verdict.scope === 'domain') {
      const domain = domainOf(delivery);
      const rest = verdict.action === 'rest' ? restingMs(verdict, this.#clock.now()) : undefined;
      const until = this.#domains.hold(domain, this.#clock.now(), rest);
      this.#gate.giveBack();
      return this.#putOff(delivery, until, `${domain} takes no more for now`, reply);
    }
    this.#putBack(message, reply, '');
    const now = this.#clock.monotonic();
    if (verdict.action === 'rest') {
      return this.#pace.rest(now + restingMs(verdict, this.#clock.now()), verdict.sentence);
    }
    const was = this.#pace.lowered;
    const { connectionsAtMost } = verdict;
    this.#pace.pushedBack(now, message.begun, connectionsAtMost === undefined ? {} : { connectionsAtMost });
    if (was || reply === undefined) return;
    const text = `The relay asks for less ("${formatReply(reply)}"): going slower, and faster again as it allows.`;
    this.#report({ event: 'notice', text });
  }

  /** Back to the head of the queue; the ledger hears of it only if it had heard of the mark. */
  #putBack(message: PersonalMessage, reply: Outcome['reply'], reason: string): void {
    const { delivery } = message;
    this.#gate.giveBack();
    if (message.marked) {
      this.#outcomes.record(delivery, 'pending', { reply, reason, charged: false, dueAt: delivery.dueAt });
    }
    this.#stock.putBack(message.marked ? { ...delivery, markedAt: message.date } : delivery);
  }
}
