// What the check of a letter found, for people and as JSON. The names in the JSON are a promise: more may come, none
// changes.

import type { ContentReport } from '../check/content/check-content.js';
import { whereOf } from '../check/content/static-check.js';
import type { Finding, Level } from '../check/finding.js';
import { forTerminals, type Ink, type Terminal, wrapped } from './terminal.js';
import { count, counted, size } from './words.js';

const INKS: Readonly<Record<Level, Ink>> = { error: 'red', warning: 'yellow', note: 'cyan' };

/** Lines. `brief`: only errors. */
export function contentInWords(report: ContentReport, terminal: Terminal, brief: boolean): string[] {
  const told = report.findings.filter(({ level }) => !brief || level === 'error');
  return [
    ...told.flatMap((finding) => inWords(finding, terminal)),
    ...(brief ? [] : closing(report, terminal)),
  ];
}

function inWords({ level, rule, place, sentence, mend }: Finding, { ink, width }: Terminal): string[] {
  const where = whereOf(place);
  const heading = [
    ink(INKS[level], level),
    ink('bold', forTerminals(where === '' ? 'settings' : where)),
    ink('dim', rule),
  ];
  const columns = Math.min(width, 110);
  return [
    heading.join('  '),
    ...wrapped(forTerminals(sentence), columns, '  '),
    ...wrapped(forTerminals(mend), columns, '    ').map((line, index) =>
      index === 0 ? line.replace(/^ {4}/, '  → ') : line,
    ),
    '',
  ];
}

function closing(report: ContentReport, { ink }: Terminal): string[] {
  const { rows, messages, notSent, largest } = report;
  const lines = [
    `${counted(rows, 'row')}: ${counted(messages, 'message')}${notSent === 0 ? '' : `, ${count(notSent)} not sent`}.`,
  ];
  if (largest !== undefined) {
    const { octets, address, line } = largest;
    lines.push(
      forTerminals(`Largest: ${size(octets)} of HTML (${address}, line ${line}); Gmail shows 102 kB.`),
    );
  }
  const { error, warning, note } = tally(report);
  const [verdict, colour]: [string, Ink] =
    error > 0
      ? [`${counted(error, 'error')} to mend before anyone gets this.`, 'red']
      : warning > 0
        ? ['No errors.', 'yellow']
        : ['Nothing to mend was found.', 'green'];
  const rest = [
    ...(warning > 0 ? [counted(warning, 'warning')] : []),
    ...(note > 0 ? [counted(note, 'note')] : []),
  ];
  lines.push(ink(colour, verdict) + (rest.length === 0 ? '' : ` ${rest.join(', ')}.`));
  return lines;
}

function tally({ findings }: ContentReport): Record<Level, number> {
  const tally = { error: 0, warning: 0, note: 0 };
  for (const { level } of findings) tally[level]++;
  return tally;
}

/** One object for each finding, and one behind them. */
export function contentAsJson(report: ContentReport): object[] {
  const { findings, rows, messages, notSent, largest } = report;
  const { error, warning, note } = tally(report);
  return [
    ...findings.map(({ level, rule, place, sentence, mend }) => ({
      event: 'finding',
      level,
      rule,
      file: place.file ?? null,
      line: place.line ?? null,
      column: place.column ?? null,
      sentence,
      mend,
    })),
    {
      event: 'checked',
      rows,
      messages,
      not_sent: notSent,
      largest: largest ?? null,
      errors: error,
      warnings: warning,
      notes: note,
    },
  ];
}
