// How numbers, times and counts are written for people. English, the reader's own time zone.

import { type Counts, STATES, type State } from '../domain/delivery.js';

export { formatSize as size } from '../domain/size.js';

const GROUPED = new Intl.NumberFormat('en-US');

/** `18,400`. */
export function count(value: number): string {
  return GROUPED.format(value);
}

/** `1 recipient`, `18,400 recipients`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `ses`, `ses and own`, `ses, own and spare`. */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** `14:32` today, `tomorrow 09:51`, `2026-12-01 09:51` later. */
export function clockTime(at: number, now: number): string {
  const date = new Date(at);
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (dayOf(at) === dayOf(now)) return time;
  const tomorrow = new Date(now);
  tomorrow.setDate(tomorrow.getDate() + 1);
  return dayOf(at) === dayOf(tomorrow.getTime()) ? `tomorrow ${time}` : `${dayOf(at)} ${time}`;
}

/** `2026-11-24 14:32:05`. */
export function timestamp(at: number): string {
  const date = new Date(at);
  return `${dayOf(at)} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}

/** The state as people read it: `in doubt`. */
export function stateName(state: State): string {
  return state.replaceAll('_', ' ');
}

/** `440 accepted, 5 deferred`: the states that hold anybody. */
export function countsInWords(counts: Readonly<Partial<Counts>>): string {
  const parts = STATES.flatMap((state) => {
    const { [state]: there = 0 } = counts;
    return there > 0 ? [`${count(there)} ${stateName(state)}`] : [];
  });
  return parts.length === 0 ? 'nobody' : parts.join(', ');
}

function dayOf(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
