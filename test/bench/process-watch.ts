// Runs a process and watches it from outside: its lines as they come, its memory and processor time by the kernel's
// count (/proc, so Linux). Knows nothing of mailblast.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** How it stood with the process at a moment. */
export interface Sample {
  /** Seconds since it began. */
  readonly at: number;
  /** Resident memory, octets. */
  readonly resident: number;
  /** Processor time of all its threads so far, seconds. */
  readonly processor: number;
  /** Processor time of its first thread so far, seconds. */
  readonly mainThread: number;
}

export interface Watched {
  /** The exit code; -1 for a signal. */
  readonly code: number;
  /** When it was started, by the system's monotonic clock, microseconds. */
  readonly startedAt: number;
  /** Lines of stdout, each with the seconds since the process began. */
  readonly lines: readonly { readonly at: number; readonly text: string }[];
  readonly stderr: string;
  readonly seconds: number;
  readonly samples: readonly Sample[];
  /** The most resident memory it ever had, octets. */
  readonly peak: number;
}

/**
 * Processor time that it took between two moments of its life, seconds; what it took up to its last sample. Of all its
 * threads, or of the first one.
 */
export function processorBetween(
  { samples }: Watched,
  from: number,
  to: number,
  whose: 'processor' | 'mainThread' = 'processor',
): number {
  const at = (moment: number) => samples.findLast((sample) => sample.at <= moment)?.[whose] ?? 0;
  return at(to) - at(from);
}

/** Processor time that a running process has taken so far, all its threads, seconds. */
export function processorOf(pid: number): number {
  return sampleOf(pid)?.processor ?? 0;
}

const SAMPLE_MS = 20;
/** Of /proc/<pid>/stat: a hundredth of a second on every Linux that Node runs on. */
const TICK_SECONDS = 0.01;

/** Runs a program to its end. Never rejects for how it ends: look at `code`. */
export function watch(
  program: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<Watched> {
  return new Promise((resolve, reject) => {
    const startedAt = Number(process.hrtime.bigint() / 1000n);
    const begun = performance.now();
    const since = () => (performance.now() - begun) / 1000;
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    const lines: { at: number; text: string }[] = [];
    createInterface(child.stdout).on('line', (text) => lines.push({ at: since(), text }));
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      stderr += part;
    });
    const samples: Sample[] = [];
    let peak = 0;
    const look = setInterval(() => {
      const seen = child.pid === undefined ? undefined : sampleOf(child.pid);
      if (seen === undefined) return;
      const { peak: most, ...sample } = seen;
      samples.push({ at: since(), ...sample });
      peak = most;
    }, SAMPLE_MS);
    child.once('error', reject);
    child.once('close', (code) => {
      clearInterval(look);
      process.off('exit', kill);
      resolve({ code: code ?? -1, startedAt, lines, stderr, seconds: since(), samples, peak });
    });
  });
}

/** Undefined once the process has ended. */
function sampleOf(pid: number): (Omit<Sample, 'at'> & { readonly peak: number }) | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const octets = (name: string) =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)![1]) * 1024;
    return {
      resident: octets('VmRSS'),
      peak: octets('VmHWM'),
      processor: processorIn(`/proc/${pid}/stat`),
      mainThread: processorIn(`/proc/${pid}/task/${pid}/stat`),
    };
  } catch {
    return undefined;
  }
}

/** Seconds, by a `stat` file of a process or of a thread. */
function processorIn(file: string): number {
  const stat = readFileSync(file, 'utf8');
  // The fields behind the program's name, which may hold blanks: state is the third of all.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_SECONDS;
}
