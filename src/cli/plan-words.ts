// A run's plan as people read it: "10,000 today until 10:42, the rest tomorrow from 09:51 to 10:01".

import type { Plan, Portion } from '../domain/plan.js';
import type { RunFlags } from './options.js';
import type { RouteChoice } from './routes.js';
import { clockTime, count, listed } from './words.js';

/** As many portions are told one by one; of more, the first ones and the last. */
const TOLD = 4;

/** `14/s and 10,000 a day`. */
export function paceInWords({ rate, maxPerHour, maxPerDay, warmUp }: RunFlags): string {
  const parts = [
    rate === 'unlimited' ? '' : rate,
    maxPerHour === 0 ? '' : `${count(maxPerHour)} an hour`,
    maxPerDay === 0 ? '' : `${count(maxPerDay)} a day`,
    warmUp === 'none' ? '' : 'a warm-up by days',
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'full speed' : parts.join(' and ');
}

/** Of one relay as above; of several, each with its name: `14/s (ses) and 5/s (own)`. */
export function pacesInWords(chosen: readonly RouteChoice[]): string {
  const [only] = chosen;
  if (only !== undefined && chosen.length === 1) return paceInWords(only.flags);
  return listed(chosen.map(({ name, flags }) => `${paceInWords(flags)} (${name})`));
}

/** The plan's portions in words; empty when there is nothing to tell. */
export function planInWords({ portions, later }: Plan, now: number): string {
  const told = portions.length <= TOLD ? portions : portions.slice(0, TOLD - 1);
  const words = told.map((portion, i) =>
    portionInWords(portion, i > 0 && later === 0 && i === portions.length - 1, now),
  );
  if (told.length < portions.length) {
    const last = clockTime(portions.at(-1)!.until, now);
    words.push(later === 0 ? `and so on until ${last}` : 'and so on');
  }
  if (later > 0) words.push(`${count(later)} ${portions.length === 0 ? 'never' : 'later still'}`);
  return words.join(', ');
}

function portionInWords({ messages, from, until }: Portion, isRest: boolean, now: number): string {
  const who = isRest ? 'the rest' : count(messages);
  const [day, begin] = dayAndTime(from, now);
  const [endDay, end] = dayAndTime(until, now);
  if (from <= now) return endDay === day ? `${who} today until ${end}` : `${who} until ${endDay} ${end}`;
  if (day !== endDay) return `${who} ${day} from ${begin} to ${endDay} ${end}`;
  return begin === end ? `${who} ${day} at ${begin}` : `${who} ${day} from ${begin} to ${end}`;
}

/** `['tomorrow', '09:51']`, `['today', '14:32']`. */
function dayAndTime(at: number, now: number): [string, string] {
  const words = clockTime(at, now).split(' ');
  return words.length === 1 ? ['today', words[0]!] : [words[0]!, words[1]!];
}

/** The option that a cap was given by. */
export function capOption(cap: 'hour' | 'day' | 'warm_up'): string {
  return cap === 'warm_up' ? '--warm-up' : `--max-per-${cap}`;
}
