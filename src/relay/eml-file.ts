// Writes a message into a folder as an `.eml` file with its envelope on top. Knows files and their names; knows
// nothing of how the message came here.

import { createHash } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Sender and recipients as the relay was told them. */
export interface EmlEnvelope {
  readonly returnPath: string;
  readonly recipients: readonly string[];
}

/**
 * Writes it whole or not at all, over a file of the same name. The envelope stands in trace lines above the message
 * (RFC 5321 4.4), whose own octets are not touched. Gives the file's path. Rejects with the file system's error.
 */
export async function writeEml(
  folder: string,
  name: string,
  envelope: EmlEnvelope,
  octets: Uint8Array,
): Promise<string> {
  const lines = [
    `Return-Path: <${envelope.returnPath}>`,
    ...envelope.recipients.map((recipient) => `X-Envelope-To: <${recipient}>`),
  ];
  const file = join(folder, name);
  const unfinished = `${file}.part`;
  try {
    await writeFile(unfinished, Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n`), octets]));
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  return file;
}

/** What `writeEml` wrote, taken apart again. A file of another program's has its message alone. */
export function splitEml(file: Buffer): { readonly envelope: EmlEnvelope; readonly octets: Buffer } {
  let at = 0;
  let returnPath = '';
  const recipients: string[] = [];
  for (;;) {
    const end = file.indexOf('\r\n', at);
    const [, name, address] =
      /^(Return-Path|X-Envelope-To): <(.*)>$/.exec(file.toString('utf8', at, Math.max(at, end))) ?? [];
    if (address === undefined || (name === 'Return-Path') !== (at === 0)) break;
    if (name === 'Return-Path') returnPath = address;
    else recipients.push(address);
    at = end + 2;
  }
  return { envelope: { returnPath, recipients }, octets: file.subarray(at) };
}

/** A name that is the same for the same message to the same recipient, and another for any other. */
export function stableName(recipient: string, octets: Uint8Array): string {
  const digest = createHash('sha256').update(recipient).update('\0').update(octets).digest('hex');
  return `${safePart(recipient)}-${digest.slice(0, 12)}.eml`;
}

/** As much of an address as is safe in a file's name on any system; readable, not unique. */
export function safePart(address: string): string {
  const safe = address.replace(/[^A-Za-z0-9@._+-]+/g, '_').replace(/^[.-]+/, '_');
  return safe.slice(0, 80) || '_';
}
