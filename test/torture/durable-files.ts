// What a disk holds after the power went, made from the log that power-loss.c writes: of each file what its last
// completed fsync made sure of, and of what was written since, nothing or any sectors of it.
// A removal stands with the next fsync of anything, as on a file system with a journal. Knows nothing of SQLite.

import { readFileSync, writeFileSync } from 'node:fs';
import type { Random } from '../random.js';

const KINDS = { 1: 'written', 2: 'synced', 3: 'cut', 4: 'removed' } as const;
const SECTOR = 512;

interface Step {
  /** Nanoseconds of the monotonic clock, when the call had come back. */
  readonly at: bigint;
  readonly kind: (typeof KINDS)[keyof typeof KINDS];
  /** What stands behind the watched path. */
  readonly file: string;
  /** Of a write, or the new size. */
  readonly offset: number;
  readonly octets: Buffer;
}

/** Of what was not made sure of, what the disk has all the same. */
export type Unsynced = 'none of it' | 'any sectors of it';

export class DurableFiles {
  readonly steps: readonly Step[];

  constructor(log: string) {
    this.steps = readSteps(readFileSync(log));
  }

  /**
   * Writes the files as they are after a power cut behind step `index`, beside `path`. Lock files are left out: they
   * die with the machine.
   */
  write(index: number, path: string, unsynced: Unsynced, random: Random): void {
    const past = this.steps.slice(0, index + 1).filter(({ file }) => ['', '-wal', '-journal'].includes(file));
    for (const file of new Set(past.map((step) => step.file))) {
      const content = after(past, file, unsynced, random);
      if (content !== undefined) writeFileSync(`${path}${file}`, content, { mode: 0o600 });
    }
  }
}

/** A file's octets; undefined when there is none. */
function after(past: readonly Step[], file: string, unsynced: Unsynced, random: Random): Buffer | undefined {
  const anySync = past.findLastIndex(({ kind }) => kind === 'synced');
  const removal = past.findLastIndex((step) => step.kind === 'removed' && step.file === file);
  const gone = removal >= 0 && (removal < anySync || (unsynced === 'any sectors of it' && random() < 0.5));
  const since = past
    .slice(gone ? removal + 1 : 0)
    .map((step, i) => ({ ...step, index: gone ? removal + 1 + i : i }));
  const own = since.filter((step) => step.file === file && step.kind !== 'removed');
  const sure = own.findLastIndex(({ kind }) => kind === 'synced');
  // A ledger's file is made, empty, before SQLite is told of it.
  let content: Buffer | undefined = file === '' ? Buffer.alloc(0) : undefined;
  own.forEach((step, i) => {
    if (step.kind === 'written') {
      if (i <= sure) content = overwritten(content, step.offset, step.octets);
      else if (unsynced !== 'none of it') content = torn(content, step, random);
    } else if (step.kind === 'cut' && (i <= sure || (unsynced !== 'none of it' && random() < 0.5))) {
      content = overwritten(content, step.offset, Buffer.alloc(0)).subarray(0, step.offset);
    }
  });
  return content;
}

function torn(content: Buffer | undefined, { offset, octets }: Step, random: Random): Buffer | undefined {
  let result = content;
  for (let at = 0; at < octets.length; ) {
    const end = Math.min(octets.length, (Math.floor((offset + at) / SECTOR) + 1) * SECTOR - offset);
    if (random() < 0.5) result = overwritten(result, offset + at, octets.subarray(at, end));
    at = end;
  }
  return result;
}

function overwritten(content: Buffer | undefined, offset: number, octets: Buffer): Buffer {
  const size = Math.max(content?.length ?? 0, offset + octets.length);
  const result = content?.length === size ? content : Buffer.alloc(size);
  if (content !== undefined && result !== content) content.copy(result);
  octets.copy(result, offset);
  return result;
}

function readSteps(log: Buffer): Step[] {
  const steps: Step[] = [];
  for (let i = 0; i < log.length; ) {
    const kind = KINDS[log.readUInt32LE(i + 8) as keyof typeof KINDS];
    const letters = log.readUInt32LE(i + 12);
    const offset = Number(log.readBigUInt64LE(i + 16));
    const size = kind === 'written' ? Number(log.readBigUInt64LE(i + 24)) : 0;
    const [name, body] = [i + 32, i + 32 + letters];
    const file = log.toString('utf8', name, body);
    steps.push({ at: log.readBigUInt64LE(i), kind, file, offset, octets: log.subarray(body, body + size) });
    i = body + size;
  }
  return steps;
}
