// What each kind of log proves, and what it does not.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { A, B, C, postfixLog, readTexts, saysOf } from './logs.js';

const QUEUED = 'from=<news@example.com>, size=1234, nrcpt=1 (queue active)';

test('Postfix took a message when its queue manager has it, and only begun it when cleanup alone has', async () => {
  const read = await readTexts(
    postfixLog(
      'smtpd 4F2A00001: client=localhost[127.0.0.1]',
      `cleanup 4F2A00001: message-id=<${A}>`,
      `cleanup 4F2A00002: message-id=<${B}>`,
      'smtpd lost connection after DATA (2034 bytes) from localhost[127.0.0.1]',
      `qmgr 4F2A00001: ${QUEUED}`,
    ),
  );
  assert.deepEqual(saysOf(read), ['taken', 'begun', undefined]);
  assert.match(
    read.traces.get(A)!.evidence,
    /log0:5: Nov 25 11:00:04 relay postfix\/qmgr\[71\]: 4F2A00001: from=<news@example\.com>, size=1234/,
  );
});

test('a delivery from the queue is as good as the queue manager’s own line', async () => {
  const read = await readTexts(
    postfixLog(
      `cleanup 4ZbTq81gXnz9: message-id=<${A}>`,
      `cleanup 4ZbTq81gXnzB: message-id=<${B}>`,
      'smtp 4ZbTq81gXnz9: to=<p1@example.org>, relay=mx.example.org[192.0.2.1]:25, delay=1, dsn=2.0.0, status=sent (250 ok)',
      'qmgr 4ZbTq81gXnzB: removed',
    ),
  );
  assert.deepEqual(saysOf(read), ['taken', 'taken', undefined]);
});

test('a message that a filter refused at its end is refused, unless another copy was taken', async () => {
  const refused =
    'milter-reject: END-OF-MESSAGE from localhost[127.0.0.1]: 5.7.1 spam; from=<news@example.com>';
  const read = await readTexts(
    postfixLog(
      `cleanup 4F2A00001: message-id=<${A}>`,
      `cleanup 4F2A00001: ${refused}`,
      `cleanup 4F2A00002: message-id=<${B}>`,
      `qmgr 4F2A00002: ${QUEUED}`,
      `cleanup 4F2A00003: message-id=<${B}>`,
      `cleanup 4F2A00003: ${refused}`,
    ),
  );
  assert.deepEqual(saysOf(read), ['refused', 'taken', undefined]);
});

test('a queue id that is used again proves nothing about the message that had it before', async () => {
  const read = await readTexts(
    postfixLog(
      `cleanup 4F2A00001: message-id=<${A}>`,
      'smtpd 4F2A00001: client=other.example.com[192.0.2.9]',
      'cleanup 4F2A00001: message-id=<somebody@else.example>',
      `qmgr 4F2A00001: ${QUEUED}`,
      `cleanup 4F2A00002: message-id=<${B}>`,
      'pickup 4F2A00002: uid=0 from=<root>',
      `qmgr 4F2A00002: ${QUEUED}`,
      `cleanup 4F2A00003: message-id=<${C}>`,
      'cleanup 4F2A00003: message-id=<>',
      `qmgr 4F2A00003: ${QUEUED}`,
    ),
  );
  assert.deepEqual(saysOf(read), ['begun', 'begun', 'begun']);
});

test('queue ids of other hosts and of other instances are other ids', async () => {
  const read = await readTexts(
    [
      `Nov 25 11:00:00 one postfix/cleanup[1]: 4F2A00001: message-id=<${A}>`,
      `Nov 25 11:00:01 two postfix/qmgr[1]: 4F2A00001: ${QUEUED}`,
      `Nov 25 11:00:02 one postfix-in/cleanup[1]: 4F2A00002: message-id=<${B}>`,
      `Nov 25 11:00:03 one postfix-out/qmgr[1]: 4F2A00002: ${QUEUED}`,
      `Nov 25 11:00:04 one postfix/submission/cleanup[1]: 4F2A00003: message-id=<${C}>`,
      `Nov 25 11:00:05 one postfix/qmgr[1]: 4F2A00003: ${QUEUED}`,
      '',
    ].join('\n'),
  );
  assert.deepEqual(saysOf(read), ['begun', 'begun', 'taken']);
});

test('a Message-ID that is somebody else’s, or stands where a client could write, proves nothing', async () => {
  const read = await readTexts(
    postfixLog(
      `cleanup 4F2A00001: message-id=<x${A}>`,
      `qmgr 4F2A00001: ${QUEUED}`,
      `smtpd 4F2A00002: reject: RCPT from x[192.0.2.1]: 550 no; helo=<message-id=<${B}>>`,
      `qmgr 4F2A00002: ${QUEUED}`,
      `cleanup 4F2A00003: message-id=<${C}>`,
      `smtpd improper command pipelining after HELO from x[192.0.2.1]: relay postfix/qmgr[71]: 4F2A00003: ${QUEUED}`,
    ),
  );
  assert.deepEqual(saysOf(read), [undefined, undefined, 'begun']);
});

test('a message is known by the first part of its Message-ID, since a new content may have another domain', async () => {
  const renamed = A.replace('example.com', 'other.example');
  const read = await readTexts(postfixLog(`cleanup 4F2A00001: message-id=<${renamed}>`));
  assert.deepEqual(saysOf(read), ['begun', undefined, undefined]);
});

test('Exim took what has an arrival line with its Message-ID', async () => {
  const read = await readTexts(
    [
      `2026-11-25 11:00:00 1vNqXa-0005MB-00 <= news@example.com H=(mail) [192.0.2.1] P=esmtps S=5678 id=${A} T="id=${C}"`,
      `2026-11-25 11:00:01 1vNqXb-00000003aBc-1XyZ <= news@example.com H=mail [192.0.2.1] P=esmtp S=99 id=${B}`,
      `2026-11-25 11:00:02 1vNqXc-0005MB-00 H=mail [192.0.2.1] F=<news@example.com> rejected after DATA: id=${C}`,
      '2026-11-25 11:00:02 SMTP connection lost after final dot H=mail [192.0.2.1] P=esmtp',
      '',
    ].join('\n'),
  );
  assert.deepEqual(saysOf(read), ['taken', 'taken', undefined]);
  assert.equal(read.logs[0]!.kind, 'Exim');
});

test('an event is about a message by its Message-ID or X-Mailblast-ID, wherever it stands', async () => {
  const sendgrid = {
    email: 'p1@example.org',
    timestamp: 1764068400,
    'smtp-id': `<${A}>`,
    event: 'processed',
  };
  const headers = [{ name: 'X-Mailblast-ID', value: B.split('@')[0] }];
  const ses = {
    eventType: 'Send',
    mail: { timestamp: '2026-11-25T11:00:00.000Z', messageId: '0100', headers },
  };
  const other = { event: 'group_resubscribe', id: C };
  const read = await readTexts([sendgrid, ses, other].map((event) => `${JSON.stringify(event)}\n`).join(''));
  assert.deepEqual(saysOf(read), ['taken', 'taken', 'begun']);
});
