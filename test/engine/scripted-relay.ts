// A relay in memory for tests of the engine: each address has a script of attempts, and a journal keeps what happened.
// Keeps the promises of src/relay/relay.ts; there is no SMTP in it.

import type { Attempt, ConnectFailure, Outgoing } from '../../src/domain/attempt.js';
import { type Relay, RelayNotOpened, type Session, type Source } from '../../src/relay/relay.js';

/** What happens to one attempt. `hang` waits until the session is destroyed, its last octet gone. */
export type Act =
  | {
      readonly code: number;
      readonly stage?: 'mail' | 'rcpt' | 'data' | 'body';
      readonly enhanced?: string;
      readonly text?: string;
    }
  | 'lose'
  | 'lose-after'
  | 'hang';

export class ScriptedRelay implements Relay {
  readonly name = 'scripted';
  readonly rehearsal = false;
  /** Addresses in the order in which the relay took responsibility. */
  readonly accepted: string[] = [];
  /** Every attempt begun, with the moment. */
  readonly attempts: { readonly address: string; readonly at: number }[] = [];
  readonly octets = new Map<string, string[]>();
  opened = 0;
  open_ = 0;
  most = 0;
  /** Awaited within each opening. */
  opening = async (): Promise<void> => {};
  /** Openings under way at once, at the most. */
  mostOpening = 0;
  #opening = 0;
  /** Failures of the next openings, first to last. */
  readonly refusals: (ConnectFailure | undefined)[] = [];
  readonly #scripts: Map<string, Act[]>;
  readonly #clock: { monotonic(): number };
  readonly #takes: () => Promise<void>;

  /** `takes` is awaited within each attempt: the time that the relay needs. */
  constructor(clock: { monotonic(): number }, scripts: Record<string, Act[]> = {}, takes = async () => {}) {
    this.#clock = clock;
    this.#scripts = new Map(Object.entries(scripts).map(([address, acts]) => [address, [...acts]]));
    this.#takes = takes;
  }

  async open(): Promise<Session> {
    const refusal = this.refusals.shift();
    this.#opening++;
    this.mostOpening = Math.max(this.mostOpening, this.#opening);
    await this.opening();
    this.#opening--;
    if (refusal) throw new RelayNotOpened(this.name, refusal);
    this.opened++;
    this.open_++;
    this.most = Math.max(this.most, this.open_);
    const broken = new AbortController();
    return {
      run: (source) => this.#run(source, broken.signal),
      destroy: () => broken.abort(),
    };
  }

  async close(): Promise<void> {}

  async #run<T extends Outgoing>(source: Source<T>, broken: AbortSignal): Promise<void> {
    try {
      for (;;) {
        const message = await source.next(broken);
        if (message === undefined) return;
        const attempt = await this.#attempt(source, message, broken);
        source.ended(message, attempt);
        if (attempt.ended === 'lost') return;
        if (attempt.ended === 'replied' && attempt.reply.code === 421) return;
      }
    } finally {
      this.open_--;
    }
  }

  async #attempt<T extends Outgoing>(source: Source<T>, message: T, broken: AbortSignal): Promise<Attempt> {
    const { recipient } = message.envelope;
    this.attempts.push({ address: recipient, at: this.#clock.monotonic() });
    const act = this.#scripts.get(recipient)?.shift() ?? { code: 250 };
    if (act === 'lose')
      return { ended: 'lost', stage: 'rcpt', lastOctetLeft: false, why: 'the connection was reset' };
    if (typeof act === 'object' && (act.stage ?? 'body') !== 'body') return this.#reply(act.stage!, act);
    try {
      await source.mark(message);
    } catch (error) {
      return { ended: 'lost', stage: 'data', lastOctetLeft: false, why: String(error) };
    }
    const seen = this.octets.get(recipient) ?? [];
    this.octets.set(recipient, [...seen, Buffer.from(message.octets).toString('latin1')]);
    await this.#takes();
    if (act === 'hang')
      await new Promise((resolve) => broken.addEventListener('abort', resolve, { once: true }));
    if (act === 'hang' || act === 'lose-after' || broken.aborted) {
      return { ended: 'lost', stage: 'body', lastOctetLeft: true, why: 'the connection was reset' };
    }
    if (act.code < 300) this.accepted.push(recipient);
    return this.#reply('body', act);
  }

  #reply(
    stage: 'mail' | 'rcpt' | 'data' | 'body',
    { code, enhanced = '', text = 'scripted' }: Exclude<Act, string>,
  ): Attempt {
    return { ended: 'replied', stage, reply: { code, enhanced, text } };
  }
}
