// Connections that end where they should not, and relays that say no: at each step of a transaction, in each way.
// A table; how it is tried is in misdeed.ts.

import type { Timeouts } from '../../src/relay/timeouts.js';
import type { FakeAct, FakeRow, FakeStep } from '../servers/fake-relay.js';
import { type Misdeed, misdeedRow } from './misdeed.js';
import type { Range, Row } from './row.js';

const PEOPLE = 24;
/** How often a misdeed is done to a run. */
const TIMES = 3;

/** The misdeed now and then, at most so often. */
export function nowAndThen(act: FakeAct | string, done: () => void, times = TIMES): FakeRow {
  let left = times;
  return ({ count }) => {
    if (count % 5 !== 2 || left === 0) return undefined;
    left--;
    done();
    return act;
  };
}

const ONE_BY_ONE: readonly FakeStep[] = ['mail', 'rcpt', 'data', 'body'];
const CONNECTING: readonly FakeStep[] = ['greeting', 'ehlo', 'starttls', 'auth', 'quit', 'rset'];
/** No dialect is known before they are passed. */
const BEFOREHAND: readonly FakeStep[] = ['greeting', 'ehlo', 'starttls', 'auth'];

interface Break {
  readonly how: string;
  readonly act: FakeAct;
  /** The relay leaves the client waiting. */
  readonly waits?: true;
  /** The steps at which this is the last word on TLS or the login, and what the run says of it. */
  readonly stops?: Partial<Record<FakeStep, RegExp>>;
}

const BREAKS: readonly Break[] = [
  { how: 'closed', act: { after: 'close' } },
  { how: 'reset', act: { after: 'reset' } },
  { how: 'half-closed', act: { after: 'half-close' } },
  { how: 'met with silence', act: { after: 'silence' }, waits: true },
  { how: 'closed within a reply', act: { raw: '250-2.0', after: 'close' } },
];

/** The client's patience with a silent relay: short, but so long that a busy machine is not taken for one. */
const PATIENCE: Partial<Timeouts> = { greeting: 2_500, command: 2_500, data: 2_500, body: 2_500 };

const patiently = (waits: true | undefined) => (waits ? { timeouts: PATIENCE, waits } : {});

function breaksAt(step: FakeStep): Misdeed[] {
  const inDoubt: Range = step === 'body' ? [TIMES, TIMES] : [0, 0];
  return BREAKS.map(({ how, act, waits }) => ({
    what: `${how} at ${step === 'body' ? 'the dot, not accepted' : step}, ${TIMES} times`,
    people: PEOPLE,
    script: (_random, done) => ({ [step]: nowAndThen(act, done) }),
    ...patiently(waits),
    end: { inDoubt },
    // DATA is not said to a relay that takes BDAT.
    ...(step === 'data' ? { mayNotHappen: true } : {}),
  }));
}

const AFTER_ACCEPTING: readonly Misdeed[] = BREAKS.map(({ how, act, waits }) => ({
  what: `accepted, then ${how} without a word, ${TIMES} times`,
  people: PEOPLE,
  script: (_random, done) => ({ body: nowAndThen({ ...act, accept: true }, done) }),
  ...patiently(waits),
  end: { inDoubt: [TIMES, TIMES] },
}));

const UNWELCOME: readonly Break[] = [
  ...BREAKS,
  { how: 'answered 421', act: { reply: '421 4.3.2 too busy', after: 'close' } },
  { how: 'answered 451', act: { reply: '451 4.3.2 later' } },
  {
    how: 'answered 554',
    act: { reply: '554 5.3.2 no service here' },
    stops: { starttls: /does not offer STARTTLS/, auth: /refused user name and password/ },
  },
];

