// smtp-sink, a server that is not ours, misbehaves by its switches: the ledger and the exit code say what the table of
// the policy says, and nobody is lost or mailed twice by it.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { formatReply } from '../../../src/domain/reply.js';
import type { RecipientRecord } from '../../../src/store/ledger.js';
import { openLedger } from '../../../src/store/sqlite/open.js';
import { missing } from '../../servers/free-port.js';
import { startSmtpSink } from '../../servers/smtp-sink.js';
import { Desk, until } from '../mailblast.js';

const PEOPLE = 4;
const COMMAND = ['send', 'list.csv', '--template', 'news.mjml', '--rate', 'unlimited', '--connections', '2'];

/** From the ledger's file itself, as whoever opens it next finds it. */
function recipients(desk: Desk): RecipientRecord[] {
  const ledger = openLedger(join(desk.folder, 'mailblast.db'), { readonly: true });
  try {
    return [...ledger.recipients(ledger.find('list-news')!)];
  } finally {
    ledger.close();
  }
}

interface Fault {
  readonly what: string;
  readonly switches: readonly string[];
  readonly args?: readonly string[];
  readonly code: number;
  readonly state: string;
  readonly attempts: number;
  /** What the ledger keeps of the relay's words; none when absent. */
  readonly reply?: RegExp;
  readonly says?: RegExp;
}

const NO = /^500 5\.3\.0 Error: command failed$/;
const LATER = /^450 4\.3\.0 Error: command failed$/;

/** A run stays for what falls due within five minutes, unless it has done as much as it may. */
const LIMIT = ['--limit', String(PEOPLE)];

const FAULTS: readonly Fault[] = [
  {
    what: 'everybody is refused',
    switches: ['-f', 'rcpt'],
    code: 0,
    state: 'rejected',
    attempts: 1,
    reply: NO,
  },
  { what: 'DATA is refused', switches: ['-f', 'data'], code: 0, state: 'rejected', attempts: 1, reply: NO },
  {
    what: 'each message is refused, in words of its own',
    switches: ['-f', '.', '-B', '554 5.7.1 Spam message rejected'],
    code: 0,
    state: 'rejected',
    attempts: 1,
    reply: /^554 5\.7\.1 Spam message rejected$/,
  },
  {
    what: 'everybody is put off',
    switches: ['-r', 'rcpt'],
    args: LIMIT,
    code: 75,
    state: 'deferred',
    attempts: 1,
    reply: LATER,
    says: /due/,
  },
  {
    what: 'the sender is put off',
    switches: ['-r', 'mail'],
    args: LIMIT,
    code: 75,
    state: 'deferred',
    attempts: 1,
    reply: LATER,
  },
  {
    what: 'DATA is put off',
    switches: ['-r', 'data'],
    args: LIMIT,
    code: 75,
    state: 'deferred',
    attempts: 1,
    reply: LATER,
  },
  {
    what: 'each message is put off',
    switches: ['-r', '.'],
    args: LIMIT,
    code: 75,
    state: 'deferred',
    attempts: 1,
    reply: LATER,
  },
  {
    what: 'each message is put off, and there is no time to try again',
    switches: ['-r', '.'],
    args: ['--retry-for', '1s'],
    code: 0,
    state: 'expired',
    attempts: 1,
    reply: LATER,
  },
  {
    what: 'the sender is refused',
    switches: ['-f', 'mail'],
    code: 77,
    state: 'pending',
    attempts: 0,
    says: /refused the sender.*500 5\.3\.0.*--from/,
  },
  {
    what: 'the greeting is a refusal',
    switches: ['-f', 'connect'],
    code: 69,
    state: 'pending',
    attempts: 0,
    says: /500 5\.3\.0/,
  },
  {
    what: 'it hangs up instead of a greeting',
    switches: ['-q', 'connect'],
    code: 69,
    state: 'pending',
    attempts: 0,
    says: /closed/,
  },
  { what: 'it knows no ESMTP', switches: ['-e'], code: 0, state: 'accepted', attempts: 1, reply: /^250 / },
  {
    what: 'it takes a second over each message',
    switches: ['-W', '.:1'],
    code: 0,
    state: 'accepted',
    attempts: 1,
    reply: /^250 /,
  },
  {
    what: 'it says 421 instead of a greeting, and hangs up',
    switches: ['-Q', 'connect'],
    code: 69,
    state: 'pending',
    attempts: 0,
    says: /421/,
  },
  {
    what: 'RSET and QUIT are refused',
    switches: ['-f', 'rset,quit'],
    code: 0,
    state: 'accepted',
    attempts: 1,
    reply: /^250 /,
  },
];

