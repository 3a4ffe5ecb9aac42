// The real clock. Tests hand in one of their own.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../domain/clock.js';

/** setTimeout takes 31 bits of milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    try {
      await sleep(Math.min(Math.max(0, Math.ceil(ms)), LONGEST_TIMER_MS), undefined, { signal });
    } catch (error) {
      if (!signal?.aborted) throw error;
    }
  },
};
