// Replies that are cut, glued, too long, senseless, too many, too late, or that answer what they should not; and relays
// that close all the time. A table; how it is tried is in misdeed.ts.

import type { FakeAct, FakeStep } from '../servers/fake-relay.js';
import { type Misdeed, misdeedRow } from './misdeed.js';
import type { Range, Row } from './row.js';
import type { Stage } from './stage.js';
import { nowAndThen } from './wire-loss.js';

const PEOPLE = 24;
const TIMES = 3;
const NOBODY: Misdeed['end'] = { inDoubt: [0, 0] };

const sleep = (ms: number) => new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), ms));

const LONG = Array.from({ length: 60 }, (_, line) => `250-line ${line} ${'x'.repeat(400)}`).join('\n');

const WELL_FORMED: readonly Misdeed[] = [
  {
    what: 'replies split into single octets',
    people: 8,
    relay: { singleOctets: true },
    script: () => ({}),
    end: NOBODY,
  },
  {
    what: 'replies to a group merged into one piece',
    people: PEOPLE,
    relay: { merged: true },
    script: () => ({}),
    end: NOBODY,
  },
  {
    what: 'replies of sixty long lines, within measure',
    people: PEOPLE,
    script: (_random, done) => {
      done();
      const all = `${LONG}\n250 done`;
      return { mail: all, rcpt: all, body: all };
    },
    end: NOBODY,
  },
  {
    what: 'codes that are as good as the usual ones',
    people: PEOPLE,
    script: (_random, done) => {
      done();
      return { mail: '200 fine', rcpt: '252 maybe', body: '299 taken' };
    },
    end: NOBODY,
  },
];

/** Said instead of the reply; the relay goes on as if all were well, and has accepted what it was given at the dot. */
const SENSELESS: readonly (readonly [what: string, act: FakeAct])[] = [
  ['a line out of measure', { reply: `250 ${'x'.repeat(9_000)}` }],
  ['a line that never ends', { raw: 'x'.repeat(9_000) }],
  ['a reply that never ends', { raw: `250-${'x'.repeat(1_000)}\r\n`.repeat(70) }],
  ['no reply at all but words', { reply: 'what?' }],
  ['a code beyond all codes', { reply: '999 what?' }],
  ['lines that contradict each other', { reply: '250-yes\n550 no' }],
  ['NULs', { raw: '\0\0\0\0\r\n' }],
  ['an intermediate reply', { reply: '354 go on' }],
];

function senselessAt(step: FakeStep): Misdeed[] {
  const inDoubt: Range = step === 'body' ? [TIMES, TIMES] : [0, 0];
  // 354 is the right reply to DATA.
  const fitting = SENSELESS.filter(([, { reply }]) => step !== 'data' || !reply?.startsWith('354'));
  return fitting.map(([what, act]) => ({
    what: `${what} to ${step === 'body' ? 'the dot' : step}, ${TIMES} times`,
    people: PEOPLE,
    script: (_random, done) => ({ [step]: nowAndThen({ ...act, accept: true }, done) }),
    end: { inDoubt },
    ...(step === 'data' ? { mayNotHappen: true } : {}),
  }));
}

/** A reply too many. What it is taken for must not be anybody's acceptance. */
const EXTRA: readonly Misdeed[] = (['mail', 'rcpt', 'data', 'body'] as const).map((step) => ({
  what: `a second reply behind the one to ${step === 'body' ? 'the dot' : step}, ${TIMES} times`,
  people: PEOPLE,
  script: (_random, done) => {
    const good = step === 'data' ? '354 go ahead' : '250 2.0.0 ok';
    return { [step]: nowAndThen(`${good}\n250 2.0.0 once more`, done) };
  },
  // A relay's surplus reply may be read behind the next end of a message, which is then not known to be answered.
  end: { inDoubt: [0, TIMES] },
  ...(step === 'data' ? { mayNotHappen: true } : {}),
}));

