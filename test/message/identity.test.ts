// What tells one delivery's message from every other.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identify, token } from '../../src/message/identity.js';
import { QUOTED_PRINTABLE } from '../../src/message/quoted-printable.js';

const CAMPAIGN = '0123456789abcdef0123456789abcdef';

test('a delivery is named the same in every run and every version', () => {
  assert.deepEqual(identify(CAMPAIGN, 'ada@example.org', 'example.com'), {
    messageId: '503c756a71e0c4992226729a5c9aeb2d@example.com',
    boundary: '=_95451303e26916508689306bf34b31b2',
    mailblastId: '503c756a71e0c4992226729a5c9aeb2d',
  });
  assert.equal(token(Buffer.alloc(32, 1), CAMPAIGN, 'ada@example.org'), '183417a2a9aa6a4b2dcc39ee1c235ecc');
});

test('another address, campaign or secret gives another name', () => {
  const ids = new Set<string>();
  for (const campaign of [CAMPAIGN, 'f'.repeat(32)]) {
    for (const key of ['a@example.org', 'b@example.org']) {
      const { messageId, boundary } = identify(campaign, key, 'example.com');
      ids.add(messageId).add(boundary);
      ids.add(token(Buffer.alloc(32, 1), campaign, key)).add(token(Buffer.alloc(32, 2), campaign, key));
    }
  }
  assert.equal(ids.size, 16);
});

test('a boundary cannot occur in a quoted-printable body', () => {
  const { boundary } = identify(CAMPAIGN, 'ada@example.org', 'example.com');
  assert.ok(boundary.startsWith('=_'));
  assert.ok(!QUOTED_PRINTABLE.literal(`--${boundary}\n--${boundary}--\n`).includes('=_'));
});

test('a token can stand in a URL and in a local part, in any letter case', () => {
  assert.match(token(Buffer.alloc(32, 1), CAMPAIGN, 'ada@example.org'), /^[0-9a-f]{32}$/);
});
