// Connecting: what is encrypted, what is checked, where a password may go, and how each failure is told.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { connect, readExtensions } from '../../src/relay/connect.js';
import { explainFailure } from '../../src/relay/connect-failure.js';
import { RelayNotOpened } from '../../src/relay/relay.js';
import { parseRelayUrl, type SmtpTarget } from '../../src/relay/relay-url.js';
import { type SmtpRelayOptions, smtpRelay } from '../../src/relay/smtp-relay.js';
import { TIMEOUTS } from '../../src/relay/timeouts.js';
import { type Certificates, makeCertificates, readKeyPair } from '../servers/certificates.js';
import { type FakeRelay, type FakeRelayOptions, startFakeRelay } from '../servers/fake-relay.js';
import { freePort } from '../servers/free-port.js';
import { inWords, letter, listSource, sendAll } from './list-source.js';

const smtp = (text: string) => parseRelayUrl(text, 'environment') as SmtpTarget;
const LOGIN = { user: 'ada', password: 'hush' };

async function withRelay(options: FakeRelayOptions, use: (relay: FakeRelay) => Promise<void>): Promise<void> {
  const relay = await startFakeRelay(options);
  try {
    await use(relay);
  } finally {
    await relay.stop();
  }
}

/** Opens and sends one message; the words of its attempt. */
async function sendOne(url: string, options: SmtpRelayOptions = {}): Promise<string> {
  const session = await smtpRelay(smtp(url), options).open();
  return inWords((await sendAll(session, [letter()]))[0]);
}

/** The failure that opening comes to: stage, code of the reply if any, and words. */
async function refusal(
  url: string,
  options: SmtpRelayOptions = {},
): Promise<[string, number | undefined, string]> {
  const error = await smtpRelay(smtp(url), options)
    .open()
    .then(
      () => assert.fail('it opened'),
      (reason: unknown) => reason,
    );
  assert.ok(error instanceof RelayNotOpened, String(error));
  assert.doesNotMatch(`${error.message} ${error.cause}`, /hush/);
  const { stage, reply, why } = error.failure;
  return [stage, reply?.code, why];
}

describe('with certificates', () => {
  let folder: string;
  let good: Certificates;
  let pair: { key: string; cert: string };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mailblast-connect-'));
    good = await makeCertificates(folder);
    pair = await readKeyPair(good);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const another = async (options: Parameters<typeof makeCertificates>[1]) => {
    const place = await mkdtemp(join(folder, 'another-'));
    const certificates = await makeCertificates(place, options);
    return { caFile: certificates.caFile, tls: await readKeyPair(certificates) };
  };

  for (const host of ['localhost', '127.0.0.1']) {
    test(`STARTTLS with a checked certificate carries login and messages to ${host}`, async () => {
      await withRelay({ tls: pair, login: LOGIN }, async (relay) => {
        const url = `smtp://${host}:${relay.port}`;
        assert.equal(await sendOne(url, { ...LOGIN, caFile: good.caFile }), 'replied body 250');
        const verbs = relay.commands.map((line) => line.split(/[ :]/, 1)[0]);
        assert.deepEqual(verbs, ['EHLO', 'STARTTLS', 'EHLO', 'AUTH', 'MAIL', 'RCPT', 'DATA', 'QUIT']);
      });
    });
  }

  test('smtps:// is TLS from the first octet', async () => {
    await withRelay({ tls: { ...pair, implicit: true }, login: LOGIN }, async (relay) => {
      const url = `smtps://localhost:${relay.port}`;
      assert.equal(await sendOne(url, { ...LOGIN, caFile: good.caFile }), 'replied body 250');
    });
  });

  test("STARTTLS is used without a check where this machine's own relay offers it", async () => {
    await withRelay({ tls: pair }, async (relay) => {
      assert.equal(await sendOne(`smtp://127.0.0.1:${relay.port}`), 'replied body 250');
      assert.equal(relay.commands[1], 'STARTTLS');
    });
  });

  test('smtp+plain:// never says STARTTLS', async () => {
    await withRelay({ tls: pair }, async (relay) => {
      assert.equal(await sendOne(`smtp+plain://127.0.0.1:${relay.port}`), 'replied body 250');
      assert.match(relay.commands[1]!, /^MAIL/);
    });
  });

  test('a relay that does not offer a required STARTTLS gets neither login nor message', async () => {
    await withRelay({ login: LOGIN }, async (relay) => {
      const options = { ...LOGIN, caFile: good.caFile };
      const [stage, code, why] = await refusal(`smtp://127.0.0.1:${relay.port}`, options);
      assert.deepEqual([stage, code], ['tls', 502]);
      assert.match(why, /does not offer STARTTLS/);
      assert.deepEqual(relay.commands.slice(1), ['STARTTLS']);
    });
  });

  test('a STARTTLS that is refused for now is told with the reply', async () => {
    await withRelay({ tls: pair, script: { starttls: '454 4.7.0 not now' } }, async (relay) => {
      const [stage, code, why] = await refusal(`smtp://127.0.0.1:${relay.port}`, { caFile: good.caFile });
      assert.deepEqual([stage, code], ['tls', 454]);
      assert.match(why, /cannot do STARTTLS now/);
    });
  });

  test('a network that fails in the handshake is no fault of TLS', async () => {
    for (const act of [
      { reply: '220 go', after: 'close' },
      { reply: '220 go', after: 'silence' },
    ] as const) {
      await withRelay({ tls: pair, script: { starttls: act } }, async (relay) => {
        const [stage] = await refusal(`smtp://127.0.0.1:${relay.port}`, { timeouts: { greeting: 300 } });
        assert.equal(stage, 'connect');
      });
    }
  });

  for (const scheme of ['smtp', 'smtps'] as const) {
    test(`${scheme}: a certificate of an unknown authority, of another host, or out of date is refused`, async () => {
      const stranger = await another({});
      const elsewhere = await another({ names: 'DNS:mail.example.com' });
      const old = await another({ days: -1 });
      for (const [tls, caFile, words] of [
        [stranger.tls, good.caFile, /signed by an authority that is not known.*NODE_EXTRA_CA_CERTS/],
        [elsewhere.tls, elsewhere.caFile, /for another host name than localhost/],
        [old.tls, old.caFile, /has expired/],
      ] as const) {
        await withRelay({ tls: { ...tls, implicit: scheme === 'smtps' }, login: LOGIN }, async (relay) => {
          const [stage, , why] = await refusal(`${scheme}://localhost:${relay.port}`, { ...LOGIN, caFile });
          assert.equal(stage, 'tls');
          assert.match(why, words);
          assert.ok(!relay.commands.some((line) => /AUTH|MAIL/.test(line)));
        });
      }
    });
  }

  test('smtps:// to a port without TLS says so', async () => {
    await withRelay({}, async (relay) => {
      const [stage, , why] = await refusal(`smtps://127.0.0.1:${relay.port}`);
      assert.equal(stage, 'tls');
      assert.match(why, /does not begin with TLS on this port/);
    });
  });

  test('smtp:// to a port with TLS ends in time', async () => {
    await withRelay({ tls: { ...pair, implicit: true } }, async (relay) => {
      const [stage] = await refusal(`smtp://127.0.0.1:${relay.port}`, { timeouts: { greeting: 200 } });
      assert.equal(stage, 'greeting');
    });
  });
});

