// A run throttled at 20 a second, seen from the relay: how many messages end in every window of one second.

import { startFakeRelay } from '../servers/fake-relay.js';
import { Campaigns } from './command.js';
import type { Scale } from './options.js';
import { type Report, seconds } from './report.js';

const RATE = 20;
const SECONDS = 15;
const TOLERANCE = 1;

export async function measure({ quick }: Scale): Promise<Report> {
  const length = quick ? 3 : SECONDS;
  const people = RATE * length;
  const campaigns = new Campaigns();
  const ends: number[] = [];
  const relay = await startFakeRelay({
    script: {
      body: () => {
        ends.push(performance.now());
        return undefined;
      },
    },
  });
  try {
    await campaigns.list(people);
    const run = await campaigns.send(relay.port, people, ['--rate', `${RATE}/s`]);
    if (ends.length !== people) throw new Error(`the relay saw ${ends.length} of ${people} messages`);
    const { least, most } = windows(ends);
    const first = ends[0]!;
    const took = (ends.at(-1)! - first) / 1000;
    const due = (people - 1) / RATE;
    // How late each message was, measured from the first one's schedule.
    const late = ends.map((end, index) => end - first - (index * 1000) / RATE);
    return {
      title: `rate: ${RATE} a second for ${length} seconds, by the relay's clock`,
      conditions: [
        `${people} messages on up to 5 connections; every window of one second that begins or ends with a message.`,
      ],
      columns: ['messages', 'least in a window', 'most', 'first to last (s)', 'due (s)', 'off schedule (ms)'],
      rows: [
        [
          String(people),
          String(least),
          String(most),
          seconds(took),
          seconds(due),
          `${Math.min(...late).toFixed(1)} to ${Math.max(...late).toFixed(1)}`,
        ],
      ],
      goals: [
        {
          what: `every window holds ${RATE} ± ${TOLERANCE}: ${least} to ${most}`,
          met: least >= RATE - TOLERANCE && most <= RATE + TOLERANCE,
        },
        {
          what: `${seconds(took)} s from the first to the last message (${seconds(due)} s are due); the sending took ${seconds(run.sending)} s`,
          met: Math.abs(took - due) < 0.1,
        },
      ],
    };
  } finally {
    await relay.stop();
    campaigns.remove();
  }
}

/**
 * The least and the most messages in any window [t, t + 1 s) within the run. The count changes only where a window's
 * edge passes a message, so the fullest windows begin with one and the emptiest begin just behind one.
 */
function windows(ends: readonly number[]): { readonly least: number; readonly most: number } {
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  const last = ends.at(-1)!;
  let until = 0;
  for (let from = 0; from < ends.length; from++) {
    const close = ends[from]! + 1000;
    while (until < ends.length && ends[until]! < close) until++;
    most = Math.max(most, until - from);
    if (close > last) break;
    // ( ends[from], ends[from] + 1 s ]
    const closing = ends[until] === close ? 1 : 0;
    least = Math.min(least, until - from - 1 + closing);
  }
  return { least, most };
}
