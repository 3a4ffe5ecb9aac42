// How fast `check` goes over a list, and whether its memory stays flat as the list grows.

import { Campaigns } from './command.js';
import { UNSUBSCRIBE_URL } from './newsletter.js';
import type { Scale } from './options.js';
import type { Watched } from './process-watch.js';
import { megabytes, type Report, seconds, whole } from './report.js';

const SIZES = [10_000, 100_000];
const GOAL_ROWS_PER_SECOND = 5_000;
/** Octets by which the peak of ten times as many rows may be higher. */
const GOAL_GROWTH = 30e6;

export async function measure({ quick, people }: Scale): Promise<Report> {
  const longest = people ?? SIZES.at(-1)!;
  const sizes = quick ? [100, 400] : [Math.min(SIZES[0]!, longest), longest];
  const campaigns = new Campaigns();
  try {
    const runs: Watched[] = [];
    for (const size of sizes) {
      await campaigns.list(size);
      runs.push(await checked(campaigns, size));
    }
    const [fewer, all] = runs as [Watched, Watched];
    const [few, many] = sizes as [number, number];
    const rate = many / all.seconds;
    const growth = all.peak - fewer.peak;
    return {
      title: 'check: every row of a list, by the whole command',
      conditions: [
        "The newsletter of `loopback`, 25 kB of HTML; the template's compilation and the start count.",
      ],
      columns: ['rows', 'whole command (s)', 'rows/s', 'processor (µs/row)', 'peak memory (MB)'],
      rows: runs.map((run, index) => [
        whole(sizes[index]!),
        seconds(run.seconds),
        whole(sizes[index]! / run.seconds),
        whole(((run.samples.at(-1)?.processor ?? 0) * 1e6) / sizes[index]!),
        megabytes(run.peak),
      ]),
      goals: [
        {
          what: `${whole(rate)} rows a second (at least ${whole(GOAL_ROWS_PER_SECOND)})`,
          met: rate >= GOAL_ROWS_PER_SECOND,
        },
        {
          what: `${whole(many)} rows took ${megabytes(growth)} MB more than ${whole(few)} (under ${megabytes(GOAL_GROWTH)})`,
          met: growth < GOAL_GROWTH,
        },
      ],
    };
  } finally {
    campaigns.remove();
  }
}

async function checked(campaigns: Campaigns, people: number): Promise<Watched> {
  const run = await campaigns.command(['check', '--unsubscribe-url', UNSUBSCRIBE_URL]);
  const said = `${people.toLocaleString('en-US')} rows: ${people.toLocaleString('en-US')} messages.`;
  if (run.code === 0 && run.lines.some(({ text }) => text === said)) return run;
  throw new Error(`the check ended with ${run.code}: ${run.lines.at(-1)?.text} ${run.stderr}`);
}
