// Postfix as the relay of a measurement: test/servers/postfix.ts without TLS, with limits that are not reached, and with
// the proof of how many messages it took, from its own log.

import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPostfix } from '../servers/postfix.js';
import type { Opening } from './rounds.js';

/** smtp-source speaks no TLS. Processes that end after 100 messages, and anvil, are costs of the limits, not of mail. */
const SETTINGS = [
  'smtpd_tls_security_level = none',
  'default_process_limit = 200',
  'max_use = 1000000',
  'default_destination_concurrency_limit = 100',
  'smtpd_client_connection_rate_limit = 0',
  'smtpd_client_event_limit_exceptions = static:all',
];
const POSTLOG_MS = 10_000;

export interface PostfixRelay {
  /** Opens it for a turn; its queue is empty then. */
  readonly opening: Opening;
  stop(): Promise<void>;
}

/** `within`: the folder in which its queue lies, instead of that for temporary files. */
export async function startPostfixRelay(within?: string): Promise<PostfixRelay> {
  const postfix = await startPostfix({ settings: SETTINGS, ...(within === undefined ? {} : { within }) });
  let read = 0;
  /** Messages that its log tells of since the last look. */
  const accepted = async () => {
    const file = await open(postfix.logFile);
    try {
      let count = 0;
      for await (const line of file.readLines({ start: read, autoClose: false })) {
        read += Buffer.byteLength(line) + 1;
        if (/ postfix\/qmgr\[\d+\]: [0-9A-Za-z]+: from=</.test(line)) count++;
      }
      return count;
    } finally {
      await file.close();
    }
  };
  const opening: Opening = async (expected) => ({
    port: postfix.port,
    async provesAll() {
      await emptied(postfix.queueFolder);
      let count = 0;
      // What its processes said last takes a moment to be in the log.
      for (const end = performance.now() + POSTLOG_MS; performance.now() < end && count < expected; ) {
        count += await accepted();
        if (count < expected) await sleep(50);
      }
      if (count !== expected) throw new Error(`Postfix took ${count} messages, not ${expected}`);
    },
  });
  return { opening, stop: () => postfix.stop() };
}

/** Waits until nothing is left to be discarded, which would disturb the next turn. */
async function emptied(queue: string): Promise<void> {
  for (;;) {
    const folders = ['maildrop', 'incoming', 'active', 'deferred'].map((name) => join(queue, name));
    const left = await Promise.all(folders.map((folder) => readdir(folder, { recursive: true })));
    // Hashed queues have folders of one character; a queue file's name is longer.
    if (left.flat().every((name) => (name.split('/').at(-1)?.length ?? 0) === 1)) return;
    await sleep(50);
  }
}
