// How fast a list of a million people is imported by the whole command, and in how much memory beyond what Node and
// MJML take for a list of one.

import { freePort } from '../servers/free-port.js';
import { Campaigns } from './command.js';
import type { Scale } from './options.js';
import { processorBetween, type Watched } from './process-watch.js';
import { megabytes, type Report, seconds, whole } from './report.js';

/** Unless `--people` says otherwise. */
const PEOPLE = 1_000_000;
const GOAL_ROWS_PER_SECOND = 100_000;
const GOAL_OCTETS = 150e6;
/** EX_UNAVAILABLE: nobody listens at the relay's port, which is tried once the list is in the ledger. */
const RELAY_NOT_REACHED = 69;

export async function measure({ quick, people = quick ? 2_000 : PEOPLE }: Scale): Promise<Report> {
  const campaigns = new Campaigns();
  try {
    await campaigns.list(1);
    const alone = await imported(campaigns, 1);
    const octets = await campaigns.list(people);
    const all = await imported(campaigns, people);
    const time = importTime(all) - importTime(alone);
    const processor = processorTime(all) - processorTime(alone);
    const rate = (people - 1) / time;
    const beyond = all.peak - alone.peak;
    const { samples } = all;
    const course = Array.from({ length: 10 }, (_, tenth) => {
      const sample = samples[Math.min(samples.length - 1, Math.floor(((tenth + 1) * samples.length) / 10))]!;
      return megabytes(sample.resident).replace(/\.\d$/, '');
    });
    return {
      title: `import: ${whole(people)} rows by the whole command`,
      conditions: [
        `A UTF-8 list of ${megabytes(octets)} MB in 5 columns; a new ledger; the time is that of one row taken off.`,
        `Resident memory over the run, at each tenth of its time: ${course.join(' ')} MB.`,
      ],
      columns: [
        '',
        'rows',
        'list read (s)',
        'its processor time (s)',
        'whole command (s)',
        'peak memory (MB)',
      ],
      rows: [
        row('one row', 1, alone),
        row('the list', people, all),
        [
          'difference',
          '',
          seconds(time),
          seconds(processor),
          seconds(all.seconds - alone.seconds),
          megabytes(beyond),
        ],
      ],
      goals: [
        {
          what: `${whole(rate)} rows a second (at least ${whole(GOAL_ROWS_PER_SECOND)})`,
          met: rate >= GOAL_ROWS_PER_SECOND,
        },
        {
          what: `${megabytes(beyond)} MB beyond one row (under ${megabytes(GOAL_OCTETS)})`,
          met: beyond < GOAL_OCTETS,
        },
      ],
    };
  } finally {
    campaigns.remove();
  }
}

async function imported(campaigns: Campaigns, people: number): Promise<Watched> {
  const run = await campaigns.run(await freePort(), []);
  const rows = people === 1 ? '1 row,' : `${whole(people)} rows,`;
  const said = run.lines.some(({ text }) => text.startsWith('List: ') && text.includes(rows));
  if (run.code !== RELAY_NOT_REACHED || !said) {
    throw new Error(`the import ended with ${run.code}: ${run.lines.at(-1)?.text} ${run.stderr}`);
  }
  return run;
}

function row(name: string, people: number, run: Watched): string[] {
  const times = [importTime(run), processorTime(run), run.seconds].map(seconds);
  return [name, whole(people), ...times, megabytes(run.peak)];
}

/** From the line that names the ledger to the line that counts the rows: the template is compiled in it, too. */
function span({ lines }: Watched): { readonly from: number; readonly to: number } {
  const begun = lines.find(({ text }) => text.startsWith('Ledger: '))!;
  const ended = lines.find(({ text }) => text.startsWith('List: '))!;
  return { from: begun.at, to: ended.at };
}

function importTime(run: Watched): number {
  const { from, to } = span(run);
  return to - from;
}

function processorTime(run: Watched): number {
  const { from, to } = span(run);
  return processorBetween(run, from, to);
}
