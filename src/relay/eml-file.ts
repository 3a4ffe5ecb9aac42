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
