// The relay that judges must judge rightly: what it holds against a client, what it does not, and how it takes BDAT.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { type FakeRelay, startFakeRelay } from '../servers/fake-relay.js';

const ENVELOPE = 'MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.org>\r\n';
const GROUPED = ['PIPELINING', 'CHUNKING'];

/** Says the pieces, each when a reply has come to the one before it, and waits for so many replies in all. */
async function say(
  relay: FakeRelay,
  pieces: readonly string[],
  replies = pieces.length + 1,
): Promise<string> {
  const socket = connect(relay.port, relay.host);
  let said = '';
  socket.setEncoding('latin1').on('data', (part: string) => {
    said += part;
  });
  const replied = async (count: number) => {
    while ((said.match(/^\d{3} .*\r\n/gm) ?? []).length < count) await once(socket, 'data');
  };
  for (const [index, piece] of pieces.entries()) {
    await replied(index + 1);
    socket.write(piece);
  }
  await replied(replies);
  socket.destroy();
  return said;
}

for (const [what, extensions, pieces, fault] of [
  [
    'one command at a time',
    [],
    ['EHLO x\r\n', 'MAIL FROM:<a@example.com>\r\n', 'RCPT TO:<b@example.org>\r\n'],
    undefined,
  ],
  ['a group where groups are offered', GROUPED, ['EHLO x\r\n', `${ENVELOPE}DATA\r\n`], undefined],
  ['a group where none are offered', [], ['EHLO x\r\n', ENVELOPE], /octets came before mail was answered/],
  [
    'a body before 354',
    GROUPED,
    ['EHLO x\r\n', `${ENVELOPE}DATA\r\nHello`],
    /octets came before data was answered: "Hello"/,
  ],
  ['a command behind EHLO', GROUPED, ['EHLO x\r\nRSET\r\n'], /before ehlo was answered/],
  ['a bare LF in a command', [], ['EHLO x\nRSET\r\n'], /control character in a command/],
  [
    'MAIL twice',
    GROUPED,
    ['EHLO x\r\n', `${ENVELOPE}MAIL FROM:<c@example.com>\r\n`],
    /MAIL within a transaction/,
  ],
  [
    'BDAT where it is not offered',
    ['PIPELINING'],
    ['EHLO x\r\n', `${ENVELOPE}BDAT 2 LAST\r\n\r\n`],
    /BDAT to a relay/,
  ],
  ['a bare LF in a body', GROUPED, ['EHLO x\r\n', `${ENVELOPE}BDAT 6 LAST\r\na\nb\r\n\r`], /bare CR or LF/],
  ['a body as a command', GROUPED, ['EHLO x\r\n', 'Subject: x\r\n'], /no command/],
] as const) {
  test(`${what}: ${fault === undefined ? 'no fault' : `a fault (${fault.source})`}`, async () => {
    const relay = await startFakeRelay({ extensions });
    try {
      await say(relay, pieces);
      await relay.when(() => relay.open === 0);
      if (fault === undefined) assert.deepEqual(relay.faults, []);
      else assert.match(relay.faults.join('\n'), fault);
    } finally {
      await relay.stop();
    }
  });
}

test('chunks are counted, not searched for dots, and answered each; behind a refused envelope each is answered 503', async () => {
  const relay = await startFakeRelay({ extensions: GROUPED });
  try {
    const chunks = 'BDAT 6\r\na\r\n.\r\nBDAT 3 LAST\r\nb\r\n';
    // 220, EHLO, then MAIL, RCPT and two chunks; MAIL and two chunks without a recipient.
    const said = await say(
      relay,
      ['EHLO x\r\n', `${ENVELOPE}${chunks}MAIL FROM:<a@example.com>\r\n${chunks}`],
      9,
    );
    assert.equal(relay.journal.length, 1);
    assert.equal(relay.journal[0]!.octets.toString(), 'a\r\n.\r\nb\r\n');
    assert.equal(relay.journal[0]!.accepted, true);
    assert.equal(said.match(/^503 /gm)?.length, 2, said);
  } finally {
    await relay.stop();
  }
});

test('an empty message ends with its lone dot', async () => {
  const relay = await startFakeRelay({ script: { rcpt: '550 5.1.1 no', data: '354 go' } });
  try {
    const said = await say(relay, ['EHLO x\r\n', `${ENVELOPE}DATA\r\n`, '.\r\n', 'RSET\r\n']);
    assert.match(said, /354 go\r\n(?:554 5\.5\.1 no recipients\r\n)?/);
    assert.deepEqual(relay.faults, []);
    assert.equal(relay.journal[0]!.octets.length, 0);
  } finally {
    await relay.stop();
  }
});
