// A run that is asked to stop, that loses its terminal or its reader, or that is held up: whatever a shell, a cron or a
// busy machine does to a process. The words and codes of each signal are held by test/stories/stop-on-signal.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMAND, type Running, until } from '../stories/mailblast.js';
import type { Figures, Form, Row } from './row.js';
import { Trial } from './trial.js';

const PEOPLE = 400;
const CONNECTIONS = 4;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

interface Disturbance {
  readonly what: string;
  readonly rate?: string;
  /** What is done when some messages have gone. */
  readonly act: (running: Running, form: Form) => Promise<void>;
  readonly codes: readonly (number | string)[];
  /** The most that may be in doubt. */
  readonly inDoubt: number;
  /** Node's options for the run. */
  readonly node?: (form: Form) => string;
  readonly people?: number;
}

function disturbed(which: Disturbance): Row {
  const { what, rate = '400/s', act, codes, inDoubt, node, people = PEOPLE } = which;
  return {
    name: `process: ${what}`,
    end: `${codes.join(' or ')}; in doubt at most ${inDoubt}; the resume finishes, nobody lost, nobody twice`,
    run: (form) =>
      Trial.with({ people, connections: CONNECTIONS, laid: true }, async (trial): Promise<Figures> => {
        const command = ['send', 'list.csv', '--template', 'news.mjml', '--rate', rate];
        const env = { ...trial.env, ...(node ? { NODE_OPTIONS: node(form) } : {}) };
        const running = trial.desk.start([...command, '--connections', String(CONNECTIONS)], env);
        const goal = 20 + Math.floor(form.random() * 30);
        await until('some messages', () => trial.journal.bodies >= goal);
        await act(running, form);
        const { code, stderr } = await trial.settled(running);
        assert.ok(codes.includes(code), `it ended with ${code}: ${stderr}`);
        trial.judge();
        const unanswered = trial.lookAtCrash().length;
        const { counts, lost, twice } = await trial.finishHere();
        assert.ok(counts.in_doubt <= inDoubt, `${counts.in_doubt} in doubt`);
        return { recipients: people, inDoubt: Math.max(unanswered, counts.in_doubt), lost, twice };
      }),
  };
}

const signal =
  (...names: NodeJS.Signals[]): Disturbance['act'] =>
  async ({ process }) => {
    for (const name of names) {
      process.kill(name);
      await sleep(3);
    }
  };

/** Holds the event loop of whatever runs it, some time after its start. */
function holding(ms: number): string {
  const script = `setTimeout(()=>{const end=Date.now()+${ms};while(Date.now()<end);},1100).unref()`;
  return `--import=data:text/javascript,${encodeURIComponent(script)}`;
}

const HELD_MS = (form: Form) => (form.long ? 5_000 : 1_500);

const DISTURBANCES: readonly Disturbance[] = [
  { what: 'SIGINT once', act: signal('SIGINT'), codes: [130], inDoubt: 0 },
  { what: 'SIGINT twice', act: signal('SIGINT', 'SIGINT'), codes: [130], inDoubt: CONNECTIONS },
  { what: 'SIGTERM', act: signal('SIGTERM'), codes: [143], inDoubt: 0 },
  { what: 'SIGHUP', act: signal('SIGHUP'), codes: [129], inDoubt: 0 },
  { what: 'SIGPIPE', act: signal('SIGPIPE', 'SIGPIPE'), codes: [0], inDoubt: 0 },
  {
    what: 'nobody reads what it says any longer',
    act: async ({ process }) => {
      process.stdout!.destroy();
      process.stderr!.destroy();
    },
    codes: [0],
    inDoubt: 0,
  },
  {
    what: 'stopped and continued, as a laptop is',
    act: async ({ process }, form) => {
      process.kill('SIGSTOP');
      await sleep(HELD_MS(form));
      process.kill('SIGCONT');
    },
    codes: [0],
    inDoubt: 0,
  },
  {
    what: 'the event loop held for 5 s (1.5 s in the short form)',
    rate: '150/s',
    act: async () => {},
    node: (form) => holding(HELD_MS(form)),
    codes: [0],
    inDoubt: 0,
  },
];

/** `script` gives it a terminal of its own; when script dies, the terminal is gone, as when its window is closed. */
const TERMINAL_CLOSED: Row = {
  name: 'process: its terminal is closed',
  end: 'what is in flight is finished; nobody in doubt; the resume finishes',
  needs: ['script'],
  run: () =>
    Trial.with({ people: PEOPLE, connections: CONNECTIONS, laid: true }, async (trial) => {
      const { folder } = trial.desk;
      const words = `${process.execPath} ${COMMAND} send list.csv --template news.mjml --rate 200/s --yes`;
      const inside = `sh -c 'echo $$ > pid; exec ${words}'`;
      const script = spawn('script', ['-qfec', inside, join(folder, 'typescript')], {
        cwd: folder,
        env: { ...process.env, ...trial.env, MAILBLAST_FROM: 'News <news@example.com>' },
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      await until('some messages', () => trial.journal.bodies >= 30);
      const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
      script.kill('SIGKILL');
      await until('its end', () => !existsSync(`/proc/${pid}`));
      await trial.relay.when(() => trial.relay.open === 0);
      trial.judge();
      assert.ok(trial.journal.bodies < PEOPLE, 'it did not notice');
      assert.deepEqual(trial.inState('transmitting'), []);
      const { counts, lost, twice } = await trial.finish();
      assert.equal(counts.in_doubt, 0);
      return { recipients: PEOPLE, inDoubt: 0, lost, twice };
    }),
};

/** While it reads settings, template and list there may be nobody who listens to the signal yet. */
const WHILE_STARTING: Row = {
  name: 'process: SIGTERM at any moment of its start',
  end: 'SIGTERM or 143; nobody in doubt; the next run finishes',
  run: ({ random, long }) =>
    Trial.with({ people: PEOPLE, connections: CONNECTIONS }, async (trial) => {
      for (let times = 0; times < (long ? 40 : 4); times++) {
        const running = trial.start();
        await sleep(random() * 500);
        running.process.kill('SIGTERM');
        const { code, stderr } = await trial.settled(running);
        if (code === 0) break;
        assert.ok(code === 'SIGTERM' || code === 143, `it ended with ${code}: ${stderr}`);
      }
      const { counts, lost, twice } = await trial.finish();
      assert.equal(counts.in_doubt, 0);
      return { recipients: PEOPLE, inDoubt: 0, lost, twice };
    }),
};

export const SIGNAL_ROWS: readonly Row[] = [...DISTURBANCES.map(disturbed), TERMINAL_CLOSED, WHILE_STARTING];
