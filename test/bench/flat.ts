// Whether a message costs the same in a long list as in a short one, and whether memory grows with the list.

import { Campaigns, type Sent } from './command.js';
import type { Scale } from './options.js';
import { megabytes, type Report, seconds, times, whole } from './report.js';
import { startSink } from './sink.js';

/** The longest list unless `--people` says otherwise: a million take a few minutes. */
const LONGEST = 100_000;
/** The processor time per message of the longest list over that of the middle one. */
const GOAL_COST = 1.1;
/** Octets by which memory may grow between the first and the last fifth of the longest sending. */
const GOAL_GROWTH = 30e6;

export async function measure({ quick, people = quick ? 400 : LONGEST }: Scale): Promise<Report> {
  const sizes = [people / 100, people / 10, people].map(Math.ceil);
  const campaigns = new Campaigns();
  try {
    const runs: Sent[] = [];
    for (const size of sizes) {
      await campaigns.list(size);
      const sink = await startSink(size);
      runs.push(await campaigns.send(sink.port, size, ['--rate', 'unlimited', '--connections', '10']));
      await sink.provesAll();
    }
    const courses = runs.map(memoryWhileSending);
    const costs = runs.map((run, index) => (run.processor * 1e6) / sizes[index]!);
    const [, middle, long] = costs as [number, number, number];
    const [early, , , , late] = courses.at(-1)!;
    const growth = late! - early!;
    return {
      title: 'flat: the cost of a message, and memory, by the length of the list',
      conditions: [
        '10 connections to smtp-sink, rate unlimited, the newsletter of `loopback`. Memory: the median of each fifth of the sending.',
        'The cost is processor time while sending, which neither a busy disk nor a busy sink changes.',
      ],
      columns: [
        'recipients',
        'sending (s)',
        'messages/s',
        'processor (µs/msg)',
        'memory by fifths (MB)',
        'peak (MB)',
      ],
      rows: runs.map((run, index) => [
        whole(sizes[index]!),
        seconds(run.sending),
        whole(sizes[index]! / run.sending),
        whole(costs[index]!),
        courses[index]!.map((octets) => whole(octets / 1e6)).join(' '),
        megabytes(run.peak),
      ]),
      goals: [
        {
          what: `a message of ${whole(sizes[2]!)} costs ${times(long / middle)} one of ${whole(sizes[1]!)} (at most ${times(GOAL_COST)})`,
          met: long / middle <= GOAL_COST,
        },
        {
          what: `memory grew by ${megabytes(growth)} MB between the first and the last fifth of ${whole(sizes[2]!)} (under ${megabytes(GOAL_GROWTH)})`,
          met: growth < GOAL_GROWTH,
        },
      ],
    };
  } finally {
    campaigns.remove();
  }
}

/** Resident memory in each fifth of the sending, octets. */
function memoryWhileSending(run: Sent): number[] {
  const begun = run.lines.find(({ text }) => text.startsWith('Sending to '))!.at;
  return Array.from({ length: 5 }, (_, fifth) => {
    const [from, to] = [fifth, fifth + 1].map((part) => begun + (part * run.sending) / 5) as [number, number];
    const seen = run.samples.filter(({ at }) => at >= from && at < to).map(({ resident }) => resident);
    return seen.sort((a, b) => a - b)[Math.floor(seen.length / 2)] ?? 0;
  });
}
