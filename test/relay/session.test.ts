// A session hands messages over octet for octet, and ends well however it is ended.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';

import type { Session } from '../../src/relay/relay.js';
import { parseRelayUrl, type SmtpTarget } from '../../src/relay/relay-url.js';
import { smtpRelay } from '../../src/relay/smtp-relay.js';
import { type FakeRelay, startFakeRelay } from '../servers/fake-relay.js';
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

for (const [extensions, verbs] of [
  [
    [],
    [
      ['MAIL', 'RCPT'],
      ['RSET', 'MAIL', 'RCPT', 'DATA'],
      ['MAIL', 'RCPT', 'DATA'],
    ],
  ],
  [
    ['PIPELINING'],
    [
      ['MAIL', 'RCPT', 'DATA'],
      ['RSET', 'MAIL', 'RCPT', 'DATA'],
      ['MAIL', 'RCPT', 'DATA'],
    ],
  ],
] as const) {
  test(`a refused envelope is reset before the next one, and a refused body is not (${extensions.length} extensions)`, async () => {
    const script = {
      rcpt: ({ count }: { count: number }) => (count === 1 ? '550 5.1.1 no' : undefined),
      body: '554 no',
    };
    await withRelay({ script, extensions }, async (relay, session) => {
      await sendAll(session, [letter(1), letter(2), letter(3)]);
      const said = relay.commands.map((line) => line.split(/[ :]/, 1)[0]);
      assert.deepEqual(said.slice(1), [...verbs.flat(), 'QUIT']);
      assert.deepEqual(relay.faults, []);
    });
  });
}

test('the end of a message and the envelope of the next leave together: one round trip a message', async () => {
  // This relay says nothing to a message before it has the next one's envelope, and would wait for ever for it.
  const server = createServer((socket) => {
    let got = '';
    let messages = 0;
    socket.write('220 hello\r\n');
    socket.on('data', (octets) => {
      got += octets.toString('latin1');
      if (/^(EHLO|QUIT)/.test(got)) {
        socket.write(got.startsWith('EHLO') ? '250-hello\r\n250 PIPELINING\r\n' : '221 bye\r\n');
        got = '';
      }
      const envelope = /MAIL.*\r\nRCPT.*\r\nDATA\r\n$/.test(got);
      const ended = /\r\n\.\r\n/.test(got);
      if (messages === 0 ? !envelope : !(ended && (envelope || messages === 5))) return;
      socket.write(
        `${messages > 0 ? '250 queued\r\n' : ''}${envelope ? '250 ok\r\n250 ok\r\n354 go\r\n' : ''}`,
      );
      messages++;
      got = '';
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const target = parseRelayUrl(`smtp://127.0.0.1:${port}`, 'environment') as SmtpTarget;
    const session = await smtpRelay(target, { timeouts: { command: 3000, body: 3000, data: 3000 } }).open();
    const source = listSource([1, 2, 3, 4, 5].map((number) => letter(number)));
    await session.run(source);
    assert.deepEqual(source.attempts.map(inWords), Array(5).fill('replied body 250'));
    const order = [1, 2, 3, 4, 5].flatMap((number) => [`mark ${number}`, `ended ${number}`]);
    assert.deepEqual(source.calls, order);
  } finally {
    server.close();
  }
});

test('a relay that wants a body although it refused the recipient gets an empty one, and the connection is kept', async () => {
  const script = {
    rcpt: ({ count }: { count: number }) => (count === 1 ? '550 5.1.1 no' : undefined),
    data: '354 go ahead',
    body: ({ count }: { count: number }) => (count === 1 ? '554 5.5.1 no valid recipients' : undefined),
  };
  await withRelay({ script }, async (relay, session) => {
    const attempts = await sendAll(session, [letter(1), letter(2)]);
    assert.deepEqual(attempts.map(inWords), ['replied rcpt 550', 'replied body 250']);
    assert.equal(relay.connections, 1);
    assert.equal(relay.journal[0]!.octets.toString(), '');
    assert.ok(relay.journal[1]!.octets.equals(Buffer.from(letter(2).octets)));
  });
});

test('a relay that wants a body although it refused the sender is left, and the refusal stands', async () => {
  const script = { mail: '550 5.7.1 not you', rcpt: '250 ok', data: '354 go ahead' };
  await withRelay({ script }, async (relay, session) => {
    assert.deepEqual((await sendAll(session, [letter(1)])).map(inWords), ['replied mail 550']);
    await relay.when(() => relay.open === 0);
    assert.deepEqual(
      relay.journal.map(({ ended }) => ended),
      [false],
    );
  });
});

test('a relay that loses its place in a group is spoken to one command at a time from then on, and that is said', async () => {
  const script = { rcpt: ({ count }: { count: number }) => (count === 1 ? '250 ok\n250 again' : undefined) };
  const relay = await startFakeRelay({ script });
  try {
    const smtp = smtpRelay(parseRelayUrl(`smtp://127.0.0.1:${relay.port}`, 'environment') as SmtpTarget);
    const first = listSource([letter(1)]);
    await (await smtp.open()).run(first);
    assert.deepEqual(first.attempts.map(inWords), ['lost data']);
    assert.match(first.notices.join(), /PIPELINING.*one command at a time/);
    const second = listSource([letter(1), letter(2)]);
    await (await smtp.open()).run(second);
    assert.deepEqual(second.attempts.map(inWords), Array(2).fill('replied body 250'));
    assert.deepEqual(second.notices, []);
    assert.deepEqual(second.calls, ['mark 1', 'ended 1', 'mark 2', 'ended 2']);
  } finally {
    await relay.stop();
  }
});

for (const rset of ['421 4.3.2 bye', '500 what?', '354 go', 'nonsense', { after: 'reset' }] as const) {
  for (const extensions of [[], ['PIPELINING']]) {
    test(`a reset answered by ${JSON.stringify(rset)} ends the session, and the refusal stands (${extensions.length} extensions)`, async () => {
      const script = {
        mail: ({ count }: { count: number }) => (count === 1 ? '450 later' : undefined),
        rset,
      };
      await withRelay({ script, extensions }, async (_relay, session) => {
        const attempts = await sendAll(session, [letter(1), letter(2), letter(3)]);
        assert.deepEqual(attempts.map(inWords), ['replied mail 450', 'lost mail']);
      });
    });
  }
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
    await relay.when(() => relay.commands.some((line) => line.startsWith('RCPT')));
    session.destroy();
    await run;
    assert.match(source.attempts.map(inWords).join(), /^lost (mail|rcpt)$/);
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
