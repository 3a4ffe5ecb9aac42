// A session against a relay that misbehaves at every step in every way: what the attempt came to, and whether the
// connection survived (R4). One row each; a fault found becomes a row.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { FakeAct } from '../servers/fake-relay.js';
import { withRelay } from './fake-sessions.js';
import { inWords, letter, listSource } from './list-source.js';

// What the relay does, once, to the first message; what its attempt came to; and whether the second message went over
// the same connection (kept), or was not taken (closed). Where commands left in a group, it may come to something else.
type Misdeed = readonly [
  step: 'mail' | 'rcpt' | 'data' | 'body',
  act: FakeAct | string,
  end: string,
  after: 'kept' | 'closed',
  endInGroup?: string,
];

const MISDEEDS: readonly Misdeed[] = [
  ...(['mail', 'rcpt', 'data', 'body'] as const).flatMap((step): Misdeed[] => {
    const left = step === 'body' ? ', last octet left' : '';
    return [
      [step, '450 4.2.0 later', `replied ${step} 450`, 'kept'],
      [step, '550-5.7.1 no\n550 5.7.1 never', `replied ${step} 550`, 'kept'],
      [step, '421 4.3.2 closing', `replied ${step} 421`, 'closed'],
      [step, { reply: '421 4.3.2 closing', after: 'close' }, `replied ${step} 421`, 'closed'],
      [step, { after: 'close' }, `lost ${step}${left}`, 'closed'],
      [step, { after: 'reset' }, `lost ${step}${left}`, 'closed'],
      [step, { after: 'half-close' }, `lost ${step}${left}`, 'closed'],
      [step, { after: 'silence' }, `lost ${step}${left}`, 'closed'],
      [step, { raw: '25', after: 'close' }, `lost ${step}${left}`, 'closed'],
      [step, { raw: '250-ok\r\n', after: 'close' }, `lost ${step}${left}`, 'closed'],
      [step, 'what?', `lost ${step}${left}`, 'closed'],
      [step, '999 what?', `lost ${step}${left}`, 'closed'],
      [step, '250-yes\n550 no', `lost ${step}${left}`, 'closed'],
      [step, `250 ${'x'.repeat(9000)}`, `lost ${step}${left}`, 'closed'],
      [step, { raw: 'x'.repeat(9000), after: 'silence' }, `lost ${step}${left}`, 'closed'],
    ];
  }),
  ['mail', '354 go', 'lost mail', 'closed'],
  ['rcpt', '354 go', 'lost rcpt', 'closed'],
  ['rcpt', '251 will forward', 'replied body 250', 'kept'],
  ['data', '250 ok', 'lost data', 'closed'],
  ['mail', '250 ok\n250 again', 'lost rcpt', 'closed', 'lost data'],
  ['mail', '503 5.5.1 not now', 'replied mail 503', 'kept', 'lost mail'],
  ['rcpt', '503 5.5.1 not now', 'replied rcpt 503', 'kept', 'lost rcpt'],
  ['data', '554 5.5.0 improper pipelining', 'replied data 554', 'kept', 'lost data'],
  ['mail', '250 ok\n421 4.3.2 closing', 'replied rcpt 421', 'closed'],
  ['rcpt', '250 ok\n421 4.3.2 closing', 'replied data 421', 'closed'],
  ['rcpt', '550 no\n421 4.3.2 closing', 'replied rcpt 550', 'closed'],
  ['data', '354 go\n421 4.3.2 closing', 'replied body 421', 'closed'],
  ['data', '354 go\n552 5.3.4 too big', 'replied body 552', 'closed'],
  ['data', '354 go\n250 queued', 'lost body', 'closed'],
  ['body', '354 go', 'lost body, last octet left', 'closed'],
  ['body', '250 ok\n421 4.3.2 closing', 'replied body 250', 'closed'],
  ['body', '250 ok\n250 again', 'replied body 250', 'closed'],
  ['body', { reply: '250 ok', after: 'close' }, 'replied body 250', 'closed'],
  ['body', '200 fine', 'replied body 200', 'kept'],
  ['body', { accept: true, after: 'reset' }, 'lost body, last octet left', 'closed'],
];

for (const way of ['one by one', 'in groups'] as const) {
  for (const [step, act, oneByOne, after, inGroup = oneByOne] of MISDEEDS) {
    const end = way === 'in groups' ? inGroup : oneByOne;
    const kept = after === 'kept' && end === oneByOne;
    const done =
      typeof act === 'string' ? act : [act.raw, act.reply, act.after].filter(Boolean).join(' and ');
    const shown = JSON.stringify(done.length > 40 ? `${done.slice(0, 40)}…` : done);
    test(`${way}: ${step} answered by ${shown}: ${end}, connection ${kept ? 'kept' : 'closed'}`, async () => {
      const options = {
        extensions: ['SIZE 1000000', ...(way === 'in groups' ? ['PIPELINING'] : [])],
        script: { [step]: ({ count }: { count: number }) => (count === 1 ? act : undefined) },
      };
      const short = { command: 150, data: 150, body: 150 };
      await withRelay(
        options,
        async (relay, session) => {
          const source = listSource([letter(1), letter(2)]);
          await session.run(source);
          assert.equal(inWords(source.attempts[0]), end);
          const second = source.attempts[1];
          // A relay that closed behind its reply may do so before or after the next message was taken.
          if (kept) assert.equal(inWords(second), 'replied body 250');
          else if (second !== undefined)
            assert.match(inWords(second), /^(lost (mail|rcpt|data|body)|replied mail 421)$/);
          assert.equal(relay.connections, 1);
          assert.deepEqual(relay.faults, []);
          const ended = relay.journal.filter((transaction) => transaction.ended).map(({ to }) => to[0]);
          // The relay saw an end of data exactly where the attempts say so.
          const saw = step === 'body' || end === 'replied body 250';
          assert.deepEqual(ended, [
            ...(saw ? ['reader1@example.org'] : []),
            ...(kept ? ['reader2@example.org'] : []),
          ]);
        },
        short,
      );
    });
  }
}
