// Verifiers of DKIM signatures that are not ours: mailauth, and OpenDKIM's library in one process for many messages.
// Neither asks any DNS: the one record there is comes from the test.

import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';

/** A TXT record. */
export interface Txt {
  readonly name: string;
  readonly value: string;
}

/** `pass`, or what mailauth says instead; `none` without a signature. */
export async function verifyWithMailauth(message: Uint8Array, record: Txt): Promise<string> {
  const { results } = await dkimVerify(Buffer.from(message), {
    resolver: async (name, type) => {
      if (name === record.name && type === 'TXT') return [[record.value]];
      throw Object.assign(new Error(`${type} ${name} was asked for`), { code: 'ENOTFOUND' });
    },
  });
  return results[0]?.status.result ?? 'none';
}

/** True for each message whose signature holds and covers its end. */
export async function verifyWithOpenDkim(messages: readonly Uint8Array[], record: Txt): Promise<boolean[]> {
  const folder = await mkdtemp(join(tmpdir(), 'mailblast-dkim-'));
  try {
    const keys = join(folder, 'keys');
    await writeFile(keys, `${record.name} ${record.value}\n`);
    const script = fileURLToPath(new URL('opendkim.py', import.meta.url));
    const python = spawn('python3', [script, keys], { stdio: ['pipe', 'pipe', 'inherit'] });
    const answers = text(python.stdout);
    for (const message of messages) python.stdin.write(`${Buffer.from(message).toString('base64')}\n`);
    python.stdin.end();
    const lines = (await answers).split('\n').slice(0, -1);
    if (lines.length !== messages.length) throw new Error(`opendkim.py answered ${lines.length} times`);
    return lines.map((line) => (JSON.parse(line) as { status: number }).status === 0);
  } finally {
    await rm(folder, { recursive: true });
  }
}
