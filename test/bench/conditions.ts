// The machine that a figure was measured on, as every table needs it beside it: its processor, its disk, and how busy
// others keep it.

import { execFileSync } from 'node:child_process';
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { type CpuInfo, cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from './report.js';

const LOOK_MS = 1000;
/** Above this share of busy processors before the start, figures are those of a disturbed machine. */
const QUIET = 0.1;

/** What the machine is and does before anything is measured. Takes a second, for the look at how busy it is. */
export async function machine(): Promise<readonly string[]> {
  const before = cpus();
  await sleep(LOOK_MS);
  const busy = busyShare(before, cpus());
  const [first] = before;
  const disturbed = busy > QUIET ? ': others are at work, so read the figures as disturbed ones' : '';
  const sync = syncTime().toFixed(2);
  return [
    `Node ${process.version}; ${first?.model.trim() ?? 'unknown'}, ${before.length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB.`,
    `Before the start load ${load()}, processors ${(busy * 100).toFixed(0)} % busy${disturbed}.`,
    `Ledgers and queues in ${tmpdir()} (${fileSystem()}), ledgers with synchronous=FULL; one write of 4 kB with fdatasync takes ${sync} ms there.`,
  ];
}

/** The load average of the last minute, which our own work is a part of. */
export function load(): string {
  return loadavg()[0]!.toFixed(1);
}

function busyShare(before: readonly CpuInfo[], after: readonly CpuInfo[]): number {
  const all = (infos: readonly CpuInfo[]) =>
    infos.reduce((sum, { times }) => sum + Object.values(times).reduce((total, time) => total + time), 0);
  const idle = (infos: readonly CpuInfo[]) => infos.reduce((sum, { times }) => sum + times.idle, 0);
  return 1 - (idle(after) - idle(before)) / (all(after) - all(before));
}

function fileSystem(): string {
  const told = execFileSync('findmnt', ['-no', 'SOURCE,FSTYPE', '--target', tmpdir()], { encoding: 'utf8' });
  return told.trim().replace(/\s+/g, ' ');
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
