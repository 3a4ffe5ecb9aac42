// How a relay may be named, what is refused, and that no refusal shows a password.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MailblastError } from '../../src/domain/errors.js';
import { parseRelayUrl, type SmtpTarget } from '../../src/relay/relay-url.js';
import { DIRECT, safetyOf } from '../../src/relay/safety.js';
import { smtpRelay } from '../../src/relay/smtp-relay.js';

const smtp = (text: string) => parseRelayUrl(text, 'environment') as SmtpTarget;

for (const [text, name, host, port, loopback] of [
  ['smtps://mail.example.com', 'smtps://mail.example.com:465', 'mail.example.com', 465, false],
  ['smtp://mail.example.com', 'smtp://mail.example.com:587', 'mail.example.com', 587, false],
  ['smtp+plain://mail.example.com/', 'smtp+plain://mail.example.com:25', 'mail.example.com', 25, false],
  ['SMTP://Mail.Example.COM:2525', 'smtp://mail.example.com:2525', 'mail.example.com', 2525, false],
  ['smtp://localhost:25', 'smtp://localhost:25', 'localhost', 25, true],
  ['smtp://127.0.0.1:25', 'smtp://127.0.0.1:25', '127.0.0.1', 25, true],
  ['smtp://127.1:25', 'smtp://127.0.0.1:25', '127.0.0.1', 25, true],
  ['smtp://[::1]:25', 'smtp://[::1]:25', '::1', 25, true],
  ['smtp://[0:0:0:0:0:0:0:1]', 'smtp://[::1]:587', '::1', 587, true],
  ['smtp://[2001:db8::1]', 'smtp://[2001:db8::1]:587', '2001:db8::1', 587, false],
  ['smtp://127.0.0.1.example.com', 'smtp://127.0.0.1.example.com:587', '127.0.0.1.example.com', 587, false],
  ['smtp://localhost.example.com', 'smtp://localhost.example.com:587', 'localhost.example.com', 587, false],
  ['smtp://bücher.example', 'smtp://xn--bcher-kva.example:587', 'xn--bcher-kva.example', 587, false],
  ['smtp://mail.example.com:80', 'smtp://mail.example.com:80', 'mail.example.com', 80, false],
] as const) {
  test(`${text} is ${name}${loopback ? ', on this machine' : ''}`, () => {
    assert.deepEqual(smtp(text), {
      kind: 'smtp',
      name,
      scheme: name.slice(0, name.indexOf(':')),
      host,
      port,
      loopback,
      user: '',
      password: '',
    });
  });
}

test('a login is read as written or percent-encoded, and is not in the name', () => {
  for (const [text, user, password] of [
    ['smtp://ada:secret@mail.example.com', 'ada', 'secret'],
    ['smtp://ada@mail.example.com', 'ada', ''],
    ['smtp://ada%40example.com:s%25%3Acret@mail.example.com', 'ada@example.com', 's%:cret'],
    ['smtp://ada@example.com:a/b#c?d:e@f+g@mail.example.com:587', 'ada@example.com', 'a/b#c?d:e@f+g'],
  ] as const) {
    const target = smtp(text);
    assert.deepEqual([target.user, target.password], [user, password]);
    assert.equal(target.name, 'smtp://mail.example.com:587');
  }
});

test('the sandbox and folders are known by name', () => {
  assert.deepEqual(parseRelayUrl(' sandbox ', 'command line'), { kind: 'sandbox', name: 'sandbox' });
  assert.deepEqual(parseRelayUrl('file:./out', 'command line'), {
    kind: 'file',
    name: 'file:./out',
    folder: './out',
  });
});

