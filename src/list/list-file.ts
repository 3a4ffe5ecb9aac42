// Where a list lies: a file, a pipe or standard input, maybe packed by gzip. Gives its octets, as often as asked.
// Knows nothing of encodings or CSV.

import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, openSync, read, rmSync } from 'node:fs';
import { mkdtemp, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import { MailblastError } from '../domain/errors.js';

/** A list whose octets can be read again and again: to hash them, to find out their encoding, to import them. */
export interface ListFile {
  /** How messages call it: its path, or `standard input`. */
  readonly name: string;
  /** Whether the octets had to be unpacked. */
  readonly packed: boolean;
  /** What it holds, unpacked, in pieces of 64 KiB at the most. Rejects with a MailblastError. */
  octets(): AsyncIterable<Buffer>;
}

/** The path that means standard input. */
const STANDARD_INPUT = '-';

/** Pieces this large hold about a thousand rows; larger ones were no faster, and cost memory. */
const PIECE = 64 * 1024;

/**
 * Finds the list at a path, `-` being standard input.
 * @throws MailblastError `no_input` when it cannot be read, `data` when it is a spreadsheet's own file.
 */
export async function findListFile(path: string): Promise<ListFile> {
  const name = nameOf(path);
  const open = await opener(path);
  const head = await firstOctets(stored(open, name));
  if (startsWith(head, 0x50, 0x4b, 0x03, 0x04) || startsWith(head, 0xd0, 0xcf, 0x11, 0xe0)) {
    throw new MailblastError(
      'data',
      'This is a spreadsheet or a zip archive, not CSV. Save it as CSV (UTF-8) and use that file.',
      { place: { file: name } },
    );
  }
  const packed = startsWith(head, 0x1f, 0x8b);
  return { name, packed, octets: () => (packed ? unpacked(open, name) : stored(open, name)) };
}

/**
 * SHA-256 of the file as it lies there, hex.
 * @throws MailblastError `no_input` when it cannot be read.
 */
export async function hashList(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of stored(await opener(path), nameOf(path))) hash.update(piece);
  return hash.digest('hex');
}

function nameOf(path: string): string {
  return path === STANDARD_INPUT ? 'standard input' : path;
}

/** How to open the list from its beginning, any number of times. */
async function opener(path: string): Promise<() => AsyncIterable<Buffer>> {
  if (path !== STANDARD_INPUT) {
    const found = await stat(path).catch((error: unknown) => {
      throw unreadable(path, error);
    });
    if (found.isDirectory()) {
      throw new MailblastError('no_input', 'This is a folder. Name the list in it.', {
        place: { file: path },
      });
    }
    if (found.isFile()) return () => createReadStream(path, { highWaterMark: PIECE });
  }
  const fd = await kept(path);
  return () => readKept(fd);
}

/** A stream would close the descriptor at its end. */
async function* readKept(fd: number): AsyncGenerator<Buffer, void, undefined> {
  for (let at = 0; ; ) {
    const { bytesRead, buffer } = await readAt(fd, Buffer.allocUnsafe(PIECE), 0, PIECE, at);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}

const readAt = promisify(read);

/** What can be read only once, by path: read for the first time it is asked for, and kept until the process ends. */
const keptInputs = new Map<string, Promise<number>>();

function kept(path: string): Promise<number> {
  const known = keptInputs.get(path);
  if (known) return known;
  const fresh = keep(path === STANDARD_INPUT ? process.stdin : createReadStream(path), nameOf(path));
  keptInputs.set(path, fresh);
  return fresh;
}

/**
 * Writes the input to a temporary file and gives its descriptor. The file has lost its name by the time anything is
 * written into it, so that no addresses stay behind, whatever happens to the process.
 */
async function keep(input: Readable, name: string): Promise<number> {
  try {
    const folder = await mkdtemp(join(tmpdir(), 'mailblast-'));
    const fd = openSync(join(folder, 'list'), 'wx+', 0o600);
    rmSync(folder, { recursive: true });
    await pipeline(
      stored(() => input, name),
      createWriteStream('', { fd, autoClose: false }),
    );
    return fd;
  } catch (error) {
    if (error instanceof MailblastError) throw error;
    throw new MailblastError(
      'cannot_write',
      `The list cannot be kept in ${tmpdir()} while it is read: ${messageOf(error)}.`,
      { place: { file: name }, cause: error },
    );
  }
}

async function* stored(
  open: () => AsyncIterable<Buffer>,
  name: string,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* open();
  } catch (error) {
    throw unreadable(name, error);
  }
}

async function* unpacked(
  open: () => AsyncIterable<Buffer>,
  name: string,
): AsyncGenerator<Buffer, void, undefined> {
  const gunzip = createGunzip({ chunkSize: PIECE });
  // The iteration below sees every error; without a listener of its own the promise would end the process.
  pipeline(stored(open, name), gunzip).catch(() => undefined);
  try {
    yield* gunzip as AsyncIterable<Buffer>;
  } catch (error) {
    if (error instanceof MailblastError) throw error;
    throw new MailblastError(
      'data',
      `The list is packed by gzip, and is damaged or cut off (${messageOf(error)}). Fetch or pack it again.`,
      { place: { file: name }, cause: error },
    );
  }
}

async function firstOctets(octets: AsyncIterable<Buffer>): Promise<Buffer> {
  for await (const piece of octets) return piece;
  return Buffer.alloc(0);
}

function startsWith(octets: Buffer, ...magic: number[]): boolean {
  return magic.every((octet, index) => octets[index] === octet);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'There is no such file.',
  ENOTDIR: 'There is no such file.',
  EISDIR: 'This is a folder. Name the list in it.',
  EACCES: 'This file may not be read by you: its permissions forbid it.',
  EPERM: 'This file may not be read by you: its permissions forbid it.',
};

function unreadable(name: string, error: unknown): MailblastError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const sentence = REASONS[code] ?? `The list cannot be read: ${messageOf(error)}.`;
  return new MailblastError('no_input', sentence, { place: { file: name }, cause: error });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
