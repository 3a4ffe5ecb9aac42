// What a measurement hands back, and how it is printed: a table, the ratios it is about, and under which conditions.

import { execFileSync } from 'node:child_process';
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';

/** One measurement's figures. It throws instead when its own checks say that the run was no good. */
export interface Report {
  readonly title: string;
  /** Sentences on what was measured, beyond the machine. */
  readonly conditions: readonly string[];
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What it should come to, with the figure that it came to. */
  readonly goals: readonly { readonly what: string; readonly met: boolean }[];
}

export type Measurement = () => Promise<Report>;

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
    console.log(`  ${cells.join('   ')}`);
  }
  console.log();
  for (const { what, met } of report.goals) console.log(`  ${met ? 'met   ' : 'MISSED'}  ${what}`);
}

/** The machine, as every table needs it beside it. */
export function printMachine(): void {
  const [first] = cpus();
  const load = loadavg()[0]!.toFixed(1);
  console.log(
    `Node ${process.version}, ${cpus().length} cores (${first?.model.trim() ?? 'unknown'}), ` +
      `${Math.round(totalmem() / 2 ** 30)} GiB, load average ${load} before the start.`,
  );
  console.log(
    `Ledgers in ${tmpdir()} (${fileSystem()}), synchronous=FULL; one write with fdatasync takes ${syncTime().toFixed(2)} ms there.`,
  );
}

function fileSystem(): string {
  return execFileSync('stat', ['-f', '-c', '%T', tmpdir()], { encoding: 'utf8' }).trim();
}

/** Milliseconds, the median of fifty: what a commit cannot be faster than. */
function syncTime(): number {
  const path = join(tmpdir(), `mailblast-bench-${process.pid}`);
  const fd = openSync(path, 'wx');
  const page = Buffer.alloc(4096, 1);
  const times = Array.from({ length: 50 }, () => {
    const begun = performance.now();
    writeSync(fd, page);
    fdatasyncSync(fd);
    return performance.now() - begun;
  });
  closeSync(fd);
  rmSync(path);
  return median(times);
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
