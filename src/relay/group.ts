// The answers to an envelope that left as one group: whether the relay kept its place in it (RFC 2920).
// Knows answers as values; writes nothing.

import { replyClass } from '../domain/reply.js';
import { type Answer, isReply } from './conversation.js';
import { answered, lostItsPlace } from './transaction.js';

/** What the commands of an envelope ask for, in their order. */
export const STAGES = ['mail', 'rcpt', 'data'] as const;

/**
 * Why a group was answered in a way that no relay does which keeps its place in it; undefined when all is well, also
 * when something was refused, or the connection broke. `stays`: a refusal in front of it is to be believed.
 */
export function whyUnpaired(
  commands: readonly string[],
  answers: readonly Answer[],
): { readonly why: string; readonly stage: (typeof STAGES)[number]; readonly stays: boolean } | undefined {
  let refused = false;
  for (const [i, answer] of answers.entries()) {
    const stage = STAGES[i]!;
    if (!isReply(answer)) {
      const silent = i > 0 && answer.silent;
      return silent ? { why: `${answer.why} after a part of a group`, stage, stays: refused } : undefined;
    }
    const kind = replyClass(answer);
    const no = kind >= 4;
    if (no ? !refused && lostItsPlace(answer) : kind !== (i === 2 ? 3 : 2)) {
      return { why: answered(commands[i]!, answer), stage, stays: refused };
    }
    refused ||= no;
  }
  return undefined;
}
