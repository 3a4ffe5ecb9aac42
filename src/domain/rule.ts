// A rule: which replies it fits, and what they mean. How a row of the standards or of a provider is matched and read.
// Knows the form of rules; the rules themselves stand in standards.ts and in providers/.

import type { Stage } from './attempt.js';
import { formatReply, type Reply, replyClass } from './reply.js';
import type { Ground, Halt, Rest, Slow } from './verdict.js';

/** What a rule makes of a reply. `meaning` and `advice` are whole sentences for the user. */
export type Means =
  | { readonly action: 'reject' }
  | { readonly action: 'retry'; readonly afterMs?: number }
  | { readonly action: 'put_back'; readonly spent: true }
  | Slow
  | (Omit<Rest, 'sentence' | 'until'> & {
      readonly meaning: string;
      /** Where the words name the moment after which it may be asked again, in its first group. */
      readonly moment?: RegExp;
    })
  | (Omit<Halt, 'sentence' | 'trouble'> & { readonly meaning: string });

/**
 * One row. All that it names must fit, in the order of trust: the basic code, the stage, the enhanced status code, the
 * words. So no words turn a yes into a no, and a row for 454 says nothing of the same words behind a 554.
 */
export interface Rule extends Ground {
  /** Basic codes, or a whole class of them: 4 or 5; `no` is both. */
  readonly code: 4 | 5 | 'no' | readonly number[];
  /** Where it is said; anywhere when not given. */
  readonly stages?: readonly Stage[];
  /** RFC 3463 codes. A reply that has one must have one of these; a reply that has none is judged by its words. */
  readonly enhanced?: readonly string[];
  /** What the text says. */
  readonly words?: RegExp;
  /** Anybody could say these words, so they count on the provider's own relays only. */
  readonly own?: true;
  readonly means: Means;
}

/** A provider's rules, and its relays' host names. */
export interface Provider {
  /** Host names in lower case. */
  readonly relays: RegExp;
  readonly rules: readonly Rule[];
}

/**
 * Daily quotas are counted over the last 24 hours, or until a midnight somewhere. No reply says which, so the relay is
 * asked again each hour: of a rolling quota a 24th is free by then, and at a midnight an hour is lost at the most.
 */
export const REST_FOR_A_DAILY_QUOTA = 60 * 60_000;

/** Hourly quotas likewise, at a quarter of an hour. */
export const REST_FOR_AN_HOURLY_QUOTA = 15 * 60_000;

/** What a rule's verdict is: an attempt's and a connection's have these in common. */
export type RuleVerdict = Ground &
  (
    | { readonly action: 'reject' }
    | { readonly action: 'retry'; readonly afterMs?: number }
    | { readonly action: 'put_back'; readonly spent: true }
    | Slow
    | Rest
    | Halt
  );

/** The first rule that fits. */
export function firstFit(rules: readonly Rule[], stage: Stage, reply: Reply): Rule | undefined {
  return rules.find((rule) => fits(rule, stage, reply));
}

function fits({ code, stages, enhanced, words }: Rule, stage: Stage, reply: Reply): boolean {
  if (!includes(code, reply) || stages?.includes(stage) === false) return false;
  if (enhanced !== undefined && (reply.enhanced !== '' || words === undefined)) {
    if (!enhanced.includes(reply.enhanced)) return false;
  }
  return words?.test(reply.text) ?? true;
}

function includes(code: Rule['code'], reply: Reply): boolean {
  const kind = replyClass(reply);
  if (code === 'no') return kind === 4 || kind === 5;
  return typeof code === 'number' ? kind === code : code.includes(reply.code);
}

/** The rule's verdict on a reply, with a sentence that quotes it where the user is to hear of it. */
export function readRule({ rule, source, means }: Rule, reply: Reply): RuleVerdict {
  const said = `"${formatReply(reply)}"`;
  switch (means.action) {
    case 'stop': {
      const { meaning, ...rest } = means;
      return { rule, source, ...rest, trouble: 'refused', sentence: `The relay said ${said}. ${meaning}` };
    }
    case 'rest': {
      const { meaning, moment, ...rest } = means;
      const until = Date.parse(moment?.exec(reply.text)?.[1] ?? '');
      const named = Number.isNaN(until) ? {} : { until };
      return { rule, source, ...rest, ...named, sentence: `The relay said ${said}. ${meaning}` };
    }
    default:
      return { rule, source, ...means };
  }
}