const OUT_OF_TURN: readonly Misdeed[] = [
  {
    what: '354 after every RCPT was refused, and 554 to the empty message',
    people: PEOPLE,
    script: (_random, done) => {
      const refused = new Set<number>();
      return {
        rcpt: ({ count, connection }) => {
          if (count % 3 !== 0) return undefined;
          done();
          refused.add(connection);
          return '550 5.1.1 nobody';
        },
        data: ({ connection }) => (refused.delete(connection) ? '354 go ahead' : undefined),
      };
    },
    end: { inDoubt: [0, 0], others: { rejected: [7, 12] } },
  },
  {
    what: '354 after every RCPT was refused, and 250 to the empty message',
    people: PEOPLE,
    script: (_random, done) => {
      const refused = new Set<number>();
      let empty = false;
      return {
        rcpt: ({ count, connection }) => {
          if (count % 3 !== 0) return undefined;
          done();
          refused.add(connection);
          return '550 5.1.1 nobody';
        },
        data: ({ connection }) => {
          empty = refused.delete(connection);
          return empty ? '354 go ahead' : undefined;
        },
        body: () => (empty ? '250 2.0.0 queued' : undefined),
      };
    },
    end: { inDoubt: [0, 0], others: { rejected: [7, 12] } },
  },
  {
    what: `503 to the last chunk (to the dot, without CHUNKING), ${TIMES} times`,
    people: PEOPLE,
    script: (_random, done) => ({ body: nowAndThen('503 5.5.1 bad sequence', done) }),
    // One that does not take BDAT is given DATA from then on, and nobody is rejected for it.
    end: { inDoubt: [0, 0], others: { rejected: [0, TIMES] } },
  },
  {
    what: '421 unasked, and closed, again and again',
    people: 60,
    script: () => ({}),
    settings: { rate: 20 },
    during: async (stage, random) => {
      for (let times = 0; times < TIMES; times++) {
        const goal = stage.journal.bodies + 5 + Math.floor(random() * 5);
        await stage.relay.when(() => stage.journal.bodies >= goal);
        await sleep(random() * 4);
        stage.relay.say('421 4.3.2 shutting down');
        stage.relay.drop('close');
      }
    },
    end: { inDoubt: [0, 3 * TIMES] },
  },
  {
    what: '421 right behind the acceptance, and closed',
    people: PEOPLE,
    script: (_random, done) => ({
      body: nowAndThen({ reply: '250 ok\n421 4.3.2 bye', after: 'close' }, done),
    }),
    end: NOBODY,
  },
];

/** A relay that takes one message a connection. */
function oneEach(people: number): Misdeed {
  return {
    what: `closed after each of ${people.toLocaleString('en')} messages`,
    people,
    script: (_random, done) => ({
      body: () => {
        done();
        return { reply: '250 2.0.0 queued', after: 'close' };
      },
    }),
    end: NOBODY,
  };
}

/** RFC 5321's ten minutes and the nine that a relay takes, at one speed: 40 times as fast. */
const SPEED = 40;
const PATIENCE: readonly Misdeed[] = [
  {
    what: '250 to the dot after 9 minutes',
    people: 6,
    script: (_random, done) => ({
      body: async ({ count }) => {
        if (count !== 2) return undefined;
        done();
        return sleep((9 * 60_000) / SPEED);
      },
    }),
    timeouts: { body: (10 * 60_000) / SPEED },
    waits: true,
    end: NOBODY,
  },
  {
    what: 'no reply to the dot, ever',
    people: 6,
    script: (_random, done) => ({ body: nowAndThen({ accept: true, after: 'silence' }, done, 1) }),
    timeouts: { body: 2_500 },
    waits: true,
    end: { inDoubt: [1, 1] },
  },
];

const CUT: Misdeed = {
  what: 'the network cut for 30 s (of a clock that is twenty times as fast)',
  people: 60,
  script: () => ({}),
  settings: { rate: 20 },
  during: async (stage: Stage) => {
    await stage.relay.when(() => stage.journal.bodies >= 20);
    const mend = stage.relay.cut();
    await sleep(1_500);
    mend();
  },
  end: NOBODY,
};

const inTheLongForm = (misdeed: Misdeed): Row => ({ ...misdeedRow(misdeed), long: true });

export const REPLY_ROWS: readonly Row[] = [
  ...WELL_FORMED.map(misdeedRow),
  ...(['mail', 'rcpt', 'data', 'body'] as const).flatMap(senselessAt).map(misdeedRow),
  ...EXTRA.map(misdeedRow),
  ...OUT_OF_TURN.map(misdeedRow),
  ...[...PATIENCE, CUT, oneEach(150)].map(misdeedRow),
  inTheLongForm(oneEach(10_000)),
];
