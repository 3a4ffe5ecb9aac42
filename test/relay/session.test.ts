// A session hands messages over octet for octet, and ends well however it is ended.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Session } from '../../src/relay/relay.js';
import type { FakeRelay } from '../servers/fake-relay.js';
import { withRelay, withSocket } from './fake-sessions.js';
import { inWords, letter, listSource, sendAll } from './list-source.js';

test('messages arrive octet for octet, with their envelopes, and the session says QUIT', async () => {
  await withRelay({}, async (relay, session) => {
    const letters = [letter(1), letter(2), letter(3)];
    assert.deepEqual((await sendAll(session, letters)).map(inWords), Array(3).fill('replied body 250'));
    assert.deepEqual(
      relay.journal.map(({ from, to, octets, accepted }) => ({
        from,
        to,
        octets: octets.toString(),
        accepted,
      })),
      letters.map(({ envelope, octets }) => ({
        from: envelope.returnPath,
        to: [envelope.recipient],
        octets: octets.toString(),
        accepted: true,
      })),
    );
    const size = letters[0]!.octets.length;
    assert.deepEqual(relay.commands.slice(1, 4), [
      `MAIL FROM:<news@example.com> SIZE=${size}`,
      'RCPT TO:<reader1@example.org>',
      'DATA',
    ]);
    assert.equal(relay.commands.at(-1), 'QUIT');
    assert.equal(relay.connections, 1);
  });
});

test('SIZE is not said to a relay that does not offer it', async () => {
  await withRelay({ extensions: [] }, async (relay, session) => {
    await sendAll(session, [letter()]);
    assert.equal(relay.commands[1], 'MAIL FROM:<news@example.com>');
  });
});

test('a body of many megabytes arrives whole', async () => {
  await withRelay({}, async (relay, session) => {
    const body = `${'0123456789'.repeat(7)}\r\n`.repeat(100_000);
    const big = letter(1, body);
    assert.deepEqual((await sendAll(session, [big])).map(inWords), ['replied body 250']);
    assert.ok(relay.journal[0]!.octets.equals(Buffer.from(big.octets)));
  });
});

test('replies that come one octet at a time are paired right', async () => {
  await withRelay({ singleOctets: true, script: { rcpt: '250-ok\n250 go on' } }, async (_relay, session) => {
    assert.deepEqual(
      (await sendAll(session, [letter(1), letter(2)])).map(inWords),
      Array(2).fill('replied body 250'),
    );
  });
});

test('a refused envelope is reset before the next one, and a refused body is not', async () => {
  const script = {
    rcpt: ({ count }: { count: number }) => (count === 1 ? '550 5.1.1 no' : undefined),
    body: '554 no',
  };
  await withRelay({ script }, async (relay, session) => {
    await sendAll(session, [letter(1), letter(2), letter(3)]);
    const verbs = relay.commands.map((line) => line.split(/[ :]/, 1)[0]);
    assert.deepEqual(verbs.slice(1), [
      ...['MAIL', 'RCPT', 'RSET'],
      ...['MAIL', 'RCPT', 'DATA'],
      ...['MAIL', 'RCPT', 'DATA'],
      'QUIT',
    ]);
  });
});

for (const rset of ['421 4.3.2 bye', '500 what?', '354 go', 'nonsense', { after: 'reset' }] as const) {
  test(`a reset answered by ${JSON.stringify(rset)} ends the session, and the refusal stands`, async () => {
    await withRelay({ script: { mail: '450 later', rset } }, async (_relay, session) => {
      assert.deepEqual((await sendAll(session, [letter(1), letter(2)])).map(inWords), ['replied mail 450']);
    });
  });
}

test('a session destroyed after the last octet leaves the message in doubt', async () => {
  await withRelay({ script: { body: { after: 'silence' } } }, async (relay, session) => {
    const source = listSource([letter(1)]);
    const run = session.run(source);
    await relay.when(() => relay.journal[0]?.ended === true);
    session.destroy();
    await run;
    assert.deepEqual(source.attempts.map(inWords), ['lost body, last octet left']);
  });
});