describe('smtp-sink with its faults', { skip: missing('smtp-sink'), concurrency: 2 }, () => {
  for (const { what, switches, args = [], code, state, attempts, reply, says = /(?:)/ } of FAULTS) {
    test(`${what} (smtp-sink ${switches.join(' ')}): ${state}, ${code}`, async (t) => {
      const sink = await startSmtpSink(switches);
      const desk = new Desk();
      t.after(async () => {
        desk.close();
        await sink.stop();
      });
      desk.campaign(PEOPLE);
      const run = await desk.run([...COMMAND, ...args], { MAILBLAST_RELAY: `smtp://127.0.0.1:${sink.port}` });
      assert.equal(run.code, code, run.stderr);
      assert.match(run.stderr + run.stdout, says);
      const named = recipients(desk);
      assert.equal(named.length, PEOPLE);
      for (const known of named) {
        assert.equal(known.state, state, JSON.stringify(known));
        assert.equal(known.attempts, attempts);
        assert.match(known.reply ? formatReply(known.reply) : '', reply ?? /^$/);
      }
    });
  }

  const HANGING_UP = [
    ['it hangs up after DATA', ['-q', 'data']],
    ['it says 421 to the recipient and hangs up', ['-Q', 'rcpt']],
    ['it says 421 to DATA and hangs up', ['-Q', 'data']],
  ] as const;
  for (const [what, switches] of HANGING_UP)
    test(`${what}: nobody is in doubt, everybody is still to be sent, and is, by another relay`, async (t) => {
      const sink = await startSmtpSink(switches);
      const well = await startSmtpSink([], { keep: true });
      const desk = new Desk();
      t.after(async () => {
        desk.close();
        await sink.stop();
        await well.stop();
      });
      desk.campaign(PEOPLE);
      const running = desk.start(COMMAND, { MAILBLAST_RELAY: `smtp://127.0.0.1:${sink.port}` });
      await until('the relay is lost', () => /relay was lost/.test(running.stderr() + running.stdout()));
      running.process.kill('SIGTERM');
      assert.equal((await running.finished).code, 143);
      for (const known of recipients(desk)) {
        assert.deepEqual([known.state, known.attempts], ['pending', 0], JSON.stringify(known));
      }
      const again = await desk.run(COMMAND, { MAILBLAST_RELAY: `smtp://127.0.0.1:${well.port}` });
      assert.equal(again.code, 0, again.stderr);
      assert.equal((await well.messages()).length, PEOPLE);
    });

  test('it hangs up after the dot: each is in doubt and held, and the user’s word sends the same bytes again', {
    timeout: 60_000,
  }, async (t) => {
    // What it was sent before it hung up is kept as well.
    const sink = await startSmtpSink(['-q', '.'], { keep: true });
    const well = await startSmtpSink([], { keep: true });
    const desk = new Desk();
    t.after(async () => {
      desk.close();
      await sink.stop();
      await well.stop();
    });
    desk.campaign(2);
    const first = await desk.run(COMMAND, { MAILBLAST_RELAY: `smtp://127.0.0.1:${sink.port}` });
    assert.equal(first.code, 75, first.stderr);
    for (const known of recipients(desk)) {
      assert.deepEqual([known.state, known.reply], ['in_doubt', undefined], JSON.stringify(known));
      assert.match(known.reason, /closed/);
    }
    const env = { MAILBLAST_RELAY: `smtp://127.0.0.1:${well.port}` };
    const held = await desk.run(COMMAND, env);
    assert.equal(held.code, 75, held.stderr);
    assert.equal((await well.messages()).length, 0);
    const resent = await desk.run([...COMMAND, '--in-doubt', 'resend'], env);
    assert.equal(resent.code, 0, resent.stderr);
    const copies = (await well.messages()).map(ownOctets).sort();
    assert.deepEqual((await sink.messages()).map(ownOctets).sort(), copies);
    assert.equal(copies.length, 2);
  });
});

/** Without the lines that smtp-sink puts on top. */
function ownOctets(dump: string): string {
  return dump.slice(dump.indexOf('From: '));
}
