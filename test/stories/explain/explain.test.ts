// Somebody has a relay's words in a log or a bounce and asks what mailblast would do about them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Desk } from '../mailblast.js';

interface Answer {
  readonly action: string;
  readonly rule: string;
  readonly source: string;
  readonly [added: string]: unknown;
}

function desk(t: { after(done: () => void): void }): Desk {
  const made = new Desk();
  t.after(() => made.close());
  return made;
}

test('--json prints one object with action, rule and source; people get sentences', async (t) => {
  const house = desk(t);
  const words = '454 Throttling failure: Maximum sending rate exceeded';
  const { code, stdout, stderr } = await house.run(['explain', words, '--json']);
  assert.equal(code, 0, stderr);
  const answer = JSON.parse(stdout) as Answer;
  assert.deepEqual([answer.action, answer.rule], ['slow', 'ses-sending-rate']);
  assert.match(answer.source, /^https:\/\/docs\.aws\.amazon\.com\//);
  assert.equal(stdout.trim().split('\n').length, 1);
  const told = await house.run(['explain', words]);
  assert.match(
    told.stdout,
    /^454 .*\nSaid to the message itself: slow\. .*uncharged\.\nRule ses-sending-rate: https/,
  );
});

test('every action is one of the promised words, also where no delivery is at stake', async (t) => {
  const house = desk(t);
  const action = async (...args: string[]) => {
    const { stdout, stderr } = await house.run(['explain', '--json', ...args]);
    return (JSON.parse(stdout || stderr) as Answer).action;
  };
  assert.equal(await action('421 closing', '--stage', 'rcpt'), 'retry');
  assert.equal(await action('554 no', '--stage', 'connect'), 'retry');
  assert.equal(await action('451 Authentication failed: Maximum credits exceeded'), 'rest');
  assert.equal(await action('535 5.7.8 Authentication failed'), 'stop');
  assert.equal(await action('550 no', '--stage', 'mail'), 'stop');
  assert.equal(await action('550', 'No', 'such', 'user'), 'reject');
  assert.equal(await action('250 2.0.0 Ok'), 'accepted');
});

test('a reply of several lines is read as logs write it, whether in lines or joined', async (t) => {
  const house = desk(t);
  const lines = [
    '550-5.7.26 This mail has been blocked because the sender is',
    '550 5.7.26 unauthenticated. gsmtp',
  ];
  for (const joint of ['\n', '\r\n', ' ']) {
    const { stdout } = await house.run(['explain', '--json', lines.join(joint)]);
    const { rule, reply } = JSON.parse(stdout) as Answer;
    assert.equal(rule, 'google-unauthenticated');
    assert.equal(reply, '550 5.7.26 This mail has been blocked because the sender is unauthenticated. gsmtp');
  }
});

test('the relay of the settings counts, a flag wins, and no secret of it is shown', async (t) => {
  const house = desk(t);
  const env = { MAILBLAST_RELAY: 'smtp://apikey:hunter2@smtp.resend.com:587' };
  const words = '450 Too many requests.';
  const settings = await house.run(['explain', words, '--json', '--debug'], env);
  assert.equal((JSON.parse(settings.stdout) as Answer).action, 'slow');
  assert.doesNotMatch(settings.stdout + settings.stderr, /hunter2/);
  const flag = await house.run(['explain', words, '--json', '--relay', 'mail.example.com'], env);
  assert.equal((JSON.parse(flag.stdout) as Answer).action, 'retry');
});

test('what is no reply, and a stage that is none, are refused with the way out', async (t) => {
  const house = desk(t);
  const words = await house.run(['explain', 'Throttling failure']);
  assert.equal(words.code, 64);
  assert.match(words.stderr, /is no SMTP reply: one begins with its code/);
  const stage = await house.run(['explain', '450 later', '--stage', 'helo']);
  assert.equal(stage.code, 64);
  assert.match(stage.stderr, /--stage helo is no stage; give one of connect, tls, auth/);
});
