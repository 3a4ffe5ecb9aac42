// The real command as a measurement runs it: in a folder with a list and the newsletter, its own words telling when
// the sending began and ended, and `status` telling what came of it.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeList } from './lists.js';
import { FROM, UNSUBSCRIBE_URL, writeTemplate } from './newsletter.js';
import { processorBetween, type Watched, watch } from './process-watch.js';

const COMMAND = fileURLToPath(new URL('../../bin/mailblast.js', import.meta.url));

/** What the command runs in. */
export interface Around {
  readonly nodeOptions?: readonly string[];
  /** Variables besides those of whoever runs the measurement. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Sent extends Watched {
  /** When it said "Sending to …", seconds since the process began. */
  readonly begun: number;
  /** From "Sending to …" to "… is complete": the sending proper. */
  readonly sending: number;
  /** Processor time of the sending proper, seconds. */
  readonly processor: number;
}

/** A folder with a list of so many people and the newsletter. Remove it when done. */
export class Campaigns {
  readonly folder = mkdtempSync(join(tmpdir(), 'mailblast-bench-'));

  readonly #removing = () => rmSync(this.folder, { recursive: true, force: true });

  constructor() {
    process.once('exit', this.#removing);
  }

  /** Writes the list `list.csv`, of people at 500 domains or at one; resolves with its size in octets. */
  async list(people: number, domain?: string): Promise<number> {
    writeTemplate(this.folder);
    return await writeList(join(this.folder, 'list.csv'), people, domain);
  }

  /** `mailblast send list.csv --template news.mjml` to a loopback port, into a new ledger. */
  run(port: number, options: readonly string[], around: Around = {}): Promise<Watched> {
    for (const name of ['mailblast.db', 'mailblast.db-wal', 'mailblast.db-shm', 'mailblast.db.locks']) {
      rmSync(join(this.folder, name), { recursive: true, force: true });
    }
    const send = ['send', 'list.csv', '--template', 'news.mjml', '--from', FROM, '--yes'];
    const relay = ['--unsubscribe-url', UNSUBSCRIBE_URL, '--relay', `smtp://127.0.0.1:${port}`];
    const words = [...(around.nodeOptions ?? []), COMMAND, ...send, ...relay, ...options];
    return watch(process.execPath, words, { cwd: this.folder, env: { ...cleanEnv(), ...around.env } });
  }

  /** `mailblast <words> list.csv --template news.mjml`, for commands that send nothing. */
  command([name, ...words]: readonly [string, ...string[]]): Promise<Watched> {
    const args = [COMMAND, name, 'list.csv', '--template', 'news.mjml', ...words];
    return watch(process.execPath, args, { cwd: this.folder, env: cleanEnv() });
  }

  /** Sends the whole list. @throws Error unless all `people` were accepted, by the ledger's own account. */
  async send(port: number, people: number, options: readonly string[], around: Around = {}): Promise<Sent> {
    const run = await this.run(port, options, around);
    const begun = run.lines.find(({ text }) => text.startsWith('Sending to '));
    const ended = run.lines.find(({ text }) => / is complete: /.test(text));
    if (run.code !== 0 || !begun || !ended)
      throw new Error(`mailblast ended with ${run.code}: ${run.stderr}`);
    const { accepted } = this.#counts();
    if (accepted !== people) throw new Error(`${accepted} of ${people} were accepted`);
    return {
      ...run,
      begun: begun.at,
      sending: ended.at - begun.at,
      processor: processorBetween(run, begun.at, ended.at),
    };
  }

  /** Octets of one message, as a rehearsal with these options writes it. */
  async messageSize(options: readonly string[] = []): Promise<number> {
    const out = join(this.folder, 'out');
    rmSync(out, { recursive: true, force: true });
    const run = await this.run(9, ['--dry-run', '--out', out, '--limit', '1', ...options]);
    const [name] = run.code === 0 ? readdirSync(out).filter((file) => file.endsWith('.eml')) : [];
    if (name === undefined) throw new Error(`the rehearsal ended with ${run.code}: ${run.stderr}`);
    return statSync(join(out, name)).size;
  }

  /** Whether `mailblast send` knows an option. */
  knows(option: string): boolean {
    const help = execFileSync(process.execPath, [COMMAND, 'send', '--help'], {
      env: cleanEnv(),
      encoding: 'utf8',
    });
    return new RegExp(`^ +${option}\\b`, 'm').test(help);
  }

  remove(): void {
    process.off('exit', this.#removing);
    this.#removing();
  }

  #counts(): Record<string, number> {
    const status = [COMMAND, 'status', 'list-news', '--json'];
    const said = execFileSync(process.execPath, status, {
      cwd: this.folder,
      env: cleanEnv(),
      encoding: 'utf8',
    });
    return (JSON.parse(said) as { counts: Record<string, number> }).counts;
  }
}

/** Without the settings of whoever runs the measurement. */
function cleanEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('MAILBLAST_')));
}
