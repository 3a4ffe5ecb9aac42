// What the desk is put together from. Types only.

import type { Clock } from '../domain/clock.js';
import type { MailblastError } from '../domain/errors.js';
import type { Pace } from '../domain/pace.js';
import type { Suppressions } from '../store/suppressions.js';
import type { Cap } from './cap.js';
import type { Writer } from './editions.js';
import type { Reporter } from './events.js';
import type { Gate } from './gate.js';
import type { Source } from './line.js';
import type { Outcomes } from './outcomes.js';
import type { Recorder } from './recorder.js';
import type { Stop } from './stop.js';

export interface DeskSettings {
  /** The relay's name, as the ledger keeps it. */
  readonly relay: string;
  /** Milliseconds from a delivery's first attempt, after which it is given up. */
  readonly retryFor: number;
  /** Signed messages made ahead of need. */
  readonly ahead: number;
}

export interface DeskParts {
  readonly queue: Source;
  readonly letters: Writer;
  readonly recorder: Recorder;
  readonly suppressions: Pick<Suppressions, 'of'>;
  readonly gate: Gate;
  readonly outcomes: Outcomes;
  readonly cap: Cap;
  readonly pace: Pace;
  readonly settings: DeskSettings;
  readonly clock: Clock;
  readonly stop: Stop;
  /** Told when the relay must not be used any more: what it said is no matter of one message. */
  readonly onRefused: (failure: MailblastError) => void;
  readonly report: Reporter;
  /** A message came in that was not there when a session asked for one. */
  readonly onReady: () => void;
}
