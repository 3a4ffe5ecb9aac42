// A log's lines, from a file or standard input, packed by gzip or not. Knows nothing of what stands in them.

import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';
import { MailblastError } from '../domain/errors.js';

/** The path that means standard input. */
const STANDARD_INPUT = '-';

/** Characters of a line that are read; syslog's own lines end long before (RFC 5424 6.1 speaks of 2048 octets). */
const LONGEST = 64 * 1024;

/** How messages call the log: its path, or `standard input`. */
export function nameOf(path: string): string {
  return path === STANDARD_INPUT ? 'standard input' : path;
}

/**
 * The lines in batches, without their ends.
 * Rejects with a MailblastError: `no_input` when the log cannot be read, `data` when it is packed and damaged.
 */
export async function* logLines(path: string): AsyncGenerator<readonly string[], void> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const piece of unpacked(stored(path), nameOf(path))) {
    const lines = (rest + decoder.write(piece)).split(/\r?\n/);
    rest = lines.pop()!.slice(0, LONGEST);
    yield lines;
  }
  rest += decoder.end();
  if (rest !== '') yield [rest];
}

async function* stored(path: string): AsyncGenerator<Buffer, void> {
  try {
    yield* path === STANDARD_INPUT ? process.stdin : createReadStream(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const sentence =
      code === 'ENOENT'
        ? 'There is no such file.'
        : code === 'EACCES'
          ? 'You may not read this log. Read it as a user who may, and hand it over: sudo cat … | mailblast resolve … --from-log -'
          : `The log cannot be read: ${message}.`;
    throw new MailblastError('no_input', sentence, { place: { file: nameOf(path) }, cause: error });
  }
}

async function* unpacked(octets: AsyncGenerator<Buffer, void>, name: string): AsyncGenerator<Buffer, void> {
  const first = await octets.next();
  if (first.done) return;
  const whole = async function* (): AsyncGenerator<Buffer, void> {
    yield first.value;
    yield* octets;
  };
  if (first.value[0] !== 0x1f || first.value[1] !== 0x8b) {
    yield* whole();
    return;
  }
  const gunzip = createGunzip();
  // The iteration below sees every error; without a listener of its own the promise would end the process.
  pipeline(Readable.from(whole()), gunzip).catch(() => undefined);
  try {
    yield* gunzip as AsyncIterable<Buffer>;
  } catch (error) {
    if (error instanceof MailblastError) throw error;
    const sentence = `The log is packed by gzip, and is damaged or cut off (${(error as Error).message}).`;
    throw new MailblastError('data', sentence, { place: { file: name }, cause: error });
  }
}
