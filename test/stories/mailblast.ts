// Runs the real command, as a process of its own in a folder of its own, the way a person or cron does.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The built command, for who starts it in another way. */
export const COMMAND = fileURLToPath(new URL('../../bin/mailblast.js', import.meta.url));

export interface Finished {
  /** The exit code, or the signal's name when a signal ended it. */
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly process: ChildProcess;
  readonly finished: Promise<Finished>;
  /** What it has said so far. */
  stdout(): string;
  stderr(): string;
}

/** A folder with a list and a template in it, and mailblast at work there. */
export class Desk {
  readonly folder = mkdtempSync(join(tmpdir(), 'mailblast-story-'));
  /** Words before the command, such as those of a shell that sets limits. */
  through: readonly string[] = [];
  readonly #running = new Set<ChildProcess>();

  write(name: string, text: string | Uint8Array): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** A list of `count` people, `p1@example.org` onwards, and a short template. */
  campaign(count: number): void {
    this.write('list.csv', listOf(Array.from({ length: count }, (_, index) => index + 1)));
    this.write('news.mjml', TEMPLATE);
  }

  start(args: readonly string[], env: Readonly<Record<string, string | undefined>> = {}): Running {
    const { MAILBLAST_RELAY: _, ...inherited } = process.env;
    const [program, ...words] = [...this.through, process.execPath, COMMAND, ...args];
    const child = spawn(program!, words, {
      cwd: this.folder,
      env: { ...inherited, MAILBLAST_FROM: 'News <news@example.com>', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#running.add(child);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      stdout += part;
    });
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      stderr += part;
    });
    const finished = new Promise<Finished>((resolve) => {
      child.on('close', (code, signal) => {
        this.#running.delete(child);
        resolve({ code: code ?? signal ?? 'unknown', stdout, stderr });
      });
    });
    return { process: child, finished, stdout: () => stdout, stderr: () => stderr };
  }

  run(args: readonly string[], env: Readonly<Record<string, string | undefined>> = {}): Promise<Finished> {
    return this.start(args, env).finished;
  }

  /** The campaign's counts, as `status --json` prints them. */
  async status(name = 'list-news'): Promise<{ state: string; counts: Record<string, number> }> {
    const { stdout, stderr } = await this.run(['status', name, '--json']);
    try {
      return JSON.parse(stdout) as { state: string; counts: Record<string, number> };
    } catch {
      throw new Error(`status printed no JSON: ${stdout}${stderr}`);
    }
  }

  close(): void {
    for (const child of this.#running) child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export const TEMPLATE = `<mjml>
  <mj-head><mj-title>News for {{name}}</mj-title></mj-head>
  <mj-body><mj-section><mj-column>
    <mj-text>Hello {{name}}, this is the news.</mj-text>
  </mj-column></mj-section></mj-body>
</mjml>
`;

export function listOf(numbers: readonly number[]): string {
  return `email,name\n${numbers.map((number) => `p${number}@example.org,Person ${number}\n`).join('')}`;
}

/** The recipient's address in an accepted transaction, for comparing journals with ledgers. */
export function person(number: number): string {
  return `p${number}@example.org`;
}

/** Waits until the condition holds, looking every few milliseconds; fails after 30 s, or so many as are told. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  seconds = 30,
): Promise<void> {
  const end = Date.now() + seconds * 1_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`Waited ${seconds} s in vain: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
