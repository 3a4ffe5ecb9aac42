// What holds of the policy whatever a relay says, at every stage, in every code.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { judgeAttempt, judgeConnection } from '../../src/domain/policy.js';
import { rulesFor } from '../../src/domain/providers.js';
import type { Reply } from '../../src/domain/reply.js';
import { STANDARDS } from '../../src/domain/standards.js';

const STAGES = ['mail', 'rcpt', 'data', 'body'] as const;
const OPENING = ['connect', 'greeting', 'ehlo', 'tls', 'auth'] as const;
const RELAYS = ['', 'smtp://smtp.resend.com:587', 'smtp-relay.gmail.com', 'sandbox'] as const;

const ACTIONS = ['accepted', 'retry', 'reject', 'put_back', 'in_doubt', 'slow', 'rest', 'stop'];

/** Words that rules look for, beside words that none does. */
const WORDS = [
  'Throttling failure: Maximum sending rate exceeded',
  'Throttling failure: Daily message quota exceeded',
  'Authentication failed: Maximum credits exceeded',
  'Concurrent connections limit exceeded',
  'Submission quota exceeded',
  'Peak SMTP relay limit exceeded',
  'Daily user sending limit exceeded',
  'Domain example.org is not allowed to send',
  'Relay access denied',
  'Sender address rejected',
  'Greylisted',
  'too many connections from 192.0.2.1',
  'Insufficient system storage',
  'Too many requests',
  '[TSS04]',
];
const text = fc.oneof(fc.constantFrom(...WORDS), fc.string());
const detail = fc.constantFrom(
  '',
  '1.8',
  '2.1',
  '2.2',
  '3.1',
  '3.2',
  '4.5',
  '5.7',
  '7.0',
  '7.1',
  '7.8',
  '7.26',
  '7.28',
  '1.90',
);
const relay = fc.constantFrom(...RELAYS);

function replies(from: number, to: number): fc.Arbitrary<Reply> {
  return fc
    .record({ code: fc.integer({ min: from, max: to }), detail, text })
    .map(({ code, detail, text }) => ({
      code,
      enhanced: detail === '' ? '' : `${Math.floor(code / 100)}.${detail}`,
      text,
    }));
}

test('every code at every stage, with any words, comes to one action that has its ground', () => {
  for (let code = 200; code <= 599; code++) {
    for (const stage of STAGES) {
      for (const words of [...WORDS, 'anything else']) {
        const verdict = judgeAttempt({ ended: 'replied', stage, reply: { code, enhanced: '', text: words } });
        assert.ok(ACTIONS.includes(verdict.action), verdict.action);
        assert.ok(verdict.rule !== '' && verdict.source !== '');
      }
    }
  }
  fc.assert(
    fc.property(fc.constantFrom(...STAGES), replies(200, 599), relay, (stage, reply, name) => {
      const verdict = judgeAttempt({ ended: 'replied', stage, reply }, name);
      assert.ok(ACTIONS.includes(verdict.action), verdict.action);
      assert.ok(verdict.rule !== '' && verdict.source !== '');
    }),
  );
});

test('2yz after the dot is accepted, whatever it says', () => {
  fc.assert(
    fc.property(replies(200, 299), relay, (reply, name) => {
      assert.equal(judgeAttempt({ ended: 'replied', stage: 'body', reply }, name).action, 'accepted');
    }),
  );
});

test('4yz rejects nobody, unless a rule with a source says so', () => {
  const rejecting = new Set(
    RELAYS.flatMap((name) => [...rulesFor(name), ...STANDARDS])
      .filter(({ means }) => means.action === 'reject')
      .map(({ rule }) => rule),
  );
  fc.assert(
    fc.property(fc.constantFrom(...STAGES), replies(400, 499), relay, (stage, reply, name) => {
      const verdict = judgeAttempt({ ended: 'replied', stage, reply }, name);
      assert.ok(verdict.action !== 'reject' || rejecting.has(verdict.rule));
    }),
  );
});

test('words that nobody knows: 4yz is temporary, 5yz to RCPT and to the body ends one delivery', () => {
  const unknown = fc.stringMatching(/^[xyz0-9 ]{0,40}$/);
  fc.assert(
    fc.property(
      fc.constantFrom(...STAGES),
      fc.integer({ min: 400, max: 599 }),
      unknown,
      relay,
      (stage, code, text, name) => {
        const reply = { code, enhanced: '', text };
        const { action } = judgeAttempt({ ended: 'replied', stage, reply }, name);
        if (code < 500) assert.ok(action === 'retry' || (action === 'put_back' && code === 421));
        else if (stage !== 'mail' && code !== 530) assert.equal(action, 'reject');
      },
    ),
  );
});

test('only what came after the dot can be in doubt, and only when its answer makes no sense', () => {
  fc.assert(
    fc.property(fc.constantFrom(...STAGES), replies(200, 599), relay, (stage, reply, name) => {
      const { action } = judgeAttempt({ ended: 'replied', stage, reply }, name);
      assert.equal(action === 'in_doubt', stage === 'body' && reply.code >= 300 && reply.code < 400);
    }),
  );
});

test('a connection that could not be opened comes to one action, and 4yz never blames the login without a rule', () => {
  const reply = fc.option(replies(400, 599), { nil: undefined });
  fc.assert(
    fc.property(fc.constantFrom(...OPENING), reply, relay, (stage, reply, name) => {
      const verdict = judgeConnection({ stage, reply, why: 'words' }, name);
      assert.ok(['try_again', 'slow', 'rest', 'stop'].includes(verdict.action), verdict.action);
      assert.ok(verdict.rule !== '' && verdict.source !== '');
      if (verdict.action === 'stop' && reply !== undefined && reply.code < 500) {
        assert.doesNotMatch(verdict.rule, /^(?:auth|tls)-/);
      }
    }),
  );
});
