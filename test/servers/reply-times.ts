// How long a client takes to go on after a reply, at steps that wait for no mark: from MAIL's answer to RCPT, and from
// RCPT's to DATA, on a relay that takes one command at a time.

import { type FakeRelay, startFakeRelay } from './fake-relay.js';

export interface TimedRelay {
  readonly relay: FakeRelay;
  /** Milliseconds, in the order in which they were seen. */
  readonly times: readonly number[];
}

export async function startTimedRelay(): Promise<TimedRelay> {
  const times: number[] = [];
  const answered = new Map<number, number>();
  const timed = ({ connection }: { readonly connection: number }) => {
    const before = answered.get(connection);
    if (before !== undefined) times.push(performance.now() - before);
    answered.set(connection, performance.now());
    return undefined;
  };
  const relay = await startFakeRelay({
    extensions: ['SIZE 10485760', '8BITMIME'],
    forgets: true,
    script: {
      mail: ({ connection }) => {
        answered.set(connection, performance.now());
        return undefined;
      },
      rcpt: timed,
      data: (moment) => {
        timed(moment);
        answered.delete(moment.connection);
        return undefined;
      },
    },
  });
  return { relay, times };
}

/** The value below which this share of them lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}
