// No last octet leaves before its mark (R1), no mark is asked for before the outcome in front of it (R3), and no outcome
// is told before its mark has settled.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Session } from '../../src/relay/relay.js';
import type { FakeRelay } from '../servers/fake-relay.js';
import { withRelay, withSocket } from './fake-sessions.js';
import { inWords, letter, listSource } from './list-source.js';

test('the outcome of a message is handed in before the mark of the next is asked for', async () => {
  await withRelay({}, async (_relay, session) => {
    const source = listSource([letter(1), letter(2)]);
    await session.run(source);
    assert.deepEqual(source.calls, ['mark 1', 'ended 1', 'mark 2', 'ended 2']);
  });
});

/** More than a session holds back until the mark is there. */
const LONG = `${'0123456789'.repeat(7)}\r\n`.repeat(1000);

test('of a short message, no octet leaves before the mark', async () => {
  await withRelay({}, async (relay, session) => {
    const gate = withResolvers();
    const source = listSource([letter(1)], () => gate.promise);
    const run = session.run(source);
    await relay.when(() => relay.journal.length === 1);
    for (let turns = 0; turns < 50; turns++) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(relay.journal[0]!.octets.length, 0);
    gate.resolve();
    await run;
    assert.deepEqual(relay.journal[0]!.octets, Buffer.from(letter(1).octets));
  });
});

test('of a long message, no octet of its end leaves before the mark, and all others do', async () => {
  await withRelay({}, async (relay, session) => {
    const message = letter(1, LONG);
    const most = message.octets.length - 2;
    const gate = withResolvers();
    const source = listSource([message], () => gate.promise);
    const run = session.run(source);
    await relay.when(() => relay.journal[0]?.octets.length === most);
    // Whatever the session would still send without the mark has had its time.
    for (let turns = 0; turns < 50; turns++) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(relay.journal[0]!.octets, Buffer.from(message.octets.subarray(0, most)));
    assert.equal(relay.journal[0]!.ended, false);
    assert.deepEqual(source.attempts, []);
    gate.resolve();
    await run;
    assert.deepEqual(relay.journal[0]!.octets, Buffer.from(message.octets));
    assert.equal(inWords(source.attempts[0]), 'replied body 250');
  });
});

test('a mark that fails breaks the connection, and the message is not sent', async () => {
  await withRelay({}, async (relay, session) => {
    const source = listSource([letter(1), letter(2)], () => Promise.reject(new Error('disk full')));
    await session.run(source);
    assert.deepEqual(source.attempts.map(inWords), ['lost body', 'lost mail']);
    await relay.when(() => relay.open === 0);
    assert.deepEqual(
      relay.journal.map(({ ended, accepted }) => [ended, accepted]),
      [[false, false]],
    );
  });
});

for (const [what, happen, end] of [
  ['the relay resets', (relay: FakeRelay) => relay.drop('reset'), 'lost body'],
  ['the relay closes', (relay: FakeRelay) => relay.drop('close'), 'lost body'],
  ['the relay says 421', (relay: FakeRelay) => relay.say('421 4.4.2 too slow'), 'replied body 421'],
  ['the relay refuses early', (relay: FakeRelay) => relay.say('552 5.3.4 too big'), 'replied body 552'],
  ['the relay says 250 early', (relay: FakeRelay) => relay.say('250 ok'), 'lost body'],
  ['the session is destroyed', (_relay: FakeRelay, session: Session) => session.destroy(), 'lost body'],
] as const) {
  test(`${what} while the mark is on its way: ${end}, told only when the mark has settled`, async () => {
    await withSocket({}, async (relay, session, gone) => {
      const gate = withResolvers();
      const source = listSource([letter(1, LONG)], () => gate.promise);
      const run = session.run(source);
      await relay.when(() => (relay.journal[0]?.octets.length ?? 0) > 0);
      happen(relay, session);
      await gone;
      assert.deepEqual(source.attempts, []);
      gate.resolve();
      await run;
      assert.deepEqual(source.attempts.map(inWords), [end]);
      assert.equal(relay.journal[0]!.ended, false);
    });
  });
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
