// kill -9 at each named point of a delivery's way. Points between engine and ledger: sufferer.ts. Points on the wire: the
// relay kills when it sees them. Points inside SQLite's own work: strace turns a system call on one file into the kill.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Random } from '../random.js';
import type { FakeMoment, FakeRow, FakeStep } from '../servers/fake-relay.js';
import { integrity } from './oracle.js';
import type { Orders } from './orders.js';
import { type Range, type Row, shownRange } from './row.js';
import { Trial } from './trial.js';

const PEOPLE = 60;
/** In the long form each point is tried so often, at other moments. */
const OFTEN = 8;
const CONNECTIONS = 3;
const SOURCES = new URL('../sources.mjs', import.meta.url).href;
const SUFFERER = fileURLToPath(new URL('sufferer.ts', import.meta.url));

interface Point {
  readonly what: string;
  /** Deliveries that the crash leaves unanswered. */
  readonly inDoubt: Range;
  /** Starts the run that dies and waits for its death. */
  readonly die: (trial: Trial, random: Random) => Promise<void>;
  readonly people?: number;
  readonly needs?: readonly string[];
  /** It lies in the import, or is counted from the beginning of it; else the list was read before. */
  readonly fromTheList?: boolean;
  /** What the relay does besides. */
  readonly script?: (random: Random) => Partial<Record<FakeStep, FakeRow>>;
}

function pointRow(point: Point): Row {
  const { what, inDoubt, die, people = PEOPLE, needs = [], script, fromTheList = false } = point;
  return {
    name: `point: killed ${what}`,
    end: `in doubt ${shownRange(inDoubt)}; the resume finishes, nobody lost, nobody twice`,
    needs,
    run: async ({ random, long }) => {
      const times = long ? OFTEN : 1;
      let most = 0;
      for (let time = 0; time < times; time++) {
        // Nobody but the run has the ledger open, so that closing it does all that closing does.
        const relay = { script: script?.(random) ?? {} };
        const options = { people, connections: CONNECTIONS, lookAt: 0, relay, laid: !fromTheList };
        most = Math.max(most, await Trial.with(options, (trial) => died(trial, die, inDoubt, random)));
      }
      return { recipients: people * times, kills: times, inDoubt: most };
    },
  };
}

/** The death, the books, the run that ends the campaign, and the books again. Gives how many were in doubt. */
async function died(trial: Trial, die: Point['die'], inDoubt: Range, random: Random): Promise<number> {
  await die(trial, random);
  await trial.relay.when(() => trial.relay.open === 0);
  let count = 0;
  if (trial.begun) {
    integrity(trial.ledger);
    count = trial.judge().doubtful.length;
    trial.lookAtCrash();
  }
  assert.ok(count >= inDoubt[0] && count <= inDoubt[1], `${count} in doubt, not ${shownRange(inDoubt)}`);
  const { lost, twice, counts } = await trial.finishHere();
  assert.deepEqual([lost, twice, counts.in_doubt], [0, 0, count], 'lost, twice, held');
  return count;
}

async function sufferer(trial: Trial, orders: Pick<Orders, 'point' | 'nth'>): Promise<void> {
  const all: Orders = { ...orders, port: trial.relay.port, connections: CONNECTIONS, depth: 1 };
  const child = spawn(process.execPath, ['--import', SOURCES, SUFFERER, JSON.stringify(all)], {
    cwd: trial.desk.folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    stderr += part;
  });
  const [code, signal] = await once(child, 'close');
  assert.equal(signal, 'SIGKILL', `the point was not reached; it ended with ${code}: ${stderr}`);
}

/** Some of the way in, at random. */
const some = (random: Random, least: number, most: number) => Math.floor(least + random() * (most - least));

