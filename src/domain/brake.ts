// When a run must stop before the list is burnt: too many refusals among the last ends of deliveries, or one and the same
// refusal from many domains in a row. Pure; knows neither the run nor the ledger.

import type { State } from './delivery.js';
import { formatReply, type Reply } from './reply.js';

/** The share of refusals is taken over so many ends of deliveries, the last ones. */
const LAST = 200;
/** Fewer ends tell nothing. */
const AT_LEAST = 50;
/** The same refusal from so many different domains, nothing else between them, is about the sender. */
const DOMAINS = 20;

/** Reads `5%` or `0.5%` as a share, 0 to 1. Undefined when it is none. */
export function parseShare(text: string): number | undefined {
  const match = /^(\d{1,3}(?:\.\d+)?)\s?%$/.exec(text.trim());
  if (!match) return undefined;
  const share = Number(match[1]) / 100;
  return share <= 1 ? share : undefined;
}

export class Brake {
  readonly #maxRejected: number;
  /** The last ends, oldest first: whether each was a refusal. */
  readonly #ends: boolean[] = [];
  #rejected = 0;
  #refusal = '';
  readonly #domains = new Set<string>();

  /** `maxRejected` is a share; more of the last ends stop the run. With 1 nothing does. */
  constructor(maxRejected: number) {
    this.#maxRejected = maxRejected;
  }

  /** A delivery has ended. Gives a sentence on why the run is to stop; undefined when it may go on. */
  ended(state: State, reply: Reply | undefined, domain: string): string | undefined {
    if (this.#maxRejected >= 1 || !['accepted', 'rejected', 'expired'].includes(state)) return undefined;
    const rejected = state === 'rejected';
    this.#ends.push(rejected);
    if (rejected) this.#rejected++;
    if (this.#ends.length > LAST && this.#ends.shift()) this.#rejected--;
    if (!rejected || reply === undefined) {
      this.#domains.clear();
      return undefined;
    }
    const refusal = refusalOf(reply, domain);
    if (refusal !== this.#refusal) this.#domains.clear();
    this.#refusal = refusal;
    this.#domains.add(domain);
    if (this.#domains.size >= DOMAINS) {
      return `The same refusal came from ${DOMAINS} domains in a row, the last time as "${formatReply(reply)}".`;
    }
    const ends = this.#ends.length;
    if (ends < AT_LEAST || this.#rejected <= this.#maxRejected * ends) return undefined;
    const most = `${Number((this.#maxRejected * 100).toFixed(2))}%`;
    return `${this.#rejected} of the last ${ends} deliveries were rejected, which is more than --max-rejected ${most}; the last reply was "${formatReply(reply)}".`;
  }
}

/** What a refusal says once addresses, hosts, ids and figures are taken out: the same for everybody it is said to. */
export function refusalOf({ code, enhanced, text }: Reply, domain: string): string {
  const words = text
    .toLowerCase()
    .replaceAll(domain.toLowerCase(), ' ')
    .replace(/\S*[@\d]\S*/g, ' ')
    .replace(/\S+\.\S+/g, ' ')
    .replace(/[^\p{L}]+/gu, ' ')
    .trim();
  return `${code} ${enhanced} ${words}`;
}
