// Connecting in clear: where a password may go, how each failure is told, and that no octet is lost on the way.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect, readExtensions } from '../../src/relay/connect.js';
import { explainFailure } from '../../src/relay/connect-failure.js';
import { DIRECT } from '../../src/relay/safety.js';
import { smtpRelay } from '../../src/relay/smtp-relay.js';
import { TIMEOUTS } from '../../src/relay/timeouts.js';
import { freePort } from '../servers/free-port.js';
import { LOGIN, refusal, sendOne, smtp, withFake } from './fake-openings.js';
import { letter, listSource } from './list-source.js';

for (const methods of ['PLAIN', 'LOGIN', 'CRAM-MD5 LOGIN PLAIN']) {
  test(`a login by ${methods} goes in clear to this machine alone`, async () => {
    await withFake({ login: { ...LOGIN, methods } }, async (relay) => {
      assert.equal(await sendOne(`smtp://127.0.0.1:${relay.port}`, LOGIN), 'replied body 250');
      assert.equal(await sendOne(`smtp+plain://localhost:${relay.port}`, LOGIN), 'replied body 250');
    });
  });
}

test('a wrong password is told with the reply and without the password', async () => {
  await withFake({ login: { user: 'ada', password: 'other' } }, async (relay) => {
    const [stage, code, why] = await refusal(`smtp://127.0.0.1:${relay.port}`, LOGIN);
    assert.deepEqual([stage, code], ['auth', 535]);
    assert.match(why, /refused user name and password \(535 5\.7\.8 .*MAILBLAST_PASSWORD/);
  });
});

for (const [reply, words] of [
  ['454 4.7.0 try later', /refused the login/],
  ['421 4.7.0 too many logins', /refused the login/],
] as const) {
  test(`a login answered by ${reply} is told as such`, async () => {
    await withFake({ login: LOGIN, script: { auth: reply } }, async (relay) => {
      const [stage, code, why] = await refusal(`smtp://127.0.0.1:${relay.port}`, LOGIN);
      assert.deepEqual([stage, code], ['auth', Number(reply.slice(0, 3))]);
      assert.match(why, words);
    });
  });
}

test('a password for a relay that offers no login is an error', async () => {
  await withFake({}, async (relay) => {
    const [stage, code, why] = await refusal(`smtp://127.0.0.1:${relay.port}`, LOGIN);
    assert.deepEqual([stage, code], ['auth', undefined]);
    assert.match(why, /offers no login \(AUTH\)/);
    assert.equal(relay.commands.length, 1);
  });
});

test('a relay whose logins need more than a password is told with what it offers', async () => {
  await withFake({ extensions: ['AUTH XOAUTH2 GSSAPI'] }, async (relay) => {
    const [stage, , why] = await refusal(`smtp://127.0.0.1:${relay.port}`, LOGIN);
    assert.equal(stage, 'auth');
    assert.match(why, /only XOAUTH2 GSSAPI/);
  });
});

for (const [step, act, stage, code, words] of [
  [
    'greeting',
    '554 5.7.1 go away',
    'greeting',
    554,
    /refused to talk to this machine \(554 5\.7\.1 go away\)/,
  ],
  ['greeting', '421 4.3.2 too busy', 'greeting', 421, /refused to talk to this machine/],
  ['greeting', { after: 'close' }, 'greeting', undefined, /closed the connection before its greeting/],
  ['greeting', { after: 'silence' }, 'greeting', undefined, /no greeting came in time/],
  ['greeting', 'HTTP/1.1 400 Bad Request', 'greeting', undefined, /does not speak SMTP/],
  ['ehlo', '421 4.3.2 too busy', 'ehlo', 421, /refused EHLO/],
  ['ehlo', { after: 'close' }, 'ehlo', undefined, /closed the connection before its answer to EHLO/],
  ['ehlo', { after: 'silence' }, 'ehlo', undefined, /did not give its answer to EHLO in time/],
  ['ehlo', '550 5.7.1 no', 'ehlo', 550, /refused EHLO/],
] as const) {
  test(`a relay that answers ${step} by ${JSON.stringify(act)} is not opened, and says why`, async () => {
    await withFake({ script: { [step]: act } }, async (relay) => {
      const timeouts = { greeting: 200, command: 200 };
      const found = await refusal(`smtp://127.0.0.1:${relay.port}`, { timeouts });
      assert.deepEqual(found.slice(0, 2), [stage, code]);
      assert.match(found[2], words);
      await relay.when(() => relay.open === 0);
    });
  });
}

test('a relay that knows HELO alone is spoken to without extensions', async () => {
  const script = { ehlo: ({ count }: { count: number }) => (count === 1 ? '502 5.5.2 EHLO?' : '250 hello') };
  await withFake({ script }, async (relay) => {
    assert.equal(await sendOne(`smtp://127.0.0.1:${relay.port}`), 'replied body 250');
    assert.equal(relay.commands[2], 'MAIL FROM:<news@example.com>');
  });
});

test('a port that nobody listens on is told so', async () => {
  const [stage, , why] = await refusal(`smtp://127.0.0.1:${await freePort()}`);
  assert.equal(stage, 'connect');
  assert.match(why, /nothing accepts connections there.*ECONNREFUSED/);
});

test('a mistyped host name is told so', () => {
  const target = smtp('smtp://mail.exmple.com');
  const progress = { connected: false, greeted: false, upgrading: false, loggingIn: false };
  const { stage, why } = explainFailure(target, { code: 'EDNS', originalCode: 'ENOTFOUND' }, progress);
  assert.equal(stage, 'connect');
  assert.match(why, /host name is not known; is it spelt right\?/);
});

test('a 421 that comes along with the reply to EHLO is not lost when the socket changes hands', async () => {
  const script = { ehlo: { raw: '250 fake\r\n421 4.3.2 bye\r\n', reply: '' } };
  await withFake({ script }, async (relay) => {
    const session = await smtpRelay(smtp(`smtp://127.0.0.1:${relay.port}`)).open();
    const source = listSource([letter()]);
    await session.run(source);
    assert.deepEqual(source.calls, []);
  });
});

test('a connection lost between opening and the first message harms nobody', async () => {
  await withFake({}, async (relay) => {
    const { talk } = await connect(smtp(`smtp://127.0.0.1:${relay.port}`), undefined, DIRECT, TIMEOUTS);
    const over = new Promise<void>((resolve) => talk.whenOver(resolve));
    relay.drop('reset');
    await over;
    assert.equal(talk.over?.why, 'the connection was reset');
  });
});

test('all extensions of a relay are known, with their parameters', async () => {
  const extensions = [
    'PIPELINING',
    'SIZE 35882577',
    'CHUNKING',
    'AUTH PLAIN',
    'AUTH=LOGIN',
    'XCLIENT NAME ADDR',
  ];
  await withFake({ extensions }, async (relay) => {
    const connected = await connect(smtp(`smtp://127.0.0.1:${relay.port}`), undefined, DIRECT, TIMEOUTS);
    assert.deepEqual(Object.fromEntries(connected.extensions), {
      HELP: '',
      PIPELINING: '',
      SIZE: '35882577',
      CHUNKING: '',
      AUTH: 'PLAIN LOGIN',
      XCLIENT: 'NAME ADDR',
    });
    assert.equal(connected.tls, false);
    connected.talk.end('done');
  });
  assert.deepEqual([...readExtensions('250 just a greeting')], []);
});
