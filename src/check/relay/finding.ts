// What a look at the relay and the DNS came to: one finding for each question. Types and their order only.

import type { Trouble } from '../../domain/errors.js';

/** `unknown`: it cannot be told from here, or nobody answered. It is never a failure. */
export type Result = 'pass' | 'fail' | 'unknown';

/** The questions, in the order in which they are answered. A promise to scripts. */
export type FindingId =
  | 'reached'
  | 'tls'
  | 'certificate'
  | 'login'
  | 'rate'
  | 'spf'
  | 'dkim'
  | 'dmarc'
  | 'alignment'
  | 'return_path_mx'
  | 'from_mx'
  | 'ptr';

export interface Finding {
  readonly id: FindingId;
  readonly result: Result;
  /** A sentence: what was found. */
  readonly says: string;
  /** A sentence: what to do about it. Empty when there is nothing to do. */
  readonly advice: string;
  /** What kind of trouble it is when it fails. */
  readonly trouble: Trouble;
}

/** What a provider asks of bulk senders, and whether that is so. */
export interface RuleFinding {
  readonly provider: 'Gmail' | 'Yahoo' | 'Outlook';
  readonly id: string;
  readonly asks: string;
  readonly result: Result;
  readonly advice: string;
  /** The provider's own document. */
  readonly source: string;
}

/** The worst of several; `pass` only when all do. */
export function worst(results: readonly Result[]): Result {
  if (results.includes('fail')) return 'fail';
  return results.includes('unknown') ? 'unknown' : 'pass';
}

/** A finding about what is published, which is a setting as far as mailblast goes. */
export function dnsFinding(id: FindingId, result: Result, says: string, advice: string): Finding {
  return { id, result, says, advice, trouble: 'settings' };
}
