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
  const content = new Content(file === '');
  own.forEach((step, i) => {
    if (step.kind === 'written') {
      if (i <= sure) content.write(step.offset, step.octets);
      else if (unsynced !== 'none of it') tear(content, step, random);
    } else if (step.kind === 'cut' && (i <= sure || (unsynced !== 'none of it' && random() < 0.5))) {
      content.cut(step.offset);
    }
  });
  return content.octets;
}

/** Any sectors of a write. */
function tear(content: Content, { offset, octets }: Step, random: Random): void {
  for (let at = 0; at < octets.length; ) {
    const end = Math.min(octets.length, (Math.floor((offset + at) / SECTOR) + 1) * SECTOR - offset);
    if (random() < 0.5) content.write(offset + at, octets.subarray(at, end));
    at = end;
  }
}

/** A file in the making. */
class Content {
  #room = Buffer.alloc(64 * 1024);
  #size = 0;
  #exists: boolean;

  constructor(exists: boolean) {
    this.#exists = exists;
  }

  /** Undefined when there is no file. */
  get octets(): Buffer | undefined {
    return this.#exists ? this.#room.subarray(0, this.#size) : undefined;
  }

  write(offset: number, octets: Buffer): void {
    this.#exists = true;
    const end = offset + octets.length;
    if (end > this.#room.length) this.#room = Buffer.concat([this.#room, Buffer.alloc(end)]);
    octets.copy(this.#room, offset);
    this.#size = Math.max(this.#size, end);
  }

  cut(size: number): void {
    this.write(size, Buffer.alloc(0));
    this.#room.fill(0, size);
    this.#size = size;
  }
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