/** The first connection is well; what befalls the second one is no sign that nobody is there. */
function breaksWhileConnecting(step: FakeStep): Misdeed[] {
  return UNWELCOME.map(({ how, act, waits, stops = {} }) => ({
    what: `${how} at ${step} of the second connection`,
    people: PEOPLE,
    script: (_random, done) => ({
      body: slowly,
      [step]: ({ connection }: { connection: number }) => {
        if (connection !== 2) return undefined;
        done();
        return act;
      },
      // RSET follows a refusal alone.
      ...(step === 'rset' ? { rcpt: ({ count }) => (count % 5 === 2 ? '450 4.2.0 later' : undefined) } : {}),
    }),
    ...patiently(waits),
    ...(BEFOREHAND.includes(step) ? { beforehand: true as const } : {}),
    ...(step === 'starttls' || step === 'auth' ? { secured: true as const } : {}),
    end: {
      inDoubt: [0, 0],
      ...(stops[step] ? { failure: stops[step], others: { pending: [0, PEOPLE] } } : {}),
    },
    ...(step === 'quit' || step === 'rset' ? { mayNotHappen: true } : {}),
  }));
}

/** Slow enough that one connection is not enough. */
async function slowly(): Promise<undefined> {
  await new Promise((resolve) => setTimeout(resolve, 4));
  return undefined;
}

const NO_CODES: readonly (readonly [step: FakeStep, act: string, end: Misdeed['end']])[] = [
  ...ONE_BY_ONE.flatMap((step): [FakeStep, string, Misdeed['end']][] => [
    [step, '450 4.2.0 later', { inDoubt: [0, 0] }],
    [step, '499 no code that is known', { inDoubt: [0, 0] }],
    [step, '421 4.3.2 closing', { inDoubt: [0, 0] }],
  ]),
  ...(['rcpt', 'data', 'body'] as const).flatMap((step): [FakeStep, string, Misdeed['end']][] => {
    const rejected: Range = step === 'data' ? [0, TIMES] : [TIMES, TIMES];
    return [
      [step, '550 5.1.1 no', { inDoubt: [0, 0], others: { rejected } }],
      [step, '599 no code that is known', { inDoubt: [0, 0], others: { rejected } }],
    ];
  }),
  ['mail', '552 5.3.4 too big', { inDoubt: [0, 0], others: { rejected: [TIMES, TIMES] } }],
  [
    'mail',
    '550 5.7.1 not you',
    { inDoubt: [0, 0], others: { pending: [1, PEOPLE] }, failure: /refused the sender/ },
  ],
  [
    'rcpt',
    '554 5.7.1 Relay access denied',
    { inDoubt: [0, 0], others: { pending: [1, PEOPLE] }, failure: /relay for us/ },
  ],
];

const REFUSALS: readonly Misdeed[] = NO_CODES.flatMap(([step, act, end]) => {
  const stops = end.failure !== undefined;
  const refusal = (how: FakeAct | string, what: string): Misdeed => ({
    what: `${what} to ${step === 'body' ? 'the dot' : step}, ${stops ? 'once' : `${TIMES} times`}`,
    people: PEOPLE,
    script: (_random, done) => ({ [step]: nowAndThen(how, done, stops ? 1 : TIMES) }),
    end,
    ...(step === 'data' ? { mayNotHappen: true } : {}),
  });
  const both = [refusal(act, act)];
  if (act.startsWith('421')) both.push(refusal({ reply: act, after: 'close' }, `${act}, and closed,`));
  return both;
});

/** Everything at once: each step refused at random, for good or for now, so that groups hold all kinds of replies. */
const MIXED: Misdeed = {
  what: '4yz and 5yz at random, at every step of every group',
  people: 60,
  script: (random, done) => {
    const some = (now: string, forGood: string) => () => {
      const chance = random();
      if (chance > 0.3) return undefined;
      done();
      return chance > 0.15 ? now : forGood;
    };
    return {
      mail: some('451 4.3.0 later', '552 5.3.4 too big'),
      rcpt: some('450 4.2.1 later', '550 5.1.1 nobody'),
      data: some('451 4.3.0 later', '554 5.6.0 no'),
      body: some('452 4.3.1 full', '554 5.7.1 spam'),
      rset: () => (random() < 0.1 ? '451 4.3.0 later' : undefined),
    };
  },
  end: { inDoubt: [0, 0], others: { rejected: [1, 60], expired: [0, 60] } },
};

export const LOSS_ROWS: readonly Row[] = [
  ...ONE_BY_ONE.flatMap(breaksAt),
  ...AFTER_ACCEPTING,
  ...CONNECTING.flatMap(breaksWhileConnecting),
  ...REFUSALS,
  MIXED,
].map(misdeedRow);
