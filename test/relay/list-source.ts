// A source that hands out a list of messages and writes down what became of each; and messages to put into it.

import type { Attempt, Outgoing } from '../../src/domain/attempt.js';
import type { Session, Source } from '../../src/relay/relay.js';

export interface ListSource extends Source<Outgoing> {
  /** Attempts in the order of their ends. */
  readonly attempts: Attempt[];
  /** `mark 1`, `ended 1`, … in the order of the calls; messages count from 1. */
  readonly calls: string[];
  /** What the user was told. */
  readonly notices: string[];
}

/** Messages are given out at once and in order. `mark` is asked with the message's number; at once unless told. */
export function listSource(
  messages: readonly Outgoing[],
  mark: (number: number) => Promise<void> = async () => {},
): ListSource {
  const attempts: Attempt[] = [];
  const calls: string[] = [];
  const notices: string[] = [];
  let given = 0;
  return {
    attempts,
    calls,
    notices,
    next: async (signal) => (signal.aborted ? undefined : messages[given++]),
    nextNow: () => messages[given++],
    notice: (sentence) => notices.push(sentence),
    mark: (message) => {
      const number = messages.indexOf(message) + 1;
      calls.push(`mark ${number}`);
      return mark(number);
    },
    ended: (message, attempt) => {
      calls.push(`ended ${messages.indexOf(message) + 1}`);
      attempts.push(attempt);
    },
  };
}

/** Runs the session over the messages and gives their attempts. */
export async function sendAll(session: Session, messages: readonly Outgoing[]): Promise<Attempt[]> {
  const source = listSource(messages);
  await session.run(source);
  return source.attempts;
}

/** A small complete message; `body` has CRLF line ends, without the last one. */
export function letter(number = 1, body = `Hello number ${number}.`): Outgoing {
  return {
    envelope: { returnPath: 'news@example.com', recipient: `reader${number}@example.org` },
    octets: Buffer.from(`Message-ID: <${number}@example.com>\r\nSubject: News\r\n\r\n${body}\r\n`),
  };
}

/** What an attempt came to, in a few words for a table: `replied body 250`, `lost data`, `lost body, last octet left`. */
export function inWords(attempt: Attempt | undefined): string {
  if (attempt === undefined) return 'no attempt';
  if (attempt.ended === 'replied') return `replied ${attempt.stage} ${attempt.reply.code}`;
  if (attempt.ended === 'unable') return `unable: ${attempt.why}`;
  return `lost ${attempt.stage}${attempt.lastOctetLeft ? ', last octet left' : ''}`;
}
