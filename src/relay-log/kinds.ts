// The kinds of logs that can be read: a row each, with what shows that a file is one. A new relay's log is a row here
// and a file beside this one.

import { events } from './events.js';
import { exim } from './exim.js';
import { postfix } from './postfix.js';

/**
 * What a line says of a message: `taken`, the relay has taken responsibility for it; `begun`, it has seen its
 * beginning; `refused`, it has said no to it.
 */
export interface Sign {
  readonly messageId: string;
  readonly says: 'taken' | 'begun' | 'refused';
}

/** The Message-ID, without angle brackets, of a wanted message by any name that a log may have for it. */
export type Wanted = (name: string) => string | undefined;

export interface LogKind {
  readonly name: string;
  /** A line of this kind, whatever it says. */
  readonly line: RegExp;
  /** Reads the lines of a log in their order. Gives undefined for a line that says nothing of a wanted message. */
  reader(wanted: Wanted): (line: string) => Sign | undefined;
}

export const LOG_KINDS: readonly LogKind[] = [postfix, exim, events];
