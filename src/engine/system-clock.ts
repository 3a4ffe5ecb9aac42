// The real clock. Tests hand in one of their own.

import type { Clock } from '../domain/clock.js';

/** setTimeout takes 31 bits of milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  // By hand, since node:timers/promises makes an error with its stack for each sleep that is cut short: at thousands of
  // messages a second that was a tenth of the time.
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const wake = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, Math.min(Math.max(0, Math.ceil(ms)), LONGEST_TIMER_MS));
      signal?.addEventListener('abort', wake);
    }),
};
