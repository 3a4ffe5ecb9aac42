// The messages in a Maildir, as the journal of a server that delivers everything into one.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Delivered {
  /** Without angle brackets, as the next two. */
  readonly messageId: string;
  readonly from: string;
  readonly to: string;
}

/** What is there now; nothing when there is no such folder yet. `toHeader` is what the server calls the recipient. */
export async function readMaildir(folder: string, toHeader: string): Promise<Delivered[]> {
  const files = await readdir(join(folder, 'new')).catch(() => []);
  return Promise.all(
    files.map(async (file) => {
      const text = await readFile(join(folder, 'new', file), 'latin1');
      const header = (name: string) => new RegExp(`^${name}: *<?([^>\\r\\n]*)>?`, 'im').exec(text)?.[1] ?? '';
      return { messageId: header('Message-ID'), from: header('Return-Path'), to: header(toHeader) };
    }),
  );
}