for (const methods of ['PLAIN', 'LOGIN', 'CRAM-MD5 LOGIN PLAIN']) {
  test(`a login by ${methods} goes in clear to this machine alone`, async () => {
    await withRelay({ login: { ...LOGIN, methods } }, async (relay) => {
      assert.equal(await sendOne(`smtp://127.0.0.1:${relay.port}`, LOGIN), 'replied body 250');
      assert.equal(await sendOne(`smtp+plain://localhost:${relay.port}`, LOGIN), 'replied body 250');
    });
  });
}

test('a wrong password is told with the reply and without the password', async () => {
  await withRelay({ login: { user: 'ada', password: 'other' } }, async (relay) => {
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
    await withRelay({ login: LOGIN, script: { auth: reply } }, async (relay) => {
      const [stage, code, why] = await refusal(`smtp://127.0.0.1:${relay.port}`, LOGIN);
      assert.deepEqual([stage, code], ['auth', Number(reply.slice(0, 3))]);
      assert.match(why, words);
    });
  });
}

test('a password for a relay that offers no login is an error', async () => {
  await withRelay({}, async (relay) => {
    const [stage, code, why] = await refusal(`smtp://127.0.0.1:${relay.port}`, LOGIN);
    assert.deepEqual([stage, code], ['auth', undefined]);
    assert.match(why, /offers no login \(AUTH\)/);
    assert.equal(relay.commands.length, 1);
  });
});

test('a relay whose logins need more than a password is told with what it offers', async () => {
  await withRelay({ extensions: ['AUTH XOAUTH2 GSSAPI'] }, async (relay) => {
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
    await withRelay({ script: { [step]: act } }, async (relay) => {
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
  await withRelay({ script }, async (relay) => {
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
  await withRelay({ script }, async (relay) => {
    const session = await smtpRelay(smtp(`smtp://127.0.0.1:${relay.port}`)).open();
    const source = listSource([letter()]);
    await session.run(source);
    assert.deepEqual(source.calls, []);
  });
});

test('a connection lost between opening and the first message harms nobody', async () => {
  await withRelay({}, async (relay) => {
    const { talk } = await connect(smtp(`smtp://127.0.0.1:${relay.port}`), undefined, undefined, TIMEOUTS);
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
  await withRelay({ extensions }, async (relay) => {
    const connected = await connect(smtp(`smtp://127.0.0.1:${relay.port}`), undefined, undefined, TIMEOUTS);
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
