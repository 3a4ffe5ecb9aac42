// Time that is not what it seems: a wall clock that is set by a day, and waits as long as they are in the world.

import assert from 'node:assert/strict';
import { systemClock } from '../../src/engine/system-clock.js';
import { TIMEOUTS } from '../../src/relay/timeouts.js';
import { HastyClock } from './hasty-clock.js';
import type { Row } from './row.js';
import { Stage, type StageOptions } from './stage.js';

const PEOPLE = 40;
const DAY = 24 * 3_600_000;

/** Some are deferred before and after the jump, so that due times lie on both sides of it. */
function jump(what: string, ms: number): Row {
  return {
    name: `clock: set ${what} by a day in mid-run`,
    end: 'everybody accepted once, those deferred before it too',
    run: () => {
      const clock = new HastyClock();
      const deferred = ({ count }: { count: number }) =>
        count % 6 === 1 && count < 40 ? '450 4.2.0 later' : undefined;
      const options: StageOptions = {
        people: PEOPLE,
        clock,
        relay: { script: { body: deferred } },
        onEvent: ({ event }, { events }) => {
          if (event === 'accepted' && events.filter((each) => each.event === 'accepted').length === 15)
            clock.jump(ms);
        },
      };
      return Stage.with(options, async (stage) => {
        const { failure } = await stage.run();
        assert.equal(failure, undefined);
        const { counts } = stage.judge();
        assert.equal(counts.accepted, PEOPLE, JSON.stringify(counts));
        return { recipients: PEOPLE, inDoubt: 0 };
      });
    },
  };
}

/** The world's own time and mailblast's own time-outs. */
function inRealTime(
  name: string,
  end: string,
  inDoubt: number,
  during: (stage: Stage) => Promise<void>,
  options: Partial<StageOptions>,
): Row {
  return {
    name,
    end,
    long: true,
    waits: true,
    run: () =>
      Stage.with({ people: PEOPLE, ...options, clock: systemClock, timeouts: TIMEOUTS }, async (stage) => {
        const running = stage.run();
        await during(stage);
        assert.equal((await running).failure, undefined);
        const { counts } = stage.judge();
        assert.equal(counts.in_doubt, inDoubt, JSON.stringify(counts));
        assert.equal(counts.accepted, PEOPLE - inDoubt, JSON.stringify(counts));
        return { recipients: PEOPLE, inDoubt };
      }),
  };
}

const sleep = (ms: number) => new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), ms));
const nothing = async () => {};

const LATE = async ({ count }: { count: number }) => (count === 5 ? sleep(9 * 60_000) : undefined);
const NEVER = ({ count }: { count: number }) =>
  count === 5 ? { accept: true, after: 'silence' as const } : undefined;

export const CLOCK_ROWS: readonly Row[] = [
  jump('forward', DAY),
  jump('back', -DAY),
  inRealTime(
    'clock: 250 to the dot after 9 minutes, in real time',
    'everybody accepted once, nobody in doubt',
    0,
    nothing,
    {
      relay: { script: { body: LATE } },
    },
  ),
  inRealTime('clock: no reply to the dot, in real time', 'in doubt after ten minutes: 1', 1, nothing, {
    relay: { script: { body: NEVER } },
  }),
  inRealTime(
    'clock: the network cut for 30 s, in real time',
    'everybody accepted once, nobody in doubt',
    0,
    async ({ relay, journal }) => {
      await relay.when(() => journal.bodies >= 10);
      const mend = relay.cut();
      await sleep(30_000);
      mend();
    },
    { settings: { rate: 50 } },
  ),
];
