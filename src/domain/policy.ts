// What to do about an attempt's end or a connection's failure: all of it, in one table. Pure.
//
//   stage            2yz        4yz              5yz                           no sensible reply
//   connect, EHLO    –          try again later  try again later               try again later
//   TLS              –          try again later  stop                          stop
//   AUTH             –          try again later  stop: the login               stop: the login
//   MAIL             –          retry            stop: the sender, unless the  put back
//                                                size was refused: reject
//   RCPT             –          retry            reject, unless it says that   put back
//                                                we may not relay: stop
//   DATA             –          retry            reject                        put back
//   after the dot    accepted   retry            reject                        in doubt
//
// A recipient that the relay cannot be asked for (SMTPUTF8 is not offered) is invalid, without a word being said.
// `retry` is charged to the recipient and follows the schedule; `put back` is not, and goes to the head of the queue.
// 421 before the body says that the relay is closing, nothing of the recipient: put back. No sense is temporary.

import type { Attempt, ConnectFailure } from './attempt.js';
import { formatReply, type Reply, replyClass } from './reply.js';

/** What an attempt's end means for its delivery, or for the whole run. */
export type Verdict =
  | { readonly action: 'accepted' | 'retry' | 'reject' | 'put_back' | 'in_doubt' | 'invalid' }
  | { readonly action: 'stop'; readonly sentence: string };

const RELAYING_DENIED = /relay(?:ing)? (?:access )?(?:denied|not (?:permitted|allowed))|unable to relay/i;

/** The verdict on an attempt. `stop` means the login or the sender, which the next recipient would not mend. */
export function judgeAttempt(attempt: Attempt): Verdict {
  if (attempt.ended === 'unable') return { action: 'invalid' };
  if (attempt.ended === 'lost') return { action: attempt.lastOctetLeft ? 'in_doubt' : 'put_back' };
  const { stage, reply } = attempt;
  const kind = replyClass(reply);
  if (kind === 2 && stage === 'body') return { action: 'accepted' };
  if (kind !== 4 && kind !== 5) return { action: 'put_back' };
  if (stage !== 'body' && reply.code === 421) return { action: 'put_back' };
  if (kind === 4) return { action: 'retry' };
  if (stage === 'mail' && !isAboutSize(reply)) {
    return {
      action: 'stop',
      sentence: `The relay refused the sender: "${formatReply(reply)}". Check --from, --return-path and the relay's login.`,
    };
  }
  if (stage === 'rcpt' && mayNotRelay(reply)) {
    return {
      action: 'stop',
      sentence: `The relay will not relay for us: "${formatReply(reply)}". Check the relay's user, password and port.`,
    };
  }
  return { action: 'reject' };
}

/** The verdict on a connection that could not be opened: whether to try again, or stop with `trouble`. */
export type ConnectVerdict =
  | { readonly action: 'try_again' }
  | { readonly action: 'stop'; readonly trouble: 'refused' | 'unreachable' };

export function judgeConnection(failure: ConnectFailure): ConnectVerdict {
  const { stage, reply } = failure;
  const temporary = reply !== undefined && replyClass(reply) === 4;
  if (temporary || (stage !== 'tls' && stage !== 'auth')) return { action: 'try_again' };
  return { action: 'stop', trouble: stage === 'tls' ? 'unreachable' : 'refused' };
}

const MINUTE = 60_000;
const SCHEDULE = [1, 5, 15, 60, 240] as const;

/** Milliseconds until the next attempt, after `attempts` of them: 1, 5, 15, 60, then every 240 minutes. */
export function retryDelay(attempts: number): number {
  const step = Math.min(Math.max(attempts, 1), SCHEDULE.length) - 1;
  return SCHEDULE[step]! * MINUTE;
}

/** RFC 1870: 552, or X.3.4, says that this one message is too large. */
function isAboutSize(reply: Reply): boolean {
  return reply.code === 552 || reply.enhanced === '5.3.4';
}

/** RFC 4954: 530 asks for a login. The rest is what relays say to strangers. */
function mayNotRelay(reply: Reply): boolean {
  return reply.code === 530 || RELAYING_DENIED.test(reply.text);
}
