// A session against a relay that misbehaves at every step in every way: what the attempt came to, and whether the
// connection survived (R4). One row each; a fault found becomes a row.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { FakeAct } from '../servers/fake-relay.js';
import { withRelay } from './fake-sessions.js';
import { inWords, letter, listSource } from './list-source.js';

// What the relay does, once, to the first message; what its attempt came to; and whether the second message went over
// the same connection (kept), or was not taken (closed).
type Misdeed = readonly [
  step: 'mail' | 'rcpt' | 'data' | 'body',
  act: FakeAct | string,
  end: string,
  after: 'kept' | 'closed',
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
  ['mail', '250 ok\n250 again', 'lost rcpt', 'closed'],
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

for (const [step, act, end, after] of MISDEEDS) {
  const done = typeof act === 'string' ? act : [act.raw, act.reply, act.after].filter(Boolean).join(' and ');
  const shown = JSON.stringify(done.length > 40 ? `${done.slice(0, 40)}…` : done);
  test(`${step} answered by ${shown}: ${end}, connection ${after}`, async () => {
    const options = { script: { [step]: ({ count }: { count: number }) => (count === 1 ? act : undefined) } };
    const short = { command: 150, data: 150, body: 150 };
    await withRelay(
      options,
      async (relay, session) => {
        const source = listSource([letter(1), letter(2)]);
        await session.run(source);
        assert.equal(inWords(source.attempts[0]), end);
        const second = source.attempts[1];
        // A relay that closed behind its reply may do so before or after the next message was taken.
        if (after === 'kept') assert.equal(inWords(second), 'replied body 250');
        else if (second !== undefined) assert.equal(inWords(second), 'lost mail');
        assert.equal(relay.connections, 1);
        // The relay saw an end of data exactly where the attempt says so.
        const sawEnd = relay.journal[0]?.ended === true && relay.journal[0].to[0] === 'reader1@example.org';
        assert.equal(sawEnd, step === 'body' || end === 'replied body 250');
      },
      short,
    );
  });
}
