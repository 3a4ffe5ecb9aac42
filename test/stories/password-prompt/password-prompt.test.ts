// The password is asked for on a terminal, and on a terminal only. The terminal is a real one: a pseudo-terminal.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startFakeRelay } from '../../servers/fake-relay.js';
import { missing } from '../../servers/free-port.js';
import { Desk } from '../mailblast.js';

const ON_TERMINAL = { skip: missing('python3') };
const SECRET = 'correct horse battery staple';
const COMMAND = ['send', 'list.csv', '--template', 'news.mjml', '--rate', 'unlimited'];
const TERMINAL = fileURLToPath(new URL('../terminal.py', import.meta.url));

async function relayWithLogin(t: { after(done: () => Promise<void>): void }) {
  const desk = new Desk();
  const relay = await startFakeRelay({ login: { user: 'news', password: SECRET } });
  t.after(async () => {
    desk.close();
    await relay.stop();
  });
  desk.campaign(3);
  const env = { MAILBLAST_RELAY: `smtp://127.0.0.1:${relay.port}`, MAILBLAST_USER: 'news' };
  /** What the terminal showed, and the exit code. */
  const atTerminal = (
    answers: readonly (readonly [question: string, typed: string])[],
    args: string[],
    more = {},
  ) => {
    desk.through = ['python3', TERMINAL, JSON.stringify(answers)];
    const finished = desk.run(args, { ...env, ...more });
    desk.through = [];
    return finished;
  };
  return { desk, relay, env, atTerminal };
}

test(
  'a user name without a password is asked for it, and what is typed is not shown',
  ON_TERMINAL,
  async (t) => {
    const { relay, atTerminal } = await relayWithLogin(t);
    const answers = [
      ['Password of news for smtp://127.0.0.1', `${SECRET}\r`],
      ['[y/N]', 'y\r'],
    ] as const;
    const { code, stdout } = await atTerminal(answers, COMMAND);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /Password of news for smtp:\/\/127\.0\.0\.1:\d+: \r\n/);
    assert.match(stdout, /is complete: 3 accepted/);
    assert.ok(!stdout.includes('horse'), stdout);
    assert.equal(relay.journal.filter(({ accepted }) => accepted).length, 3);
  },
);

test('resume asks too, and a mistyped letter can be taken back', ON_TERMINAL, async (t) => {
  const { desk, relay, env, atTerminal } = await relayWithLogin(t);
  await desk.run([...COMMAND, '--limit', '1'], { ...env, MAILBLAST_PASSWORD: SECRET });
  const { code, stdout } = await atTerminal([['Password', `${SECRET}x\x7f\r`]], ['resume']);
  assert.equal(code, 0, stdout);
  assert.equal(relay.journal.filter(({ accepted }) => accepted).length, 3);
});

test(
  'who types nothing, or Ctrl-C, is told how else to give it, and nobody is mailed',
  ON_TERMINAL,
  async (t) => {
    const { relay, atTerminal } = await relayWithLogin(t);
    for (const typed of ['\r', '\x03', '\x04']) {
      const { code, stdout } = await atTerminal([['Password', typed]], COMMAND);
      assert.equal(code, 78, stdout);
      assert.match(stdout, /no password: give it as MAILBLAST_PASSWORD or MAILBLAST_PASSWORD_FILE/);
    }
    assert.equal(relay.connections, 0);
  },
);

test('nobody is asked who gave a password, or needs none', ON_TERMINAL, async (t) => {
  const { atTerminal } = await relayWithLogin(t);
  const given = await atTerminal([], [...COMMAND, '--yes'], { MAILBLAST_PASSWORD: SECRET });
  assert.equal(given.code, 0, given.stdout);
  const rehearsal = await atTerminal([], [...COMMAND, '--yes'], { MAILBLAST_RELAY: 'file:mails' });
  assert.equal(rehearsal.code, 0, rehearsal.stdout);
  const dry = await atTerminal([], [...COMMAND, '--dry-run']);
  assert.equal(dry.code, 0, dry.stdout);
  for (const { stdout } of [given, rehearsal, dry]) assert.ok(!stdout.includes('Password'), stdout);
});

test('without a terminal nobody is asked: the missing password is an error', async (t) => {
  const { desk, env, relay } = await relayWithLogin(t);
  const { code, stderr } = await desk.run(COMMAND, env);
  assert.equal(code, 78);
  assert.match(stderr, /There is a user name for smtp:.* but no password: give it as MAILBLAST_PASSWORD/);
  assert.equal(relay.connections, 0);
});