for (const text of [
  '',
  'mail.example.com',
  'mail.example.com:587',
  'http://mail.example.com',
  'smtp:mail.example.com',
  'smtp://',
  'smtp://mail.example.com:0',
  'smtp://mail.example.com:70000',
  'smtp://mail.example.com:587/path',
  'smtp://mail.example.com?pool=true',
  'smtp://mail example.com',
  'smtp://[::1',
  'smtp://ada:100%@mail.example.com',
  'file:',
]) {
  test(`"${text}" is refused with examples of what is right`, () => {
    assert.throws(
      () => smtp(text),
      (error: unknown) => {
        assert.ok(error instanceof MailblastError);
        assert.equal(error.trouble, 'settings');
        assert.match(error.message, /smtps:\/\/mail\.example\.com:465/);
        return true;
      },
    );
  });
}

test('a refusal never shows what may be a password', () => {
  for (const text of [
    'smtp://ada:hush%@mail.example.com',
    'smto://ada:hush@mail',
    'smtp://ada:hush',
    'ada:hush@mail.example.com',
  ]) {
    assert.throws(
      () => smtp(text),
      (error: Error) => !error.message.includes('hush'),
    );
  }
});

test('a password on the command line is refused with the way to give it', () => {
  assert.throws(
    () => parseRelayUrl('smtp://ada:hush@mail.example.com', 'command line'),
    (error: unknown) => {
      assert.ok(error instanceof MailblastError);
      assert.equal(error.trouble, 'usage');
      assert.match(error.message, /MAILBLAST_PASSWORD_FILE/);
      assert.doesNotMatch(error.message, /hush/);
      return true;
    },
  );
  assert.equal((parseRelayUrl('smtp://ada@mail.example.com', 'command line') as SmtpTarget).user, 'ada');
});

for (const [text, ca, safety] of [
  ['smtps://mail.example.com', undefined, 'implicit, checked'],
  ['smtps://localhost', undefined, 'implicit, not checked'],
  ['smtps://localhost', 'pem', 'implicit, checked'],
  ['smtp://mail.example.com', undefined, 'STARTTLS required, checked'],
  ['smtp://127.0.0.1.example.com', undefined, 'STARTTLS required, checked'],
  ['smtp://127.9.9.9', undefined, 'STARTTLS if offered, not checked'],
  ['smtp://localhost', 'pem', 'STARTTLS required, checked'],
  ['smtp+plain://mail.example.com', undefined, 'STARTTLS never, not checked'],
] as const) {
  test(`${text}${ca ? ' with an authority' : ''}: ${safety}`, () => {
    const { implicit, startTls, checkCertificate } = safetyOf(smtp(text), { ...DIRECT, ca });
    const words = `${implicit ? 'implicit' : `STARTTLS ${startTls}`}, ${checkCertificate ? '' : 'not '}checked`;
    assert.equal(words, safety);
  });
}

test('a password for a plaintext relay elsewhere is refused before anything is opened', () => {
  const refused = (error: unknown) => error instanceof MailblastError && error.trouble === 'settings';
  assert.throws(() => smtpRelay(smtp('smtp+plain://ada:hush@mail.example.com')), refused);
  assert.throws(
    () => smtpRelay(smtp('smtp+plain://mail.example.com'), { user: 'ada', password: 'hush' }),
    refused,
  );
  assert.ok(smtpRelay(smtp('smtp+plain://ada:hush@127.0.0.1')));
});

test('half a login is refused with the name of the other half', () => {
  assert.throws(() => smtpRelay(smtp('smtp://ada@mail.example.com')), /MAILBLAST_PASSWORD/);
  assert.throws(() => smtpRelay(smtp('smtp://mail.example.com'), { password: 'hush' }), /MAILBLAST_USER/);
});

test('a file without a certificate is refused with its name', () => {
  for (const caFile of ['/no/such/file.pem', import.meta.filename]) {
    assert.throws(
      () => smtpRelay(smtp('smtp://mail.example.com'), { caFile }),
      (error: unknown) => {
        assert.ok(error instanceof MailblastError);
        assert.equal(error.trouble, 'no_input');
        return error.message.includes(caFile);
      },
    );
  }
});
