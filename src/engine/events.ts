// What a run tells while it goes on. The command line makes a bar, lines or JSON of it. Types only.

import type { Counts, State } from '../domain/delivery.js';
import type { Portion } from '../domain/plan.js';

/** Times are milliseconds since 1970. Names may be added, never changed: `--json` prints them as they are. */
export type RunEvent =
  | {
      readonly event: 'start';
      readonly campaign: string;
      /** Pending and deferred. */
      readonly left: number;
      /** The relay's name; of several, separated by commas. */
      readonly relay: string;
      /** Messages per second, of all relays together; null for unlimited. */
      readonly rate: number | null;
      readonly connections: number;
      /** After a crash of this run at most so many are in doubt. */
      readonly in_doubt_at_most: number;
      /** In doubt from earlier runs, as decided by `--in-doubt`. */
      readonly held: number;
      readonly resent: number;
      readonly assumed: number;
      /** Suppressed by an earlier run, and not any longer. */
      readonly unsuppressed: number;
      /** When they will leave, as far as rate and caps tell. */
      readonly plan: readonly Portion[];
      /** Each relay with its own figures. */
      readonly relays: readonly {
        readonly relay: string;
        readonly rate: number | null;
        readonly connections: number;
        /** Its share; null when none has one. */
        readonly weight: number | null;
      }[];
    }
  | {
      readonly event:
        | 'accepted'
        | 'deferred'
        | 'rejected'
        | 'in_doubt'
        | 'expired'
        | 'invalid'
        | 'suppressed';
      readonly address: string;
      readonly line: number;
      readonly reply: string;
      readonly reason: string;
      /** The relay's name; empty when none was asked. */
      readonly relay: string;
      readonly at: number;
      /** For `deferred`: when it is tried again. */
      readonly due?: number;
    }
  | { readonly event: 'notice'; readonly text: string }
  | {
      /** One of several relays cannot be used; the others go on, unless it was the last. */
      readonly event: 'relay_down';
      readonly relay: string;
      readonly reason: string;
      readonly last: boolean;
    }
  | {
      readonly event: 'paused';
      readonly reason: 'due_later' | 'limit' | 'in_doubt' | 'cap' | 'rest' | 'not_after' | 'brake';
      readonly until: number | null;
      /** For `cap`: over how long the cap counts that is reached. */
      readonly cap?: 'hour' | 'day' | 'warm_up';
      /** For `cap`: how many messages it allows. */
      readonly messages?: number;
      /** For `cap` and `rest`, where there are several relays: the one that may be asked again first. */
      readonly relay?: string;
    }
  | {
      readonly event: 'done';
      readonly campaign: string;
      readonly state: 'complete' | 'interrupted' | 'paused';
      readonly counts: Counts;
      readonly next_due: number | null;
    };

/** The events that tell of one delivery's attempt. */
export type AttemptEvent = Extract<RunEvent, { readonly address: string }>;

export type Reporter = (event: RunEvent) => void;

/** States that an attempt's event carries as its name. */
export function isAttemptState(state: State): state is AttemptEvent['event'] {
  return ['accepted', 'deferred', 'rejected', 'in_doubt', 'expired', 'invalid', 'suppressed'].includes(state);
}
