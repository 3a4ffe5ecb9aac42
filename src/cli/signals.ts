// Ctrl-C, SIGTERM and SIGHUP: once to finish what is in flight, twice to stop now.

import type { Stop } from '../engine/stop.js';
import { SIGNAL_CODES } from './exit-codes.js';

type StopSignal = keyof typeof SIGNAL_CODES;

/** Listens until `off` is called. `code` is the exit code of the first signal, undefined when none came. */
export function listenForSignals(
  stop: Stop,
  say: (line: string) => void,
): { readonly code: number | undefined; off(): void } {
  let first: StopSignal | undefined;
  const onSignal = (signal: StopSignal) => {
    if (first === undefined) {
      say('Stopping: what is in flight is finished first, for 20 s at the most. Once more to stop now.');
    }
    first ??= signal;
    stop.ask();
  };
  const signals = Object.keys(SIGNAL_CODES) as StopSignal[];
  for (const signal of signals) process.on(signal, onSignal);
  return {
    get code() {
      return first === undefined ? undefined : SIGNAL_CODES[first];
    },
    off: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
