// How a misbehaving relay is tried: the misdeed for a while, then the two books, then a relay that is well again and
// the user's word for those in doubt, and the books once more. Knows no misdeed; they are tables in wire-*.ts.

import assert from 'node:assert/strict';
import { STATES, type State } from '../../src/domain/delivery.js';
import type { Route } from '../../src/engine/route.js';
import type { SendSettings } from '../../src/engine/send.js';
import type { Timeouts } from '../../src/relay/timeouts.js';
import { type Random, randomFrom } from '../random.js';
import type { FakeRelayOptions, FakeRow, FakeStep } from '../servers/fake-relay.js';
import type { Verdict } from './oracle.js';
import { type Range, type Row, shownRange } from './row.js';
import { Stage } from './stage.js';

/** What a relay does wrong. Made anew for each trial, since it counts. */
export interface Misdeed {
  readonly what: string;
  readonly people: number;
  readonly script: (random: Random, done: () => void) => Partial<Record<FakeStep, FakeRow>>;
  readonly relay?: Omit<FakeRelayOptions, 'witness' | 'script' | 'extensions'>;
  /** Over STARTTLS, with a login. */
  readonly secured?: true;
  readonly timeouts?: Partial<Timeouts>;
  readonly settings?: Partial<SendSettings & Omit<Route, 'relay'>>;
  /** Done beside the run, until it ends. */
  readonly during?: (stage: Stage, random: Random) => Promise<void>;
  readonly end: {
    /** Deliveries in doubt, at a depth of 1. At a greater one, a lost connection may leave that many for each of these. */
    readonly inDoubt: Range;
    /** Deliveries in other states than accepted and in doubt; none unless told. */
    readonly others?: Partial<Record<State, Range>>;
    /** What the run says when it cannot go on. */
    readonly failure?: RegExp;
  };
  /** It need not come to pass: a QUIT may not be waited for. */
  readonly mayNotHappen?: true;
  /** It happens before any dialect is spoken: the short form tries one of them. */
  readonly beforehand?: true;
  /** As of a row. */
  readonly waits?: true;
}

export interface Dialect {
  readonly name: string;
  readonly extensions: readonly string[];
  readonly depth: number;
}

const USUAL = ['SIZE 10485760', '8BITMIME', 'ENHANCEDSTATUSCODES'];

/** The ways in which a relay can be spoken to. */
export const DIALECTS: readonly Dialect[] = [
  { name: 'one command at a time', extensions: USUAL, depth: 1 },
  { name: 'PIPELINING', extensions: [...USUAL, 'PIPELINING'], depth: 1 },
  { name: 'CHUNKING, depth 4', extensions: [...USUAL, 'PIPELINING', 'CHUNKING'], depth: 4 },
];

export function misdeedRow(misdeed: Misdeed): Row {
  const { inDoubt, others = {}, failure } = misdeed.end;
  const told = Object.entries(others).map(([state, range]) => `${state} ${shownRange(range)}`);
  const words = [`in doubt ${shownRange(inDoubt)}`, ...told, failure ? `stops: ${failure.source}` : ''];
  return {
    name: `wire: ${misdeed.what}`,
    end: `${words.filter((word) => word !== '').join(', ')}; the rest accepted once`,
    ...(misdeed.waits ? { waits: true as const } : {}),
    run: async ({ random, long }) => {
      const one = Math.floor(random() * DIALECTS.length);
      const dialects = misdeed.beforehand && !long ? [DIALECTS[one]!] : DIALECTS;
      const chances = dialects.map(() => randomFrom(random() * 2 ** 32));
      const doubts = await Promise.all(dialects.map((dialect, i) => tried(misdeed, dialect, chances[i]!)));
      return { recipients: misdeed.people * dialects.length, inDoubt: Math.max(...doubts) };
    },
  };
}

/** Gives how many were in doubt. */
function tried(misdeed: Misdeed, { name, extensions, depth }: Dialect, random: Random): Promise<number> {
  let happened = 0;
  let well = false;
  const script = Object.entries(misdeed.script(random, () => happened++)).map(([step, row]) => [
    step,
    (moment: Parameters<Extract<FakeRow, (...all: never[]) => unknown>>[0]) =>
      well ? undefined : typeof row === 'function' ? row(moment) : row,
  ]);
  const { people, timeouts = {}, settings = {}, secured = false } = misdeed;
  const relay = { ...misdeed.relay, script: Object.fromEntries(script), extensions };
  return Stage.with({ people, depth, relay, timeouts, settings, secured }, async (stage) => {
    try {
      const running = stage.run();
      await Promise.all([running, misdeed.during?.(stage, random)]);
      const { failure } = await running;
      const { inDoubt, others = {}, failure: expected } = misdeed.end;
      // First, since a relay that is spoken to in the wrong way gives strange answers.
      assert.deepEqual(stage.relay.faults, [], 'what the client must not do');
      if (expected === undefined) assert.equal(failure, undefined);
      else assert.match(String(failure), expected);
      if (!misdeed.mayNotHappen)
        assert.ok(happened > 0 || misdeed.relay || misdeed.during, 'nothing was done');
      const first = stage.judge();
      const { counts } = first;
      // R3: each connection that was lost, which is one without a QUIT, adds at most the depth.
      const lost = stage.relay.connections - stage.relay.commands.filter((line) => line === 'QUIT').length;
      within('in doubt', counts.in_doubt, [inDoubt[0], depth === 1 ? inDoubt[1] : lost * depth]);
      assert.ok(counts.in_doubt <= lost * depth, `${counts.in_doubt} in doubt by ${lost} lost connections`);
      for (const state of STATES) {
        if (state !== 'accepted' && state !== 'in_doubt')
          within(state, counts[state], others[state] ?? [0, 0]);
      }
      if (leftOver(first) > 0) {
        well = true;
        const again = await stage.run({ inDoubt: 'resend' });
        assert.equal(again.failure, undefined);
        const last = stage.judge(new Set(first.doubtful));
        assert.equal(leftOver(last), 0, 'left when the relay is well again');
      }
      return counts.in_doubt;
    } catch (error) {
      throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
    }
  });
}

const leftOver = ({ counts }: Verdict) =>
  counts.pending + counts.deferred + counts.transmitting + counts.in_doubt;

function within(what: string, count: number, [least, most]: Range): void {
  assert.ok(count >= least && count <= most, `${count} ${what}, not ${shownRange([least, most])}`);
}
