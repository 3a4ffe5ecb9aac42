// Several messages unanswered at once, in chunks: what each answer comes to, and how many may ever be in doubt (R3, R4).

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parseRelayUrl, type SmtpTarget } from '../../src/relay/relay-url.js';
import { smtpRelay } from '../../src/relay/smtp-relay.js';
import {
  type FakeRelay,
  type FakeRelayOptions,
  type FakeRow,
  startFakeRelay,
} from '../servers/fake-relay.js';
import { inWords, type ListSource, letter, listSource } from './list-source.js';

const EXTENSIONS = ['PIPELINING', 'CHUNKING', 'SIZE 10485760'];

async function handOver(
  count: number,
  depth: number,
  options: FakeRelayOptions,
  look: (relay: FakeRelay, source: ListSource) => void | Promise<void>,
  mark?: (number: number) => Promise<void>,
): Promise<void> {
  const relay = await startFakeRelay({ extensions: EXTENSIONS, ...options });
  try {
    const target = parseRelayUrl(`smtp://127.0.0.1:${relay.port}`, 'environment') as SmtpTarget;
    const timeouts = { command: 300, data: 300, body: 300, quit: 200 };
    const session = await smtpRelay(target, { depth, timeouts }).open();
    const source = listSource(
      Array.from({ length: count }, (_, i) => letter(i + 1)),
      mark,
    );
    await session.run(source);
    await look(relay, source);
    assert.deepEqual(relay.faults, []);
  } finally {
    await relay.stop();
  }
}

const first =
  (act: FakeRow): FakeRow =>
  ({ count }: { count: number }) =>
    count === 1 ? (act as string) : undefined;

test('messages arrive octet for octet as chunks, each behind a RSET, and the session says QUIT', async () => {
  await handOver(20, 8, {}, (relay, source) => {
    assert.deepEqual(source.attempts.map(inWords), Array(20).fill('replied body 250'));
    assert.deepEqual(
      relay.journal.map(({ to, octets }) => [to, octets.toString()]),
      Array.from({ length: 20 }, (_, i) => [
        [`reader${i + 1}@example.org`],
        Buffer.from(letter(i + 1).octets).toString(),
      ]),
    );
    const verbs = relay.commands.map((line) => line.split(/[ :]/, 1)[0]);
    assert.deepEqual(verbs.slice(1, 6), ['RSET', 'MAIL', 'RCPT', 'BDAT', 'RSET']);
    assert.equal(verbs.at(-1), 'QUIT');
    assert.match(relay.commands[4]!, new RegExp(`^BDAT ${letter(1).octets.length} LAST$`));
  });
});

test('at no time have more messages than the depth a mark and no outcome', async () => {
  let most = 0;
  const calls: string[] = [];
  await handOver(
    50,
    4,
    {},
    (_relay, source) => {
      let open = 0;
      for (const call of source.calls) {
        open += call.startsWith('mark') ? 1 : -1;
        most = Math.max(most, open);
      }
      calls.push(...source.calls);
    },
    async () => {},
  );
  assert.equal(calls.length, 100);
  assert.equal(most, 4);
});

test('a chunk is begun only when its mark is durable', async () => {
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const relay = await startFakeRelay({ extensions: EXTENSIONS });
  try {
    const target = parseRelayUrl(`smtp://127.0.0.1:${relay.port}`, 'environment') as SmtpTarget;
    const session = await smtpRelay(target, { depth: 3 }).open();
    const source = listSource([letter(1), letter(2)], () => gate);
    const run = session.run(source);
    for (let turns = 0; turns < 50; turns++) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(relay.commands.slice(1), []);
    assert.deepEqual(source.calls, ['mark 1', 'mark 2']);
    release();
    await run;
    assert.deepEqual(source.attempts.map(inWords), Array(2).fill('replied body 250'));
  } finally {
    await relay.stop();
  }
});

test('a mark that fails breaks the connection, and none of the group is sent', async () => {
  await handOver(
    2,
    2,
    {},
    (relay, source) => {
      assert.deepEqual(source.attempts.map(inWords), ['lost body', 'lost body']);
      assert.deepEqual(relay.journal, []);
    },
    () => Promise.reject(new Error('disk full')),
  );
});

