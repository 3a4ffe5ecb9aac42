// The real command as a measurement runs it: in a folder with a list and the newsletter, its own words telling when
// the sending began and ended, and `status` telling what came of it.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeList } from './lists.js';
import { FROM, UNSUBSCRIBE_URL, writeTemplate } from './newsletter.js';
import { processorBetween, type Watched, watch } from './process-watch.js';

const COMMAND = fileURLToPath(new URL('../../bin/mailblast.js', import.meta.url));

export interface Sent extends Watched {
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

  /** Writes the list `list.csv`; resolves with its size in octets. */
  async list(people: number): Promise<number> {
    writeTemplate(this.folder);
    return await writeList(join(this.folder, 'list.csv'), people);
  }

  /** `mailblast send list.csv --template news.mjml` to a loopback port, into a new ledger. */
  run(port: number, options: readonly string[], nodeOptions: readonly string[] = []): Promise<Watched> {
    for (const name of ['mailblast.db', 'mailblast.db-wal', 'mailblast.db-shm', 'mailblast.db.locks']) {
      rmSync(join(this.folder, name), { recursive: true, force: true });
    }
    const send = ['send', 'list.csv', '--template', 'news.mjml', '--from', FROM, '--yes'];
    const relay = ['--unsubscribe-url', UNSUBSCRIBE_URL, '--relay', `smtp://127.0.0.1:${port}`];
    return watch(process.execPath, [...nodeOptions, COMMAND, ...send, ...relay, ...options], {
      cwd: this.folder,
      env: cleanEnv(),
    });
  }

  /** Sends the whole list. @throws Error unless all `people` were accepted, by the ledger's own account. */
  async send(
    port: number,
    people: number,
    options: readonly string[],
    nodeOptions: readonly string[] = [],
  ): Promise<Sent> {
    const run = await this.run(port, options, nodeOptions);
    const begun = run.lines.find(({ text }) => text.startsWith('Sending to '));
    const ended = run.lines.find(({ text }) => / is complete: /.test(text));
    if (run.code !== 0 || !begun || !ended)
      throw new Error(`mailblast ended with ${run.code}: ${run.stderr}`);
    const { accepted } = this.#counts();
    if (accepted !== people) throw new Error(`${accepted} of ${people} were accepted`);
    return {
      ...run,
      sending: ended.at - begun.at,
      processor: processorBetween(run, begun.at, ended.at),
    };
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
