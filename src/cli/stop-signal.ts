// Waits for Ctrl-C, SIGTERM or SIGHUP: how commands end that serve until they are told to stop.

import { once } from 'node:events';

/** Resolves with the first of them. */
export async function stopSignal(): Promise<void> {
  const stopped = new AbortController();
  await Promise.race(
    ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) =>
      once(process, signal, { signal: stopped.signal }).catch(() => {}),
    ),
  );
  stopped.abort();
}