// What the relay does, once, and what becomes of three messages at depth 3 in their order.
const ROWS: readonly (readonly [script: FakeRelayOptions['script'], ends: readonly string[]])[] = [
  [{ rcpt: first('550 5.1.1 no') }, ['replied rcpt 550', 'replied body 250', 'replied body 250']],
  [{ mail: first('450 4.2.0 later') }, ['replied mail 450', 'replied body 250', 'replied body 250']],
  [{ body: first('554 5.7.1 spam') }, ['replied body 554', 'replied body 250', 'replied body 250']],
  // The last octet alone decides, whatever was said before.
  [
    { rcpt: first({ reply: '450 later', accept: true }), body: first('250 ok') },
    ['replied body 250', 'replied body 250', 'replied body 250'],
  ],
  // What answers the oldest command is no answer to the bodies behind it.
  [{ body: first('421 4.3.2 bye') }, ['replied body 421', ...Array(2).fill('lost body, last octet left')]],
  [{ mail: first('421 4.3.2 bye') }, Array(3).fill('lost body, last octet left')],
  [{ body: first({ after: 'close' }) }, Array(3).fill('lost body, last octet left')],
  [{ body: first({ accept: true, after: 'reset' }) }, Array(3).fill('lost body, last octet left')],
  [{ body: first({ after: 'silence' }) }, Array(3).fill('lost body, last octet left')],
  [{ rset: first('500 what?') }, Array(3).fill('lost body, last octet left')],
  [{ mail: first('354 go') }, Array(3).fill('lost body, last octet left')],
  [{ body: first('354 go') }, Array(3).fill('lost body, last octet left')],
];

for (const [script, ends] of ROWS) {
  const [[step, row] = ['', undefined]] = Object.entries(script!);
  const said = JSON.stringify(
    typeof row === 'function' ? row({ step: 'mail', count: 1, line: '', connection: 1 }) : row,
  );
  test(`${step} answered by ${said}, once, at depth 3: ${ends.join(' · ')}`, async () => {
    await handOver(3, 3, { script: script! }, (_relay, source) => {
      const byMessage = new Map<string, string>();
      const order = source.calls.filter((call) => call.startsWith('ended'));
      for (const [i, call] of order.entries()) byMessage.set(call, inWords(source.attempts[i]));
      assert.deepEqual(
        [1, 2, 3].map((number) => byMessage.get(`ended ${number}`)),
        ends,
      );
    });
  });
}

test('a relay that announces CHUNKING and knows no BDAT gets DATA from then on, and nothing is in doubt', async () => {
  const bdat = (last: number) => (moment: { count: number }) =>
    moment.count <= last ? '503 5.5.1 no BDAT here' : undefined;
  await handOver(3, 3, { script: { body: bdat(3) } }, (_relay, source) => {
    assert.deepEqual(source.attempts.map(inWords), Array(3).fill('lost body'));
    assert.match(source.notices.join(), /CHUNKING.*DATA from here on/);
    assert.equal(source.notices.length, 1);
  });
  await handOver(7, 2, { script: { body: bdat(2) } }, (relay, source) => {
    // Two were asked with BDAT; the other five went over the same connection.
    assert.deepEqual(source.attempts.map(inWords), [
      ...Array(2).fill('lost body'),
      ...Array(5).fill('replied body 250'),
    ]);
    assert.equal(relay.connections, 1);
  });
});

test('a relay that ends its connections under several messages is given one at a time after the third', async () => {
  const relay = await startFakeRelay({
    extensions: EXTENSIONS,
    script: { body: { reply: '250 ok', after: 'close' } },
  });
  try {
    const smtp = smtpRelay(parseRelayUrl(`smtp://127.0.0.1:${relay.port}`, 'environment') as SmtpTarget, {
      depth: 4,
    });
    const ends: string[][] = [];
    const notices: string[] = [];
    for (let connection = 0; connection < 5; connection++) {
      const source = listSource([1, 2, 3, 4].map((number) => letter(number)));
      await (await smtp.open()).run(source);
      ends.push(source.attempts.map(inWords));
      notices.push(...source.notices);
    }
    const doubt = 'lost body, last octet left';
    const deep = ['replied body 250', doubt, doubt, doubt];
    assert.deepEqual(ends.slice(0, 3), [deep, deep, deep]);
    // What was taken to follow had not left, and is lost without a doubt.
    for (const end of ends.slice(3)) assert.ok(!end.includes(doubt), end.join());
    assert.match(notices.join(), /one at a time/);
    assert.equal(notices.length, 1);
  } finally {
    await relay.stop();
  }
});

for (const extensions of [['PIPELINING'], ['CHUNKING']]) {
  test(`a relay that offers ${extensions} alone is given DATA, whatever the depth`, async () => {
    await handOver(3, 8, { extensions }, (relay, source) => {
      assert.deepEqual(source.attempts.map(inWords), Array(3).fill('replied body 250'));
      assert.ok(!relay.commands.some((line) => line.startsWith('BDAT')));
      assert.deepEqual(
        source.calls,
        [1, 2, 3].flatMap((number) => [`mark ${number}`, `ended ${number}`]),
      );
    });
  });
}