const BETWEEN: readonly (readonly [point: Orders['point'], inDoubt: Range, nth: Range])[] = [
  ['within the import', [0, 0], [1, 1]],
  ['after the last row of the import', [0, 0], [1, 1]],
  ['after the import was committed', [0, 0], [1, 1]],
  ['before a mark is committed', [0, CONNECTIONS], [2, 30]],
  ['after a mark was committed', [1, CONNECTIONS], [1, 30]],
  ['before an outcome is committed', [1, CONNECTIONS], [1, 30]],
  ['after an outcome was committed', [0, CONNECTIONS], [1, 30]],
  ['when all is done', [0, 0], [1, 1]],
  ['before the ledger is closed', [0, 0], [1, 1]],
  ['after the ledger was closed', [0, 0], [1, 1]],
];

/** The relay kills, since it alone knows what has left. */
function onTheWire(what: string, step: 'rcpt' | 'body', accept: boolean, inDoubt: Range): Row {
  let kill: (() => void) | undefined;
  return pointRow({
    what,
    inDoubt,
    script: (random) => {
      const nth = some(random, 3, 50);
      return {
        [step]: ({ count }: FakeMoment) => {
          if (count < nth || kill === undefined) return undefined;
          kill();
          kill = undefined;
          return { accept, after: 'silence' as const };
        },
      };
    },
    die: async (trial) => {
      const running = trial.start();
      kill = () => running.process.kill('SIGKILL');
      const { code, stderr } = await trial.settled(running);
      assert.equal(code, 'SIGKILL', stderr);
    },
  });
}

/** The nth of such a call on such a file is the end of the process. The calls of each thread are counted apart. */
function atCall(
  what: string,
  file: '' | '-wal',
  call: string,
  nth: Range,
  inDoubt: Range,
  people?: number,
): Row {
  return pointRow({
    what,
    inDoubt,
    fromTheList: true,
    needs: ['strace'],
    ...(people === undefined ? {} : { people }),
    die: async (trial, random) => {
      const when = some(random, nth[0], nth[1] + 1);
      const path = join(trial.desk.folder, `mailblast.db${file}`);
      const inject = [`trace=${call}`, '-e', `inject=${call}:signal=SIGKILL:when=${when}`];
      trial.desk.through = ['strace', '-f', '-qq', '-o', '/dev/null', '-P', path, '-e', ...inject];
      const { code, stderr } = await trial.settled(trial.start());
      trial.desk.through = [];
      assert.equal(code, 'SIGKILL', `call ${when} was not reached: ${stderr}`);
    },
  });
}

export const POINT_ROWS: readonly Row[] = [
  ...BETWEEN.map(([point, inDoubt, nth]) =>
    pointRow({
      what: point,
      inDoubt,
      fromTheList: point.includes('import'),
      die: (trial, random) => sufferer(trial, { point, nth: some(random, nth[0], nth[1] + 1) }),
    }),
  ),
  ...(['before what a run left is settled', 'after what a run left was settled'] as const).map((point) =>
    pointRow({
      what: point,
      inDoubt: [1, CONNECTIONS],
      die: async (trial, random) => {
        await sufferer(trial, { point: 'after a mark was committed', nth: some(random, 1, 20) });
        await sufferer(trial, { point, nth: 1 });
      },
    }),
  ),
  onTheWire('when the envelope has left', 'rcpt', false, [0, CONNECTIONS]),
  onTheWire('when the last octet has left, not accepted', 'body', false, [1, CONNECTIONS]),
  onTheWire('when the last octet has left, accepted', 'body', true, [1, CONNECTIONS]),
  atCall('in the import, at a write of the WAL', '-wal', 'pwrite64', [5, 25], [0, 0], 1_000),
  atCall("at the import's fsync", '-wal', 'fsync', [3, 3], [0, CONNECTIONS]),
  atCall('in a commit, at a write of the WAL', '-wal', 'pwrite64', [120, 280], [0, CONNECTIONS]),
  atCall('in a commit, at its fsync', '-wal', 'fsync', [6, 20], [0, CONNECTIONS]),
  atCall('in a checkpoint, at a write of the ledger', '', 'pwrite64', [8, 30], [0, CONNECTIONS], 350),
  atCall('when the WAL is taken away at the end', '-wal', 'unlink', [1, 1], [0, 0]),
];
