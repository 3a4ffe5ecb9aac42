// Looks at a relay without sending anything: what it offers, how it is secured, whether it lets us in, how far away it
// is. Sees; judges nothing.

import type { ConnectFailure } from '../domain/attempt.js';
import { type Connected, connect } from './connect.js';
import { isReply } from './conversation.js';
import { RelayNotOpened } from './relay.js';
import type { Secured } from './secured.js';
import type { Opening } from './smtp-relay.js';
import type { Extensions } from './transaction.js';

export interface Inspection {
  /** What its answer to EHLO held, behind STARTTLS where that was said; undefined when it was not reached. */
  readonly seen: Seen | undefined;
  /** Why it was not reached, or not safely; or why it did not let us in, when `seen` is there. */
  readonly failure: ConnectFailure | undefined;
  /** Whether there was a login to try. */
  readonly loginTried: boolean;
}

export interface Seen {
  readonly extensions: Extensions;
  /** Undefined in clear. */
  readonly secured: Secured | undefined;
  /** Milliseconds from a NOOP to its reply, the median of several; undefined when it answered none. */
  readonly roundTrip: number | undefined;
}

/** Odd, so that one of them is the median; few, since each costs a round trip. */
const NOOPS = 7;

/** Connects, logs in if there is a login, says NOOP a few times and QUIT. `now` is monotonic, in milliseconds. */
export async function inspect(opening: Opening, now: () => number): Promise<Inspection> {
  const loginTried = opening.given !== undefined;
  try {
    return { seen: await look(await open(opening, true), opening, now), failure: undefined, loginTried };
  } catch (error) {
    const failure = failureOf(error);
    // Where it is the login that failed, or its token that was not to be had, the rest can be seen without. What a
    // second failure says is of no account.
    const refused =
      failure.stage === 'auth' || (failure.stage === 'connect' && opening.given?.token !== undefined);
    const seen = refused
      ? await open(opening, false).then(
          (it) => look(it, opening, now),
          () => undefined,
        )
      : undefined;
    return { seen, failure, loginTried };
  }
}

function open({ target, given, way, timeouts }: Opening, loggingIn: boolean): Promise<Connected> {
  return connect(target, loggingIn ? given : undefined, way, timeouts);
}

async function look(connected: Connected, { timeouts }: Opening, now: () => number): Promise<Seen> {
  const { talk, extensions, secured } = connected;
  const times: number[] = [];
  const say = (line: string, timeout: number) => {
    talk.write(`${line}\r\n`);
    return talk.expect(timeout);
  };
  for (let count = 0; count < NOOPS; count++) {
    const before = now();
    if (!isReply(await say('NOOP', timeouts.greeting))) break;
    times.push(now() - before);
  }
  await say('QUIT', timeouts.quit);
  talk.finish('all was seen', timeouts.quit);
  times.sort((one, other) => one - other);
  return { extensions, secured, roundTrip: times[times.length >> 1] };
}

function failureOf(error: unknown): ConnectFailure {
  if (error instanceof RelayNotOpened) return error.failure;
  throw error;
}
