// Logins that fail: the run stops at once, nothing is sent, no secret is shown or kept.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startFakeRelay } from '../../servers/fake-relay.js';
import { Desk } from '../mailblast.js';

const SECRET = 'correct horse battery staple';
const WRONG = 'incorrect-horse-4711';

async function relayWithLogin(t: { after(done: () => Promise<void>): void }) {
  const desk = new Desk();
  const relay = await startFakeRelay({ login: { user: 'news', password: SECRET } });
  t.after(async () => {
    desk.close();
    await relay.stop();
  });
  desk.campaign(5);
  return { desk, relay, url: `smtp://127.0.0.1:${relay.port}` };
}

const COMMAND = ['send', 'list.csv', '--template', 'news.mjml', '--rate', 'unlimited'];

test('a wrong password ends the run with 77 after one try, and every recipient is still pending', async (t) => {
  const { desk, relay, url } = await relayWithLogin(t);
  const { code, stdout, stderr } = await desk.run(COMMAND, {
    MAILBLAST_RELAY: url,
    MAILBLAST_USER: 'news',
    MAILBLAST_PASSWORD: WRONG,
  });
  assert.equal(code, 77, stderr);
  assert.equal(relay.connections, 1);
  assert.equal(relay.journal.length, 0);
  assert.equal((await desk.status()).counts.pending, 5);
  assert.ok(!`${stdout}${stderr}`.includes(WRONG), 'the password was shown');
});

test('the right password goes through, from the environment, a file or the relay’s URL, and is not kept', async (t) => {
  const { desk, relay, url } = await relayWithLogin(t);
  const file = desk.write('password', `${SECRET}\n`);
  const logins = [
    { MAILBLAST_RELAY: url, MAILBLAST_USER: 'news', MAILBLAST_PASSWORD: SECRET },
    { MAILBLAST_RELAY: url, MAILBLAST_USER: 'news', MAILBLAST_PASSWORD_FILE: file },
    { MAILBLAST_RELAY: url.replace('//', `//news:${encodeURIComponent(SECRET)}@`) },
  ];
  for (const [index, login] of logins.entries()) {
    const { code, stderr } = await desk.run([...COMMAND, '--campaign', `c${index}`], login);
    assert.equal(code, 0, stderr);
  }
  assert.equal(relay.journal.filter(({ accepted }) => accepted).length, 15);
  const ledger = readFileSync(join(desk.folder, 'mailblast.db')).toString('latin1');
  assert.ok(
    !ledger.includes(SECRET) && !ledger.includes(encodeURIComponent(SECRET)),
    'the password is in the ledger',
  );
});

test('a password on the command line is refused with the way to give it', async (t) => {
  const { desk, relay } = await relayWithLogin(t);
  const { code, stderr } = await desk.run([
    ...COMMAND,
    '--relay',
    `smtp://news:${WRONG}@127.0.0.1:${relay.port}`,
  ]);
  assert.equal(code, 64);
  assert.match(stderr, /MAILBLAST_PASSWORD/);
  assert.ok(!stderr.includes(WRONG), 'the password was shown');
  assert.equal(relay.connections, 0);
});

test('a password for a relay that offers no login is an error', async (t) => {
  const desk = new Desk();
  const relay = await startFakeRelay();
  t.after(async () => {
    desk.close();
    await relay.stop();
  });
  desk.campaign(2);
  const { code } = await desk.run(COMMAND, {
    MAILBLAST_RELAY: `smtp://127.0.0.1:${relay.port}`,
    MAILBLAST_USER: 'news',
    MAILBLAST_PASSWORD: SECRET,
  });
  assert.equal(code, 77);
  assert.equal(relay.journal.length, 0);
});
