// Whether a message costs the same in a long list as in a short one, and whether memory grows with the list.

import { Campaigns, type Sent } from './command.js';
import type { Scale } from './options.js';
import { median, megabytes, type Report, seconds, times, whole } from './report.js';
import { startSink } from './sink.js';

/** A thousand are sent while Node still compiles what it runs, so their message is the dearest. */
const SIZES = [1_000, 10_000, 100_000];
const SMOKE_SIZES = [40];
/** The longest list unless `--people` says otherwise: a million take a few minutes. */
const LONGEST = 100_000;
/** The processor time per message of the longest list over that of any shorter one. */
const GOAL_COST = 1.1;
/** Octets by which memory may grow between the first and the last fifth of the longest sending. */
const GOAL_GROWTH = 30e6;

export async function measure({ quick, people = quick ? 400 : LONGEST }: Scale): Promise<Report> {
  const shorter = (quick ? SMOKE_SIZES : SIZES).filter((size) => size < people);
  const sizes = [...shorter, people];
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
    const longest = costs.at(-1)!;
    const [early, , , , late] = courses.at(-1)!;
    const growth = late! - early!;
    return {
      title: 'flat: the cost of a message, and memory, by the length of the list',
      conditions: [
        '10 connections to smtp-sink, rate unlimited, the newsletter of `loopback`. Memory: the median of each fifth of the sending.',
        'The cost is processor time while sending, which neither a busy disk nor a busy sink changes.',
        `Resident memory while ${whole(people)} were sent: ${memoryOverTime(runs.at(-1)!)}.`,
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
        ...shorter.map((size, index) => ({
          what: `a message of ${whole(people)} costs ${times(longest / costs[index]!)} one of ${whole(size)} (at most ${times(GOAL_COST)})`,
          met: longest / costs[index]! <= GOAL_COST,
        })),
        {
          what: `memory grew by ${megabytes(growth)} MB between the first and the last fifth of ${whole(people)} (under ${megabytes(GOAL_GROWTH)})`,
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
  return Array.from({ length: 5 }, (_, fifth) => {
    const [from, to] = [fifth, fifth + 1].map((part) => run.begun + (part * run.sending) / 5) as [
      number,
      number,
    ];
    const seen = run.samples.filter(({ at }) => at >= from && at < to).map(({ resident }) => resident);
    return seen.length > 0 ? median(seen) : 0;
  });
}

/** `0 s 140 MB, 12 s 152 MB …`, at each tenth of the sending. */
function memoryOverTime(run: Sent): string {
  return Array.from({ length: 11 }, (_, tenth) => {
    const moment = run.begun + (tenth * run.sending) / 10;
    const sample = run.samples.findLast(({ at }) => at <= moment);
    return `${whole(moment - run.begun)} s ${whole((sample?.resident ?? 0) / 1e6)} MB`;
  }).join(', ');
}
