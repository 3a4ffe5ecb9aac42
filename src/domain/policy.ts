// What to do about an attempt's end or a connection's failure: all of it, in one table. Pure.
//
//   stage            2yz        4yz              5yz                           no sensible reply
//   connect, EHLO    –          try again later  try again later               try again later
//   TLS              –          try again later  stop                          stop
//   AUTH             –          try again later  stop: the login               try again later
//   MAIL             –          retry            stop: the sender              put back
//   RCPT             –          retry            reject                        put back
//   DATA             –          retry            reject                        put back
//   after the dot    accepted   retry            reject                        in doubt
//
// What rules know better: a provider's (providers/), then the standards' (standards.ts). A rule needs the basic code to
// fit, then the stage, then the enhanced status code, then the words; it can make of a no
//
//   retry            charged to the recipient, by the schedule, or after the minutes that greylisting takes
//   reject           ends this delivery
//   put back         uncharged, to the head of the queue; where this connection takes no more, by another
//   slow             put back uncharged; the pace of the relay, or of the recipient's domain, goes down
//   rest             put back uncharged; the relay is not asked again for so long: a quota
//   stop             put back uncharged; the account, the sender or TLS is wrong, which the next recipient would not mend
//
// `put back` is uncharged too, and goes to the head of the queue. 421 before the body says that the relay is closing,
// nothing of the recipient: put back. No sense is temporary. A recipient that the relay cannot be asked for (SMTPUTF8 is
// not offered) is invalid, without a word being said.

import type { Attempt, ConnectFailure, Stage } from './attempt.js';
import { rulesFor } from './providers.js';
import { formatReply, type Reply, replyClass } from './reply.js';
import { firstFit, readRule } from './rule.js';
import { STANDARDS } from './standards.js';
import type { ConnectVerdict, Ground, Rest, Verdict } from './verdict.js';

export type { ConnectVerdict, Verdict } from './verdict.js';

/**
 * The verdict on an attempt. `relay` is the relay's name or host, as far as it is known: a provider's rules that do not
 * speak for themselves count on its own relays only.
 */
export function judgeAttempt(attempt: Attempt, relay = ''): Verdict {
  if (attempt.ended === 'unable') return { action: 'invalid', ...ground('not-asked', 'RFC 6531 3.4') };
  if (attempt.ended === 'lost') {
    if (attempt.lastOctetLeft) return { action: 'in_doubt', ...ground('lost-after-the-dot', 'RFC 1047') };
    return { action: 'put_back', ...ground('lost-before-the-dot', 'RFC 5321 4.2.5') };
  }
  const { stage, reply } = attempt;
  const kind = replyClass(reply);
  if (kind === 2 && stage === 'body') return { action: 'accepted', ...ground('body-2yz', 'RFC 5321 4.2.5') };
  if (kind !== 4 && kind !== 5) {
    // After the dot it may have been taken (R4).
    if (stage === 'body') return { action: 'in_doubt', ...ground('body-senseless', 'RFC 1047') };
    return { action: 'put_back', ...ground(`${stage}-senseless`, 'RFC 5321 4.3.2') };
  }
  const rule = firstFit(rulesFor(relay), stage, reply) ?? firstFit(STANDARDS, stage, reply);
  if (rule !== undefined) return readRule(rule, reply);
  return byStage(stage, reply);
}

function byStage(stage: 'mail' | 'rcpt' | 'data' | 'body', reply: Reply): Verdict {
  if (stage !== 'body' && reply.code === 421) {
    return { action: 'put_back', ...ground('closing', 'RFC 5321 3.8') };
  }
  if (replyClass(reply) === 4) return { action: 'retry', ...ground(`${stage}-4yz`, 'RFC 5321 4.2.1') };
  if (stage !== 'mail') return { action: 'reject', ...ground(`${stage}-5yz`, 'RFC 5321 4.2.1') };
  return {
    action: 'stop',
    trouble: 'refused',
    sentence: `The relay refused the sender: "${formatReply(reply)}". Check --from, --return-path and the relay's login.`,
    ...ground('mail-5yz', 'RFC 5321 4.2.1'),
  };
}

/** The verdict on a connection that could not be opened: whether to try again, how, or to stop. `relay` as above. */
export function judgeConnection({ stage, reply, why, lost }: ConnectFailure, relay = ''): ConnectVerdict {
  if (reply !== undefined) {
    const rule = firstFit(rulesFor(relay), stage, reply) ?? firstFit(STANDARDS, stage, reply);
    const verdict = rule === undefined ? undefined : readRule(rule, reply);
    // No recipient has a part in it yet, nor his domain; a retry or a rejection would have nobody to go to.
    if (verdict?.action === 'slow') return { ...verdict, scope: 'relay' };
    if (verdict?.action === 'rest' || verdict?.action === 'stop') return verdict;
  }
  const temporary = reply !== undefined && replyClass(reply) === 4;
  if (temporary) return { action: 'try_again', ...ground(`${stage}-4yz`, 'RFC 5321 4.2.1') };
  if (lost || (stage !== 'tls' && stage !== 'auth')) {
    return { action: 'try_again', ...ground(ruleName(stage, reply), 'RFC 5321 4.5.4.1') };
  }
  const trouble = stage === 'tls' ? 'unreachable' : 'refused';
  const source = stage === 'tls' ? 'RFC 3207 4.1' : 'RFC 4954 6';
  return { action: 'stop', trouble, sentence: why, ...ground(ruleName(stage, reply), source) };
}

function ruleName(stage: Stage, reply: Reply | undefined): string {
  return reply === undefined ? `${stage}-no-reply` : `${stage}-${replyClass(reply)}yz`;
}

function ground(rule: string, source: string): Ground {
  return { rule, source };
}

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

/**
 * Milliseconds from `now` (milliseconds since 1970) after which a relay that rests may be asked again. A moment that it
 * named is believed within reason: its clock is not ours.
 */
export function restingMs({ restMs, until }: Pick<Rest, 'restMs' | 'until'>, now: number): number {
  return until === undefined ? restMs : Math.min(Math.max(until - now, 0) + MINUTE, DAY);
}

const SCHEDULE = [1, 5, 15, 60, 240] as const;

/** Retries are spread by so much of their delay, so that those which were put off together do not come back together. */
const JITTER = 0.1;

/**
 * Milliseconds until the next attempt, after `attempts` of them: 1, 5, 15, 60, then every 240 minutes, and a tenth more at
 * the most. How much more is the delivery's own, so that the same history gives the same times.
 */
export function retryDelay(attempts: number, key: string): number {
  const step = Math.min(Math.max(attempts, 1), SCHEDULE.length) - 1;
  return Math.round(SCHEDULE[step]! * MINUTE * (1 + JITTER * share(`${attempts} ${key}`)));
}

/** A number from 0 to 1 that is the text's own and otherwise says nothing of it (FNV-1a, its bits mixed once more). */
function share(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}
