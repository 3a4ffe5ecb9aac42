// What a reply would come to, asked without a relay at hand: at which stage it was said, if nobody tells, and the verdict.
// Knows the policy; runs nothing.

import type { ConnectFailure } from './attempt.js';
import { judgeAttempt, judgeConnection, type Verdict } from './policy.js';
import { formatReply, type Reply, replyClass } from './reply.js';
import type { ConnectVerdict } from './verdict.js';

/** The stages that people can name: a greeting is said on connecting, and so is the answer to EHLO. */
export const STAGES = ['connect', 'tls', 'auth', 'mail', 'rcpt', 'data', 'body'] as const;
export type NamedStage = (typeof STAGES)[number];

export interface Explanation {
  readonly stage: NamedStage;
  readonly verdict: Verdict | ConnectVerdict;
}

/** `stage` is guessed when not given. `relay` is its name or host; empty when it does not matter. */
export function explain(reply: Reply, stage = likelyStage(reply), relay = ''): Explanation {
  return { stage, verdict: verdictAt(stage, reply, relay) };
}

function verdictAt(stage: NamedStage, reply: Reply, relay: string): Verdict | ConnectVerdict {
  if (stage !== 'body' && goesOn(stage, reply)) {
    return { action: 'accepted', rule: `${stage}-goes-on`, source: 'RFC 5321 4.2.1' };
  }
  if (stage === 'connect' || stage === 'tls' || stage === 'auth') {
    return judgeConnection(failure(stage === 'connect' ? 'greeting' : stage, reply), relay);
  }
  return judgeAttempt({ ended: 'replied', stage, reply }, relay);
}

/** What is neither judged as an attempt's end nor as a failure: DATA and a login may be answered with a 3yz. */
function goesOn(stage: NamedStage, reply: Reply): boolean {
  const kind = replyClass(reply);
  return stage === 'data' ? kind === 3 : kind === 2 || (kind === 3 && stage === 'auth');
}

function failure(stage: 'greeting' | 'tls' | 'auth', reply: Reply): ConnectFailure {
  const refused = { greeting: 'to talk to this machine', tls: 'STARTTLS', auth: 'the login' }[stage];
  return { stage, reply, why: `The relay refused ${refused} (${formatReply(reply)}).` };
}

/** RFC 4954 6: codes and enhanced codes that only a login is answered with. */
const LOGIN_CODES: readonly number[] = [235, 334, 534, 535, 538];
const LOGIN_ENHANCED = /^[245]\.7\.(?:8|9|11|12)$/;
const LOGIN_WORDS =
  /authentication (?:failed|failure|unsuccessful|rejected|error)|\b(?:credentials|password)\b|user ?name|log ?[io]n (?:failed|denied|invalid)/i;

/** Where a reply was most likely said: to the login when its words are a login's, else to the body. */
function likelyStage(reply: Reply): NamedStage {
  if (LOGIN_CODES.includes(reply.code) || LOGIN_ENHANCED.test(reply.enhanced)) return 'auth';
  return replyClass(reply) >= 4 && LOGIN_WORDS.test(reply.text) ? 'auth' : 'body';
}
