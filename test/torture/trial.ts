// The real command in a process of its own, against a relay in this one: for whatever kills the run or its surroundings.
// Knows how it is started, looked at and judged; what is done to it is the rows'.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { InDoubtWord } from '../../src/store/ledger.js';
import { type FakeRelay, type FakeRelayOptions, startFakeRelay } from '../servers/fake-relay.js';
import { Desk, type Finished, type Running } from '../stories/mailblast.js';
import { openLedger } from './built.js';
import { goThrough } from './campaign-run.js';
import { Journal } from './journal.js';
import { judge, type Verdict } from './oracle.js';
import { ReadersEye } from './readers-eye.js';

export const CAMPAIGN = 'list-news';

export interface TrialOptions {
  readonly people: number;
  readonly connections?: number;
  /** Messages that a session may have unanswered; for relays with CHUNKING. */
  readonly depth?: number;
  readonly relay?: Omit<FakeRelayOptions, 'witness'>;
  /** One end of so many is looked at in the ledger; 0 for none, so that the run is the last to close its file. */
  readonly lookAt?: number;
  readonly policy?: InDoubtWord;
  /** The list was read before, by a run that reached no relay: whatever befalls the run befalls its sending. */
  readonly laid?: boolean;
}

/** Ledgers with a campaign of which nobody was tried, octet for octet, by how many people it has. */
const laid = new Map<number, Promise<Uint8Array>>();

export class Trial {
  readonly desk: Desk;
  readonly ledger: string;
  readonly journal: Journal;
  readonly relay: FakeRelay;
  /** Who was sent again, or counted as accepted, by the policy. */
  readonly decided = new Set<string>();
  readonly connections: number;
  readonly #options: TrialOptions;
  readonly #eye: ReadersEye;

  private constructor(
    options: TrialOptions,
    journal: Journal,
    relay: FakeRelay,
    eye: ReadersEye,
    desk: Desk,
  ) {
    this.#options = options;
    this.connections = options.connections ?? 4;
    this.journal = journal;
    this.relay = relay;
    this.#eye = eye;
    this.desk = desk;
    this.ledger = join(desk.folder, 'mailblast.db');
  }

  static async with<T>(options: TrialOptions, work: (trial: Trial) => Promise<T>): Promise<T> {
    const desk = new Desk();
    const { lookAt = 1 } = options;
    const eye = new ReadersEye(join(desk.folder, 'mailblast.db'), lookAt);
    const look = lookAt === 0 ? undefined : eye.look.bind(eye);
    const journal = new Journal(join(desk.folder, 'journal'), look);
    const relay = await startFakeRelay({ ...options.relay, witness: journal, forgets: true });
    const trial = new Trial(options, journal, relay, eye, desk);
    try {
      desk.campaign(options.people);
      if (options.laid) await trial.#lay();
      return await work(trial);
    } finally {
      eye.close();
      desk.close();
      await relay.stop();
      journal.close();
    }
  }

  async #lay(): Promise<void> {
    const { people } = this.#options;
    const known = laid.get(people);
    if (known !== undefined) return writeFileSync(this.ledger, await known, { mode: 0o600 });
    laid.set(people, this.#readListAlone());
    await laid.get(people);
  }

  async #readListAlone(): Promise<Uint8Array> {
    const nobody = { MAILBLAST_RELAY: 'smtp://127.0.0.1:1' };
    const { code, stderr } = await this.desk.run(['send', 'list.csv', '--template', 'news.mjml'], nobody);
    assert.equal(code, 69, stderr);
    return readFileSync(this.ledger);
  }

  get env(): Record<string, string> {
    return { MAILBLAST_RELAY: `smtp://127.0.0.1:${this.relay.port}` };
  }

  /** `send`, or `resume`, with what every run of the trial is given. */
  start(command: 'send' | 'resume' = 'send', more: readonly string[] = []): Running {
    const { policy = 'hold' } = this.#options;
    const given = command === 'send' ? ['send', 'list.csv', '--template', 'news.mjml'] : ['resume'];
    const how = ['--rate', 'unlimited', '--connections', String(this.connections), '--in-doubt', policy];
    const { depth = 1 } = this.#options;
    if (depth > 1) how.push('--depth', String(depth));
    return this.desk.start([...given, ...how, ...more], this.env);
  }

  /** Kills it in any state, and lets the relay read what had left. */
  async kill(running: Running): Promise<Finished> {
    running.process.kill('SIGKILL');
    return this.settled(running);
  }

  /** Waits for its end, and for the relay to have read what had left. */
  async settled(running: Running): Promise<Finished> {
    const finished = await running.finished;
    await this.relay.when(() => this.relay.open === 0);
    this.#eye.close();
    return finished;
  }

  /** Whether there is a campaign: its list was read to the end. */
  get begun(): boolean {
    if (!existsSync(this.ledger)) return false;
    const db = new Database(this.ledger, { fileMustExist: true });
    try {
      const made =
        db.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'campaign'").pluck().get() === 1;
      return made && db.prepare('SELECT count(*) FROM campaign').pluck().get() === 1;
    } finally {
      db.close();
    }
  }

  /** Addresses in a state, read from the file, which may be a crashed one. */
  inState(state: string): string[] {
    const db = new Database(this.ledger, { fileMustExist: true });
    try {
      return db.prepare<[string], string>('SELECT address FROM delivery WHERE state = ?').pluck().all(state);
    } finally {
      db.close();
    }
  }

  /** What a crash has put in doubt. @throws AssertionError when it is more than R3 allows. */
  lookAtCrash(): string[] {
    const unanswered = this.inState('transmitting');
    const most = this.connections * (this.#options.depth ?? 1);
    assert.ok(
      unanswered.length <= most,
      `${unanswered.length} in doubt after one crash, not ${most} at most`,
    );
    for (const address of unanswered) this.decided.add(address);
    return unanswered;
  }

  judge(): Verdict {
    assert.deepEqual(this.relay.faults, [], 'what the client must not do');
    assert.deepEqual(this.#eye.unmarked, [], 'messages whose end came before their mark');
    const { policy = 'hold', people } = this.#options;
    return judge({
      journal: this.journal,
      ledger: this.ledger,
      campaign: CAMPAIGN,
      people,
      ...(policy === 'resend' ? { resent: this.decided } : {}),
      ...(policy === 'assume-accepted' ? { assumed: this.decided } : {}),
    });
  }

  /** The run that ends the campaign, by the policy; then, under `hold`, everybody has an end but those in doubt. */
  async finish(): Promise<Verdict> {
    const { code, stderr } = await this.settled(this.start());
    const verdict = this.#judgeEnd(stderr);
    assert.equal(code, verdict.counts.in_doubt > 0 ? 75 : 0, stderr);
    return verdict;
  }

  /** The same in this process, where nothing but the run's own start in a process would be seen besides; under `hold`. */
  async finishHere(): Promise<Verdict> {
    const { connections, ledger: path } = this;
    const { depth = 1 } = this.#options;
    const ledger = openLedger(path);
    await goThrough(this.desk.folder, { ledger, port: this.relay.port, connections, depth });
    await this.relay.when(() => this.relay.open === 0);
    this.#eye.close();
    return this.#judgeEnd('');
  }

  #judgeEnd(said: string): Verdict {
    const verdict = this.judge();
    const { counts } = verdict;
    assert.equal(counts.pending + counts.deferred + counts.transmitting, 0, `left over: ${said}`);
    return verdict;
  }
}
