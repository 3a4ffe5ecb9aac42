// What all measurements came to, as one piece of Markdown to be pasted: the ratios, the other goals, the conditions.

import type { Goal, Ratio, Report, Skipped } from './report.js';
import { isMet, span, times, whole } from './report.js';

/** Ends without a line break. `conditions` are sentences about the machine. */
export function summary(reports: readonly (Report | Skipped)[], conditions: readonly string[]): string {
  const made = reports.filter((report): report is Report => !('skipped' in report));
  const skipped = reports.filter((report): report is Skipped => 'skipped' in report);
  const ratios = made.flatMap((report) => report.ratios ?? []);
  const goals = made.flatMap((report) => report.goals);
  const parts = [
    ratios.length > 0 ? [...HEAD, ...ratios.map(ratioRow)] : [],
    goals.map(goalLine),
    skipped.map((report) => `- not measured: ${report.title}: ${report.skipped}`),
    [...conditions, ...made.flatMap((report) => (report.ratios ? report.conditions : []))],
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => [...new Set(lines)].join('\n'))
    .join('\n\n');
}

const HEAD = [
  '| work | against | mailblast | the other | ratio | of the rounds | target | |',
  '|---|---|---|---|---|---|---|---|',
];

function ratioRow(ratio: Ratio): string {
  const cells = [
    ratio.work,
    ratio.against,
    `${whole(ratio.ours)}/s`,
    `${whole(ratio.theirs)}/s`,
    `**${times(ratio.ratio)}**`,
    span(ratio.rounds, (value) => value.toFixed(2)),
    `≥ ${ratio.target}`,
    isMet(ratio) ? 'met' : 'missed',
  ];
  return `| ${cells.join(' | ')} |`;
}

function goalLine({ what, met }: Goal): string {
  return `- ${met ? 'met' : '**missed**'}: ${what}`;
}
