// Secrets (R10): refused in the settings file, read from the environment, .env or a file, and shown by no command.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startFakeRelay } from '../../servers/fake-relay.js';
import { Desk } from '../mailblast.js';
import { BARE, config } from './in-force.js';

const SECRET = 'correct-horse-4711';

for (const json of [
  `{\n  "password": "${SECRET}"\n}`,
  `{\n  "smtpPass": "${SECRET}"\n}`,
  `{\n  "apiKey": "${SECRET}"\n}`,
  `{\n  "MAILBLAST_PASSWORD": "${SECRET}"\n}`,
  `{\n  "oauth2ClientSecret": "${SECRET}"\n}`,
  `{\n  "proxy": "socks5://ada:${SECRET}@proxy.example.com"\n}`,
  `{\n  "relay": "smtp://news:${SECRET}@mail.example.com:587"\n}`,
]) {
  const key = /"(\w+)"/.exec(json)![1];
  test(`a secret in the settings file is refused with the way to give it: ${key}`, async (t) => {
    const desk = new Desk();
    t.after(() => desk.close());
    desk.write('mailblast.config.json', json);
    const { code, stdout, stderr } = await desk.run(['config', '--debug']);
    assert.equal(code, 78);
    assert.match(stderr, /^mailblast: mailblast\.config\.json:2:3: .*MAILBLAST_PASSWORD.*passwordFile/);
    assert.ok(!`${stdout}${stderr}`.includes(SECRET), 'the secret was shown');
  });
}

test('a private key in the settings file is refused', async (t) => {
  const desk = new Desk();
  t.after(() => desk.close());
  desk.write('mailblast.config.json', '{"subject": "-----BEGIN RSA PRIVATE KEY-----\\nMIIE"}');
  const { code, stderr } = await desk.run(['config']);
  assert.equal(code, 78);
  assert.match(stderr, /:1:13: subject holds a private key/);
});

test('config shows that a login is set and where, and never the login', async (t) => {
  const desk = new Desk();
  t.after(() => desk.close());
  const passwordFile = desk.write('password', `${SECRET}\n`);
  const ways: Record<string, string>[] = [
    { MAILBLAST_RELAY: `smtp://user-9:${SECRET}@mail.example.com` },
    { MAILBLAST_RELAY: 'smtp://mail.example.com', MAILBLAST_USER: 'user-9', MAILBLAST_PASSWORD: SECRET },
    {
      MAILBLAST_RELAY: 'smtp://mail.example.com',
      MAILBLAST_USER: 'user-9',
      MAILBLAST_PASSWORD_FILE: passwordFile,
    },
  ];
  for (const env of ways) {
    for (const inDotenv of [false, true]) {
      const lines = Object.entries(env).map(([name, value]) => `${name}=${value}\n`);
      desk.write('.env', inDotenv ? lines.join('') : '');
      const given = inDotenv ? {} : env;
      const { setting, stdout, stderr } = await config(desk, [], given);
      assert.equal(setting('relay').value, 'smtp://mail.example.com:587');
      for (const key of ['user', 'password']) {
        assert.equal(setting(key).value, 'set');
        assert.equal(setting(key).from, inDotenv ? '.env' : 'environment');
        assert.ok(setting(key).name in env);
      }
      if (inDotenv) continue;
      const people = await desk.run(['config', '--debug'], { ...BARE, ...given });
      assert.match(people.stdout, /^password +set +environment MAILBLAST_/m);
      for (const said of [stdout, stderr, people.stdout, people.stderr]) {
        assert.ok(!said.includes(SECRET) && !said.includes('user-9'), 'the login was shown');
      }
    }
  }
});

test('wrong settings beside a secret do not show it', async (t) => {
  const desk = new Desk();
  t.after(() => desk.close());
  desk.write('.env', `MAILBLAST_PASSWORD=${SECRET}#x\nMAILBLAST_PASSWROD=${SECRET}\n`);
  const { stdout, stderr } = await desk.run(['config'], {
    MAILBLAST_RELAY: `smpt://news:${SECRET}@x.example`,
  });
  assert.match(stderr, /PASSWROD is not known/);
  assert.match(stderr, /MAILBLAST_RELAY: .*smpt/);
  assert.ok(!`${stdout}${stderr}`.includes(SECRET), 'the secret was shown');
});

test('a password file is read for the login, named by its variable or by passwordFile, and is not kept', async (t) => {
  const desk = new Desk();
  const relay = await startFakeRelay({ login: { user: 'news', password: SECRET } });
  t.after(async () => {
    desk.close();
    await relay.stop();
  });
  desk.campaign(1);
  const send = ['send', 'list.csv', '--template', 'news.mjml'];
  desk.write(
    'mailblast.config.json',
    JSON.stringify({ relay: `smtp://127.0.0.1:${relay.port}`, user: 'news', passwordFile: 'from-file' }),
  );
  const env = { MAILBLAST_PASSWORD_FILE: desk.write('from-variable', `${SECRET}\r\n`) };
  assert.equal((await desk.run([...send, '--campaign', 'by-variable'], env)).code, 0);
  desk.write('from-file', `${SECRET}\n`);
  assert.equal((await desk.run([...send, '--campaign', 'by-key'])).code, 0);
  assert.equal(relay.journal.filter(({ accepted }) => accepted).length, 2);
  const ledger = readFileSync(join(desk.folder, 'mailblast.db')).toString('latin1');
  assert.ok(!ledger.includes(SECRET), 'the password is in the ledger');
});

test('a password file that is missing, a folder, empty or of several lines is said, not what it holds', async (t) => {
  const desk = new Desk();
  t.after(() => desk.close());
  mkdirSync(join(desk.folder, 'folder'));
  desk.write('empty', '\n');
  desk.write('lines', `${SECRET}\n${SECRET}\n`);
  desk.write('utf16', Buffer.from(`\uFEFF${SECRET}\r\n`, 'utf16le'));
  for (const [file, code, says] of [
    ['none', 66, /password file none \(MAILBLAST_PASSWORD_FILE\) cannot be read: there is no such file/],
    ['folder', 66, /it is a folder/],
    ['empty', 78, /is empty/],
    ['lines', 78, /has several lines/],
    ['utf16', 78, /not UTF-8/],
  ] as const) {
    const finished = await desk.run(['config', '--relay', 'smtp://mail.example.com'], {
      MAILBLAST_PASSWORD_FILE: file,
    });
    assert.equal(finished.code, code, finished.stderr);
    assert.match(finished.stderr, says);
    assert.ok(!finished.stderr.includes(SECRET), 'the password was shown');
  }
});

test('a stronger source’s password silences a weaker one’s password file, and the reverse', async (t) => {
  const desk = new Desk();
  t.after(() => desk.close());
  const password = async (env: Record<string, string>) =>
    (await config(desk, [], env)).setting('password').name;
  desk.write('file', 'x');
  desk.write('.env', 'MAILBLAST_PASSWORD=weak\n');
  assert.equal(await password({ MAILBLAST_PASSWORD_FILE: 'file' }), 'MAILBLAST_PASSWORD_FILE');
  desk.write('.env', 'MAILBLAST_PASSWORD_FILE=none\n');
  assert.equal(await password({ MAILBLAST_PASSWORD: 'x' }), 'MAILBLAST_PASSWORD');
});
