// A route: a relay, and what a run has for it alone. A run has one or several. Types only.

import type { Sender } from '../domain/campaign.js';
import type { Rate } from '../domain/rate.js';
import type { Relay } from '../relay/relay.js';
import type { CapSettings } from './cap.js';
import type { Sign } from './letters.js';

/** Nothing is optional: the door fills it in. */
export interface Route extends CapSettings {
  /** Its name is the ledger's key for attempts and caps, so no two routes of a run have the same. */
  readonly relay: Relay;
  readonly rate: Rate;
  /** Sessions at once, at the most. */
  readonly connections: number;
  /** Messages that may be unanswered at once in each of them: with `connections`, its part of the bound of R3. */
  readonly depth: number;
  /** Its share beside the others'; undefined to take whatever its rate allows. Where one has a share, undefined is 1. */
  readonly weight: number | undefined;
  /** Signs each message; undefined when they go unsigned. */
  readonly sign: Sign | undefined;
  /** Whom its messages are from; undefined for the campaign's own sender. Message-IDs are the campaign's either way. */
  readonly sender: Sender | undefined;
}
