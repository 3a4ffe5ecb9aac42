import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attempt, ConnectFailure } from '../../src/domain/attempt.js';
import { judgeAttempt, judgeConnection, retryDelay } from '../../src/domain/policy.js';

type RepliedStage = 'mail' | 'rcpt' | 'data' | 'body';

function replied(stage: RepliedStage, code: number, text = 'words', enhanced = ''): Attempt {
  return { ended: 'replied', stage, reply: { code, enhanced, text } };
}

function lost(lastOctetLeft: boolean): Attempt {
  return { ended: 'lost', stage: 'body', lastOctetLeft, why: 'the connection was reset' };
}

/** Stage, code, text, enhanced code, and what is to be done. */
const TABLE: readonly (readonly [RepliedStage, number, string, string, string])[] = [
  ['body', 250, 'queued', '', 'accepted'],
  ['body', 451, 'try again', '', 'retry'],
  ['body', 421, 'closing', '4.3.2', 'retry'],
  ['body', 554, 'spam', '5.7.1', 'reject'],
  ['data', 451, 'try again', '', 'retry'],
  ['data', 554, 'no', '', 'reject'],
  ['rcpt', 450, 'greylisted', '4.7.1', 'retry'],
  ['rcpt', 550, 'No such user', '5.1.1', 'reject'],
  ['rcpt', 530, 'Authentication required', '5.7.0', 'stop'],
  ['rcpt', 554, '<a@example.org>: Relay access denied', '5.7.1', 'stop'],
  ['rcpt', 550, 'relaying denied', '5.7.1', 'stop'],
  ['rcpt', 550, '5.7.54 SMTP; Unable to relay recipient in non-accepted domain', '', 'stop'],
  ['mail', 452, 'insufficient storage', '4.3.1', 'retry'],
  ['mail', 421, 'closing', '', 'put_back'],
  ['rcpt', 421, 'Service shutting down', '4.3.2', 'put_back'],
  ['rcpt', 421, 'mx.example.com Error: too many connections from 192.0.2.1', '4.7.0', 'slow'],
  ['data', 421, 'closing', '', 'put_back'],
  ['mail', 550, 'sender not verified', '5.7.1', 'stop'],
  ['mail', 553, 'no', '', 'stop'],
  ['mail', 552, 'too big', '5.3.4', 'reject'],
  ['rcpt', 354, 'what?', '', 'put_back'],
  ['body', 354, 'what?', '', 'in_doubt'],
];

for (const [stage, code, text, enhanced, action] of TABLE) {
  test(`${code} ${enhanced} to ${stage} (${text}): ${action}`, () => {
    assert.equal(judgeAttempt(replied(stage, code, text, enhanced)).action, action);
  });
}

test('lost after the last octet is in doubt, before it is put back', () => {
  assert.equal(judgeAttempt(lost(true)).action, 'in_doubt');
  assert.equal(judgeAttempt(lost(false)).action, 'put_back');
});

test('a recipient that the relay cannot be asked for is invalid', () => {
  assert.equal(judgeAttempt({ ended: 'unable', why: 'no SMTPUTF8' }).action, 'invalid');
});

test('a refused sender is quoted with the way out', () => {
  const verdict = judgeAttempt(replied('mail', 553, 'not yours', '5.7.1'));
  assert.ok(verdict.action === 'stop' && verdict.sentence.includes('553 5.7.1 not yours'));
  assert.ok(verdict.action === 'stop' && verdict.sentence.includes('--from'));
});

test('a wrong login and TLS trouble stop; what may pass is tried again', () => {
  const judged = (stage: ConnectFailure['stage'], code?: number, lost = false) => {
    const reply = code === undefined ? undefined : { code, enhanced: '', text: 'words' };
    const verdict = judgeConnection({ stage, reply, why: 'the reason', lost });
    if (verdict.action !== 'stop') return verdict.action;
    assert.equal(verdict.sentence, 'the reason');
    return `stop: ${verdict.trouble}`;
  };
  assert.equal(judged('auth', 535), 'stop: refused');
  assert.equal(judged('auth'), 'stop: refused');
  assert.equal(judged('auth', 454), 'try_again');
  assert.equal(judged('auth', undefined, true), 'try_again');
  assert.equal(judged('tls'), 'stop: unreachable');
  assert.equal(judged('tls', 454), 'try_again');
  assert.equal(judged('connect'), 'try_again');
  assert.equal(judged('greeting', 554), 'try_again');
});

test('attempts come after 1, 5, 15, 60 and then every 240 minutes, each delivery a little later by its own measure', () => {
  const keys = Array.from({ length: 200 }, (_, i) => `p${i}@example.org`);
  for (const [attempts, minutes] of [
    [1, 1],
    [2, 5],
    [3, 15],
    [4, 60],
    [5, 240],
    [40, 240],
  ] as const) {
    const shares = keys.map((key) => retryDelay(attempts, key) / (minutes * 60_000) - 1);
    assert.ok(Math.min(...shares) >= 0 && Math.max(...shares) <= 0.1);
    // Spread over the whole of it.
    for (let tenth = 0; tenth < 10; tenth++) {
      const there = shares.filter((share) => share >= tenth / 100 && share < (tenth + 1) / 100);
      assert.ok(there.length >= 5, `${there.length} in part ${tenth}`);
    }
    assert.equal(retryDelay(attempts, keys[0]!), retryDelay(attempts, keys[0]!));
  }
});
