// Logs as relays write them, put together for tests, and what is read from them.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LogsRead, readLogs } from '../../src/relay-log/read-logs.js';

/** The Message-IDs of three messages: a to c. */
export const [A, B, C] = ['a', 'b', 'c'].map((letter) => `${letter.repeat(32)}@example.com`) as [
  string,
  string,
  string,
];

/** When these logs are read: 2026-11-25 12:00 of this machine's time. */
export const NOW = new Date(2026, 10, 25, 12).getTime();

/** Reads logs from files of their own, in the order given. */
export async function readTexts(...texts: readonly (string | Uint8Array)[]): Promise<LogsRead> {
  const folder = mkdtempSync(join(tmpdir(), 'mailblast-logs-'));
  try {
    const paths = texts.map((text, index) => {
      const path = join(folder, `log${index}`);
      writeFileSync(path, text);
      return path;
    });
    return await readLogs(paths, [A, B, C], NOW);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What is said of each message: `[a, b, c]`. */
export function saysOf(read: LogsRead): (string | undefined)[] {
  return [A, B, C].map((id) => read.traces.get(id)?.says);
}

/** Lines of Postfix's log, a second apart from 11:00, each by what its daemon says: `cleanup 4F2A: message-id=<…>`. */
export function postfixLog(...lines: readonly string[]): string {
  return lines
    .map((line, index) => {
      const [daemon = '', ...says] = line.split(' ');
      const second = String(index % 60).padStart(2, '0');
      return `Nov 25 11:00:${second} relay ${daemon.includes('/') ? daemon : `postfix/${daemon}`}[71]: ${says.join(' ')}\n`;
    })
    .join('');
}
