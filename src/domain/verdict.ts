// What the policy can say of an attempt's end or of a connection's failure: plain values, with their ground.
// Types alone; which of them is said when stands in policy.ts, and in the rules of providers.ts.

/** Why it was decided so, for people and scripts. */
export interface Ground {
  /** The rule's name: `ses-sending-rate` for a provider's, `rcpt-5yz` for a row of the table. Never empty. */
  readonly rule: string;
  /** The document it rests on: a URL, or `RFC 5321 4.2.1`. Never empty. */
  readonly source: string;
}

/** Slower, please: the delivery is put back uncharged, and the pace is lowered. */
export interface Slow {
  readonly action: 'slow';
  /** Whose pace: that of everything through this relay, or of the recipient's domain alone. */
  readonly scope: 'relay' | 'domain';
  /** What the relay said it bears: no more connections than this from now on. */
  readonly connectionsAtMost?: number;
}

/** Nothing more for now: the delivery is put back uncharged, and the relay rests. */
export interface Rest {
  readonly action: 'rest';
  readonly scope: 'relay' | 'domain';
  /** Milliseconds from now, after which it may be asked again. Not known to be enough: the next reply tells. */
  readonly restMs: number;
  /** The moment that the relay named instead, milliseconds since 1970. */
  readonly until?: number;
  /** For the user: what the relay said, and what it means. */
  readonly sentence: string;
}

/** The account, the sender or TLS is wrong: the delivery is put back uncharged, and the run ends (R9). */
export interface Halt {
  readonly action: 'stop';
  /** `refused`: login or sender; `unreachable`: no safe connection. */
  readonly trouble: 'refused' | 'unreachable';
  /** For the user: what the relay said, and what to do. */
  readonly sentence: string;
}

/**
 * What an attempt's end means for its delivery, for the relay's pace, or for the whole run.
 * `put_back`: uncharged, to the head of the queue; `spent` when this connection takes no more, and another does. `retry`: charged, by the schedule, or after `afterMs` milliseconds
 * where the reply says so (greylisting).
 */
export type Verdict = Ground &
  (
    | { readonly action: 'accepted' | 'reject' | 'in_doubt' | 'invalid' }
    | { readonly action: 'put_back'; readonly spent?: true }
    | { readonly action: 'retry'; readonly afterMs?: number }
    | Slow
    | Rest
    | Halt
  );

/** The same of a connection that could not be opened. No delivery is at stake; `try_again` is the pool's own backoff. */
export type ConnectVerdict = Ground & ({ readonly action: 'try_again' } | Slow | Rest | Halt);
