// Whatever a list or a command line holds, a message has the headers, parts and octets it should have, and no others.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Letter } from '../../src/message/compose.js';
import { checkOctets } from '../../src/message/final-check.js';
import { QUOTED_PRINTABLE } from '../../src/message/quoted-printable.js';
import { composed, HEADER_NAMES, HOSTILE, letter, readBack, SEED, SENDER } from './awkward.js';
import { readWithPython } from './readers.js';

const at = (address: string) => ({ address, key: address });

test('hostile strings in every field give no header, no part and no octet that should not be there', async () => {
  const hostile = fc.record({
    subject: HOSTILE,
    name: HOSTILE,
    text: HOSTILE,
    html: HOSTILE,
    path: HOSTILE,
    extra: HOSTILE,
  });
  const tried = fc.sample(hostile, { seed: SEED, numRuns: 500 });
  const messages = tried.map(({ subject, name, text, html, path, extra }) => {
    const compose = composed({
      ...SENDER,
      from: { name, address: at('news@example.com') },
      headers: [['X-First', `a${extra}`]],
    });
    return compose(
      letter({
        subject,
        text: QUOTED_PRINTABLE.literal('t') + QUOTED_PRINTABLE.value(text),
        html: QUOTED_PRINTABLE.literal('h') + QUOTED_PRINTABLE.value(html),
        unsubscribeUrl: `https://example.com/${path.slice(0, 90)}`,
        unsubscribeMailto: `u@example.com?subject=${path.slice(0, 90)}`,
        headers: [['X-Second', `b${extra}`]],
      }),
    );
  });
  for (const octets of messages) assert.equal(checkOctets(octets), undefined);
  for (const [i, read] of (await readWithPython(messages)).entries()) {
    const about = JSON.stringify(tried[i]);
    assert.deepEqual(read.names, HEADER_NAMES.toSpliced(10, 0, 'X-First', 'X-Second'), about);
    assert.deepEqual(read.types, ['multipart/alternative', 'text/plain', 'text/html'], about);
    assert.equal(read.text, `t${readBack(tried[i]!.text)}`, about);
    assert.equal(read.html, `h${readBack(tried[i]!.html)}`, about);
    assert.equal(read.from.length, 1, about);
    assert.equal(read.from[0]![1], 'news@example.com', about);
  }
});

test('names of mailblast itself that are no plain ASCII are a bug, and never reach a message', () => {
  const wrong: Partial<Letter>[] = [
    { messageId: 'a\r\nBcc: b' },
    { key: '' },
    { boundary: 'a b' },
    { to: { address: 'a\n@example.org', key: 'a' } },
  ];
  for (const changes of wrong) assert.throws(() => composed(SENDER)(letter(changes)), /Not plain ASCII/);
});
