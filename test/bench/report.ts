// What a measurement hands back, and how it is printed: a table, what it should come to, and under which conditions.

import type { Scale } from './options.js';

/** One measurement's figures. It throws instead when its own checks say that the run was no good. */
export interface Report {
  readonly title: string;
  /** Sentences on what was measured, beyond the machine. */
  readonly conditions: readonly string[];
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What it should come to as a multiple of another's figure; these make the table at the end. */
  readonly ratios?: readonly Ratio[];
  /** What else it should come to, with the figure that it came to. */
  readonly goals: readonly Goal[];
}

export interface Goal {
  readonly what: string;
  readonly met: boolean;
}

/** mailblast's figure over another's. */
export interface Ratio {
  readonly work: string;
  readonly against: string;
  /** Messages a second. */
  readonly ours: number;
  readonly theirs: number;
  readonly ratio: number;
  /** The ratio of each round. */
  readonly rounds: readonly number[];
  /** The least that it should be. */
  readonly target: number;
}

/** A measurement that cannot be made here. */
export interface Skipped {
  readonly title: string;
  readonly skipped: string;
}

export type Measurement = (scale: Scale) => Promise<Report | Skipped>;

export function printReport(report: Report): void {
  console.log(`\n${report.title}`);
  for (const condition of report.conditions) console.log(`  ${condition}`);
  const table = [report.columns, ...report.rows];
  const widths = report.columns.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  console.log();
  for (const row of table) {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
    );
    console.log(`  ${cells.join('   ').trimEnd()}`);
  }
  console.log();
  for (const { what, met } of goalsOf(report)) console.log(`  ${met ? 'met   ' : 'MISSED'}  ${what}`);
}

/** All of a report's goals in words, its ratios among them. */
export function goalsOf({ ratios = [], goals }: Report): Goal[] {
  const told = ratios.map((ratio) => ({
    what: `${times(ratio.ratio)} ${ratio.against} (target: at least ${times(ratio.target)})`,
    met: isMet(ratio),
  }));
  return [...told, ...goals];
}

export function isMet({ ratio, target }: Ratio): boolean {
  return ratio >= target;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** `12,345`, without fractions. */
export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Octets as MB of a million, without the unit. */
export function megabytes(octets: number): string {
  return (octets / 1e6).toFixed(1);
}

export function seconds(value: number): string {
  return value.toFixed(2);
}

/** `4.21 ×`. */
export function times(ratio: number): string {
  return `${ratio.toFixed(2)} ×`;
}

/** The least and the most of them, `12-15`. */
export function span(values: readonly number[], format: (value: number) => string): string {
  return `${format(Math.min(...values))}-${format(Math.max(...values))}`;
}
