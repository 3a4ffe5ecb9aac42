// A small table for a terminal: counts with their shares as bars, and facts with their names. Knows how it is drawn;
// knows nothing of campaigns.

import stringWidth from 'string-width';
import { forTerminals, type Ink, padded, type Terminal } from './terminal.js';
import { count } from './words.js';

export interface Counted {
  readonly label: string;
  readonly count: number;
  readonly ink: Ink;
}

/** A bar has as many columns at the most; narrow terminals get a shorter one. */
const BAR = 32;

/** What a row has besides its bar: margins, label, figure and share. */
const BESIDE = 40;

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;

/** Counts that are 0 are left out. */
export function countsTable(rows: readonly Counted[], { ink, width }: Terminal): string[] {
  const shown = rows.filter((row) => row.count > 0);
  const total = shown.reduce((sum, row) => sum + row.count, 0);
  const labels = Math.max(0, ...shown.map(({ label }) => stringWidth(label)));
  const figures = Math.max(0, ...shown.map((row) => count(row.count).length));
  const room = Math.max(8, Math.min(BAR, width - BESIDE));
  return shown.map((row) => {
    const share = row.count / total;
    const percent = `${(share * 100).toFixed(1)} %`.padStart(7);
    const figure = count(row.count).padStart(figures);
    const line = `  ${padded(row.label, labels)}  ${ink('bold', figure)}  ${ink('dim', percent)}  ${ink(row.ink, bar(share * room))}`;
    return line.trimEnd();
  });
}

/** At least a sliver, since somebody is there. */
function bar(columns: number): string {
  const eighths = Math.max(1, Math.round(columns * 8));
  return '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8]!;
}

/** Facts one below the other; a value that is too wide for the terminal is cut. */
export function factsTable(
  facts: readonly (readonly [label: string, value: string])[],
  { ink, width }: Terminal,
): string[] {
  const labels = Math.max(0, ...facts.map(([label]) => stringWidth(label)));
  return facts.map(
    ([label, value]) =>
      `  ${ink('dim', padded(label, labels))}  ${cut(forTerminals(value), width - labels - 5)}`,
  );
}

function cut(text: string, columns: number): string {
  if (stringWidth(text) <= columns) return text;
  let kept = '';
  let filled = 1;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    filled += stringWidth(segment);
    if (filled > columns) break;
    kept += segment;
  }
  return `${kept}…`;
}
