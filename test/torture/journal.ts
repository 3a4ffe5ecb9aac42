// The oracle's book: a file to which the relay appends what it decided, written before the reply leaves.
// Knows recipients, replies and octets as they came; knows nothing of mailblast.

import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import type { FakeTransaction, FakeWitness } from '../servers/fake-relay.js';

/** One decision about one recipient. */
export interface Decision {
  /** Nanoseconds of the machine's monotonic clock, which other processes see too. */
  readonly at: bigint;
  readonly to: string;
  readonly kind: 'accepted' | 'later' | 'refused';
  /** SHA-256 of the body's octets; empty for what was decided before there was one. */
  readonly hash: string;
}

export class Journal implements FakeWitness {
  readonly decisions: Decision[] = [];
  /** 4yz and 5yz to MAIL, which name no recipient. */
  mailRefusals = 0;
  /** Ends of bodies that were seen, answered or not. */
  bodies = 0;
  /** Hashes of every whole body by recipient: a second copy must be the first one again (R5). */
  readonly copies = new Map<string, Set<string>>();
  readonly #file: number;
  readonly #look: ((transaction: FakeTransaction) => void) | undefined;

  /** `look` is called when the end of a body came, before it is answered. */
  constructor(path: string, look?: (transaction: FakeTransaction) => void) {
    this.#file = openSync(path, 'a');
    this.#look = look;
  }

  ended(transaction: FakeTransaction): void {
    this.bodies++;
    const hash = hashOf(transaction.octets);
    for (const address of transaction.to) {
      const known = this.copies.get(address) ?? new Set();
      this.copies.set(address, known.add(hash));
    }
    this.#look?.(transaction);
  }

  decided(step: string, reply: string, to: readonly string[], transaction?: FakeTransaction): void {
    const kind = transaction?.accepted ? 'accepted' : reply.startsWith('5') ? 'refused' : 'later';
    if (kind !== 'accepted' && !/^[45]\d\d/.test(reply)) return;
    if (step === 'mail') this.mailRefusals++;
    const hash = transaction === undefined ? '' : hashOf(transaction.octets);
    for (const address of to) {
      const at = process.hrtime.bigint();
      writeSync(this.#file, `${at} ${kind} ${address} ${step} ${reply.slice(0, 3)} ${hash}\n`);
      this.decisions.push({ at, to: address, kind, hash });
    }
  }

  /** What another journal of the same list holds up to a moment: the relay is the same, and remembers. */
  adopt(other: Journal, until: bigint): void {
    this.decisions.push(...other.decisions.filter(({ at }) => at <= until));
    for (const { to, hash } of this.decisions) if (hash !== '') this.copies.set(to, new Set([hash]));
  }

  /** How often each address was accepted, up to a moment. */
  accepted(until?: bigint): Map<string, number> {
    const times = new Map<string, number>();
    for (const { at, to, kind } of this.decisions) {
      if (kind === 'accepted' && (until === undefined || at <= until))
        times.set(to, (times.get(to) ?? 0) + 1);
    }
    return times;
  }

  /** Addresses that were told no, for good or for now. */
  refused(kind: 'later' | 'refused'): Set<string> {
    return new Set(this.decisions.filter((each) => each.kind === kind).map(({ to }) => to));
  }

  close(): void {
    closeSync(this.#file);
  }
}

function hashOf(octets: Uint8Array): string {
  return createHash('sha256').update(octets).digest('hex');
}
