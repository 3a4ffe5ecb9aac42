// What the torture has to hold, scene by scene, and what stands for each: rows of the table, by a part of their names, or
// a test elsewhere. For whoever asks whether something was thought of.

export interface Scene {
  readonly scene: string;
  /** Parts of rows' names: at least one row holds each of them. `%` stands for any text. */
  readonly rows?: readonly string[];
  /** Test files that hold it besides, from the top folder. */
  readonly tests?: readonly string[];
}

const STEPS = ['greeting', 'ehlo', 'starttls', 'auth', 'mail', 'rcpt', 'data', 'the dot', 'rset', 'quit'];
const ANSWERED = ['mail', 'rcpt', 'data', 'the dot'];

export const SCENES: readonly Scene[] = [
  {
    scene: 'kill -9 at random moments, under each policy',
    rows: ['hold', 'resend', 'assume-accepted'].flatMap((policy) => [
      `kill: -9 at % random moments, 400 people, ${policy}`,
      `kill: -9 at 200 random moments, 50,000 people, ${policy}`,
      `kill: -9 at 200 random moments, 50,000 people, ${policy}, depth 8`,
    ]),
  },
  { scene: 'killed before the mark is committed', rows: ['killed before a mark is committed'] },
  {
    scene: 'killed after it, and before the last byte',
    rows: ['killed after a mark was committed', 'killed when the envelope has left'],
  },
  {
    scene: 'killed after the last byte',
    rows: [
      'killed when the last octet has left, not accepted',
      'killed when the last octet has left, accepted',
    ],
  },
  {
    scene: 'killed after the reply and before its commit',
    rows: ['killed before an outcome is committed', 'killed after an outcome was committed'],
  },
  {
    scene: 'killed during commit',
    rows: ['killed in a commit, at a write of the WAL', 'killed in a commit, at its fsync'],
  },
  { scene: 'killed during a checkpoint', rows: ['killed in a checkpoint'] },
  {
    scene: 'killed during the import',
    rows: [
      'killed within the import',
      'killed after the last row of the import',
      'killed after the import was committed',
      'killed in the import, at a write of the WAL',
      "killed at the import's fsync",
    ],
    tests: ['test/store/sqlite-crash.test.ts'],
  },
  {
    scene: 'killed while it settles what an earlier run left',
    rows: ['killed before what a run left is settled', 'killed after what a run left was settled'],
  },
  {
    scene: 'killed while it finalises',
    rows: [
      'killed when all is done',
      'killed before the ledger is closed',
      'killed after the ledger was closed',
      'killed when the WAL is taken away at the end',
    ],
  },
  { scene: 'power loss', rows: ['power: lost at 40 moments', 'power: lost at 1000 moments'] },
  ...['closed', 'reset', 'half-closed', 'met with silence', 'closed within a reply'].map((how) => ({
    scene: `${how} at each step, with and without the message accepted`,
    rows: [...STEPS.map((step) => `wire: ${how} at ${step}`), `accepted, then ${how} without a word`],
  })),
  {
    scene: '421 at each step',
    rows: [
      ...STEPS.filter((step) => !ANSWERED.includes(step)).map((step) => `wire: answered 421 at ${step}`),
      ...ANSWERED.flatMap((step) => [
        `421 4.3.2 closing to ${step}`,
        `421 4.3.2 closing, and closed, to ${step}`,
      ]),
    ],
  },
  { scene: '421 unasked', rows: ['421 unasked, and closed', '421 right behind the acceptance'] },
  {
    scene: '4yz and 5yz at each step',
    rows: [
      ...ANSWERED.flatMap((step) => [`450 4.2.0 later to ${step}`, `499 no code that is known to ${step}`]),
      ...['rcpt', 'data', 'the dot'].flatMap((step) => [
        `550 5.1.1 no to ${step}`,
        `599 no code that is known to ${step}`,
      ]),
      '550 5.7.1 not you to mail',
      '552 5.3.4 too big to mail',
      '554 5.7.1 Relay access denied to rcpt',
      ...STEPS.filter((step) => !ANSWERED.includes(step)).flatMap((step) => [
        `answered 451 at ${step}`,
        `answered 554 at ${step}`,
      ]),
    ],
  },
  { scene: '4yz and 5yz mixed within a pipeline', rows: ['4yz and 5yz at random, at every step'] },
  {
    scene: '354 after every RCPT was refused',
    rows: [
      '354 after every RCPT was refused, and 554 to the empty message',
      '354 after every RCPT was refused, and 250 to the empty message',
    ],
  },
  { scene: '503 to BDAT', rows: ['503 to the last chunk'], tests: ['test/relay/chunks.test.ts'] },
  { scene: 'replies split into single octets', rows: ['replies split into single octets'] },
  { scene: 'replies merged', rows: ['replies to a group merged'] },
  {
    scene: 'replies that are long, beyond measure, or malformed',
    rows: [
      'replies of sixty long lines',
      ...ANSWERED.flatMap((step) => [
        `a line out of measure to ${step}`,
        `a line that never ends to ${step}`,
        `a reply that never ends to ${step}`,
        `no reply at all but words to ${step}`,
        `a code beyond all codes to ${step}`,
        `lines that contradict each other to ${step}`,
        `NULs to ${step}`,
      ]),
    ],
  },
  { scene: 'replies too many', rows: ANSWERED.map((step) => `a second reply behind the one to ${step}`) },
  {
    scene: '250 to the dot after nine minutes',
    rows: ['wire: 250 to the dot after 9 minutes', 'clock: 250 to the dot after 9 minutes, in real time'],
  },
  {
    scene: 'no reply to the dot, ever',
    rows: ['wire: no reply to the dot, ever', 'clock: no reply to the dot, in real time'],
  },
  {
    scene: 'a server that closes after each message',
    rows: ['closed after each of 150 messages', 'closed after each of 10,000 messages'],
  },
  {
    scene: 'the disk full at import, mark, outcome, in the WAL',
    rows: [
      'disk: full in the import',
      'disk: full at a mark',
      'disk: full at an outcome',
      'disk: full at a write of the WAL',
      'disk: full in a checkpoint',
      'disk: the WAL cannot be synced',
    ],
    tests: ['test/stories/data-loss/in-mid-run.test.ts'],
  },
  {
    scene: 'the ledger read-only',
    rows: ['disk: read-only in mid-run'],
    tests: ['test/stories/data-loss/no-ledger.test.ts'],
  },
  { scene: 'the ledger deleted under the run', rows: ['ledger: taken away under the run'] },
  {
    scene: 'the ledger locked by a reader, or another writer',
    rows: ['ledger: locked by a reader'],
    tests: ['test/stories/data-loss/in-mid-run.test.ts'],
  },
  { scene: 'clock jumps of a day', rows: ['clock: set forward by a day', 'clock: set back by a day'] },
  {
    scene: 'signals, once and twice, and the terminal closed',
    rows: [
      'process: SIGINT once',
      'process: SIGINT twice',
      'process: SIGTERM',
      'process: SIGHUP',
      'process: SIGPIPE',
      'process: nobody reads what it says any longer',
      'process: its terminal is closed',
      'process: SIGTERM at any moment of its start',
    ],
    tests: ['test/stories/stop-on-signal/stop-on-signal.test.ts'],
  },
  {
    scene: 'the event loop held for 5 s, the process stopped',
    rows: ['process: the event loop held for 5 s', 'process: stopped and continued'],
    tests: ['test/relay/held-up.test.ts'],
  },
  {
    scene: 'the network cut for 30 s',
    rows: ['wire: the network cut for 30 s', 'clock: the network cut for 30 s, in real time'],
  },
  {
    scene: 'end-of-data corpora in every part, in DATA and BDAT',
    rows: [
      'smuggling: every corpus in every part, to the strict relay (one command at a time)',
      'smuggling: every corpus in every part, to the strict relay (PIPELINING)',
      'smuggling: every corpus in every part, to the strict relay (CHUNKING, depth 4)',
      'smuggling: every corpus in every part, to smtp-sink',
      'smuggling: every corpus in every part, to Postfix',
      'smuggling: a campaign of corpora over DATA and BDAT',
    ],
    tests: ['test/message/hostile.test.ts', 'test/engine/hostile-rows.test.ts'],
  },
  {
    scene: 'lists with CR and LF, NUL, lines of 1 GB, 50,000 columns, lone surrogates, formulas',
    rows: [
      'list: commands, headers and line ends',
      'list: a line of 1024 MB in a cell',
      'list: a line of 1024 MB in an unclosed quote',
      'list: a line of 1024 MB for a header',
      'list: a line of 64 MB in a cell',
      'list: 50,000 columns',
      'list: 16,384 columns',
      'list: lone surrogates',
      'list: formula cells',
    ],
  },
];