test('a session destroyed at a command loses the message before its last octet', async () => {
  await withRelay({ script: { rcpt: { after: 'silence' } } }, async (relay, session) => {
    const source = listSource([letter(1)]);
    const run = session.run(source);
    await relay.when(() => relay.commands.length === 3);
    session.destroy();
    await run;
    assert.deepEqual(source.attempts.map(inWords), ['lost rcpt']);
  });
});

for (const [what, happen] of [
  ['421', (relay: FakeRelay) => relay.say('421 4.4.2 idle too long')],
  ['a close', (relay: FakeRelay) => relay.drop('close')],
  ['a reset', (relay: FakeRelay) => relay.drop('reset')],
  ['an unasked reply', (relay: FakeRelay) => relay.say('250 hello?')],
  ['destroy', (_relay: FakeRelay, session: Session) => session.destroy()],
] as const) {
  test(`${what} while no message is there aborts the wait, and the session ends without one`, async () => {
    await withRelay({}, async (relay, session) => {
      const source = {
        ...listSource([]),
        next: (signal: AbortSignal) =>
          new Promise<undefined>((resolve) => signal.addEventListener('abort', () => resolve(undefined))),
      };
      const run = session.run(source);
      await relay.when(() => relay.open === 1);
      happen(relay, session);
      await run;
      assert.deepEqual(source.attempts, []);
    });
  });

  test(`${what} before the session is run ends it without asking for a message`, async () => {
    await withSocket({}, async (relay, session, gone) => {
      happen(relay, session);
      await gone;
      const source = listSource([letter(1)]);
      await session.run(source);
      assert.deepEqual(source.calls, []);
    });
  });
}

test('a message handed out in the moment the connection is lost ends as lost, and nothing of it is sent', async () => {
  await withRelay({}, async (relay, session) => {
    const source = listSource([letter(1)]);
    const late = {
      ...source,
      next: (signal: AbortSignal) =>
        new Promise<ReturnType<typeof letter>>((resolve) =>
          signal.addEventListener('abort', () => resolve(letter(1))),
        ),
    };
    const run = session.run(late);
    relay.drop('close');
    await run;
    assert.deepEqual(source.attempts.map(inWords), ['lost mail']);
    assert.equal(relay.journal.length, 0);
  });
});

test('a relay that takes nothing of a large body is given up', async () => {
  // Paused behind DATA: its buffers fill, and the session's octets go nowhere.
  const reached: { relay?: FakeRelay } = {};
  const script = {
    data: () => {
      reached.relay?.pause();
      return undefined;
    },
  };
  await withRelay(
    { script },
    async (relay, session) => {
      reached.relay = relay;
      const big = letter(1, `${'0123456789'.repeat(7)}\r\n`.repeat(400_000));
      const [attempt] = await sendAll(session, [big]);
      assert.deepEqual(attempt, {
        ended: 'lost',
        stage: 'body',
        lastOctetLeft: false,
        why: 'the relay took nothing within 1 s',
      });
    },
    { block: 200 },
  );
});

test('a relay that does not answer QUIT is not waited for long', async () => {
  await withRelay({ script: { quit: { after: 'silence' } } }, async (relay, session) => {
    await sendAll(session, [letter(1)]);
    await relay.when(() => relay.open === 0);
  });
});

test('what would be two commands, or a message that does not end, is a bug that nothing is sent for', async () => {
  for (const bad of [
    { ...letter(1), envelope: { returnPath: 'a@example.com', recipient: 'b@example.org>\r\nRSET' } },
    { ...letter(1), envelope: { returnPath: 'a@example.com SIZE=1', recipient: 'b@example.org' } },
    { ...letter(1), octets: Buffer.from('Subject: x\r\n\r\nno end') },
    { ...letter(1), octets: Buffer.alloc(0) },
  ]) {
    await withRelay({}, async (relay, session) => {
      await assert.rejects(session.run(listSource([bad])), /^Error: (not an address|a message that)/);
      await relay.when(() => relay.open === 0);
      assert.deepEqual(relay.commands.slice(1), []);
    });
  }
});
