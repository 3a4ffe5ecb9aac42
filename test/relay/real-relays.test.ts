// The session against servers that are not ours: Debian's Postfix over STARTTLS, and smtp-sink with its fault switches.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RelayNotOpened } from '../../src/relay/relay.js';
import { parseRelayUrl, type SmtpTarget } from '../../src/relay/relay-url.js';
import { smtpRelay } from '../../src/relay/smtp-relay.js';
import { missing } from '../servers/free-port.js';
import { startPostfix } from '../servers/postfix.js';
import { startSmtpSink } from '../servers/smtp-sink.js';
import { inWords, letter, sendAll } from './list-source.js';

const smtp = (text: string) => parseRelayUrl(text, 'environment') as SmtpTarget;

test('Postfix takes messages over STARTTLS with a checked certificate', {
  skip: missing('postfix'),
}, async () => {
  const postfix = await startPostfix();
  try {
    const target = smtp(`smtp://localhost:${postfix.port}`);
    const letters = [1, 2, 3].map((number) => letter(number));
    const session = await smtpRelay(target, { caFile: postfix.caFile }).open();
    assert.deepEqual((await sendAll(session, letters)).map(inWords), Array(3).fill('replied body 250'));
    await postfix.idle();
    assert.deepEqual(
      (await postfix.journal()).map(({ messageId, from, to }) => [messageId, from, to]),
      [1, 2, 3].map((number) => [`${number}@example.com`, 'news@example.com', `reader${number}@example.org`]),
    );
    assert.match(await postfix.log(), /disconnect from .* starttls=1 mail=3 rcpt=3 data=3 quit=1/);
  } finally {
    await postfix.stop();
  }
});

test("Postfix's refusals keep the connection", { skip: missing('postfix') }, async () => {
  const refuse =
    'smtpd_recipient_restrictions = check_recipient_access inline:{{reader1@example.org = 550 5.1.1 unknown}}';
  const postfix = await startPostfix({ settings: [refuse, 'message_size_limit = 2000'] });
  try {
    const session = await smtpRelay(smtp(`smtp://127.0.0.1:${postfix.port}`)).open();
    const attempts = await sendAll(session, [letter(1), letter(2, 'x\r\n'.repeat(1000)), letter(3)]);
    assert.deepEqual(attempts.map(inWords), ['replied rcpt 550', 'replied mail 552', 'replied body 250']);
    assert.deepEqual(attempts[1]!.ended === 'replied' && attempts[1]!.reply.enhanced, '5.3.4');
    await postfix.idle();
    assert.deepEqual(
      (await postfix.journal()).map(({ to }) => to),
      ['reader3@example.org'],
    );
  } finally {
    await postfix.stop();
  }
});

test('smtp-sink gets exactly what was handed in', { skip: missing('smtp-sink') }, async () => {
  const sink = await startSmtpSink([], { keep: true });
  try {
    const letters = [letter(1), letter(2, 'ü is two octets\r\n\r\n=2E')];
    const session = await smtpRelay(smtp(`smtp://127.0.0.1:${sink.port}`)).open();
    assert.deepEqual((await sendAll(session, letters)).map(inWords), Array(2).fill('replied body 250'));
    const kept = await sink.messages();
    for (const { envelope, octets } of letters) {
      const text = Buffer.from(octets).toString('latin1').replaceAll('\r\n', '\n');
      const one = kept.find((message) => message.includes(text));
      assert.ok(one?.includes(`X-Rcpt-To: <${envelope.recipient}>`) || one?.includes(envelope.recipient));
    }
  } finally {
    await sink.stop();
  }
});

for (const [switches, ends] of [
  [
    ['-f', 'MAIL'],
    ['replied mail 500', 'replied mail 500'],
  ],
  [
    ['-r', 'RCPT'],
    ['replied rcpt 450', 'replied rcpt 450'],
  ],
  [
    ['-f', 'DATA'],
    ['replied data 500', 'replied data 500'],
  ],
  [
    ['-r', '.'],
    ['replied body 450', 'replied body 450'],
  ],
  [['-q', 'RCPT'], ['lost rcpt']],
  [['-q', '.'], ['lost body, last octet left']],
  [['-Q', 'DATA'], ['replied data 421']],
  [['-Q', '.'], ['replied body 421']],
] as const) {
  test(`smtp-sink ${switches.join(' ')}: ${ends[0]}`, { skip: missing('smtp-sink') }, async () => {
    const sink = await startSmtpSink(switches);
    try {
      const session = await smtpRelay(smtp(`smtp://127.0.0.1:${sink.port}`)).open();
      const attempts = (await sendAll(session, [letter(1), letter(2)])).map(inWords);
      assert.deepEqual(attempts.slice(0, ends.length), ends);
      // The second message's envelope may have left with the first one's end, and was lost with the connection.
      for (const more of attempts.slice(ends.length)) assert.equal(more, 'lost mail');
    } finally {
      await sink.stop();
    }
  });
}

test('smtp-sink -f CONNECT is a relay that is not opened', { skip: missing('smtp-sink') }, async () => {
  const sink = await startSmtpSink(['-f', 'CONNECT']);
  try {
    await assert.rejects(
      smtpRelay(smtp(`smtp://127.0.0.1:${sink.port}`)).open(),
      (error: unknown) => error instanceof RelayNotOpened && error.failure.stage === 'greeting',
    );
  } finally {
    await sink.stop();
  }
});
