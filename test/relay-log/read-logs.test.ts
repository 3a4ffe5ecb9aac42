// Logs as files: rotated, packed, damaged, foreign; and which times they cover.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { lineTime } from '../../src/relay-log/line-time.js';
import { A, NOW, postfixLog, readTexts, saysOf } from './logs.js';

const CLEANUP = `cleanup 4F2A00001: message-id=<${A}>`;
const QMGR = 'qmgr 4F2A00001: from=<news@example.com>, size=1, nrcpt=1 (queue active)';
const at = (hours: number, minutes = 0, seconds = 0) =>
  new Date(2026, 10, 25, hours, minutes, seconds).getTime();

test('a message is followed across a rotation, whatever the order of the files', async () => {
  const older = postfixLog(CLEANUP);
  const newer = postfixLog(QMGR).replace('11:00:00', '11:00:09');
  assert.equal(saysOf(await readTexts(gzipSync(older), newer))[0], 'taken');
  assert.equal(saysOf(await readTexts(newer, gzipSync(older)))[0], 'taken');
});

test('logs cover the time from the first line to the last, joined where one goes on after another', async () => {
  const line = (time: string) => `Nov 25 ${time} relay postfix/qmgr[1]: 4F2A00009: removed\n`;
  const { covers, logs } = await readTexts(
    line('08:00:00') + line('09:00:00'),
    line('09:05:00') + line('10:00:00'),
    line('11:00:00') + line('11:30:00'),
  );
  assert.equal(logs.length, 3);
  assert.ok(covers(at(8), at(8)));
  assert.ok(covers(at(8, 59), at(9, 6)));
  assert.ok(covers(at(10), at(10) + 999), 'a second counts to its end');
  assert.ok(!covers(at(8) - 1, at(8)));
  assert.ok(!covers(at(9), at(10, 0, 1)));
  assert.ok(!covers(at(9, 50), at(11, 10)), 'a log is missing between');
});

test('the time of a line is read as its relay writes it', () => {
  const times: readonly (readonly [string, number])[] = [
    ['Nov 25 11:07:14 relay postfix/qmgr[1]: x', at(11, 7, 14)],
    ['Nov  5 01:02:03 relay x', new Date(2026, 10, 5, 1, 2, 3).getTime()],
    ['Dec 31 23:59:59 relay x', new Date(2025, 11, 31, 23, 59, 59).getTime()],
    ['Nov 26 11:00:00 relay x', new Date(2026, 10, 26, 11).getTime()],
    ['2026-11-25T11:07:14.123456+02:00 relay x', Date.UTC(2026, 10, 25, 9, 7, 14, 123)],
    ['2026-11-25T11:07:14Z relay x', Date.UTC(2026, 10, 25, 11, 7, 14)],
    ['2026-11-25 11:07:14 1vNqXa-0005MB-00 <= x', at(11, 7, 14)],
    ['2026-11-25 11:07:14 +0100 1vNqXa-0005MB-00 <= x', Date.UTC(2026, 10, 25, 10, 7, 14)],
    ['{"event":"processed","timestamp":1764068400}', 1764068400000],
    ['{"mail":{"timestamp":"2026-11-25T11:07:14.000Z"}}', Date.UTC(2026, 10, 25, 11, 7, 14)],
  ];
  for (const [line, time] of times) assert.equal(lineTime(line, NOW), time, line);
  for (const line of ['', 'Foo 25 11:07:14 x', 'no time', '{"timestamp":"soon"}']) {
    assert.equal(lineTime(line, NOW), undefined, line);
  }
});

test('a New Year’s log is last year’s', () => {
  const january = new Date(2027, 0, 2, 8).getTime();
  assert.equal(lineTime('Dec 31 23:00:00 relay x', january), new Date(2026, 11, 31, 23).getTime());
  assert.equal(lineTime('Jan  1 00:30:00 relay x', january), new Date(2027, 0, 1, 0, 30).getTime());
});

test('line ends of any kind, endless lines and strange octets do not stand in the way', async () => {
  const text = postfixLog(CLEANUP, QMGR).replaceAll('\n', '\r\n');
  const read = await readTexts(`${'x'.repeat(300_000)}\n\0\xff\n${text}`.trimEnd());
  assert.equal(saysOf(read)[0], 'taken');
  assert.match(read.traces.get(A)!.evidence, /^\S+log0:4: Nov 25/);
});

test('evidence is one line of bounded length, whatever the log has', async () => {
  const long = `${QMGR} \x1b[31m${'y'.repeat(2000)}`;
  const { evidence } = (await readTexts(postfixLog(CLEANUP, long))).traces.get(A)!;
  assert.ok(evidence.length < 450, `${evidence.length}`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose.
  assert.doesNotMatch(evidence, /[\x00-\x1f]/);
});

test('a file that is no log, is damaged or is not there is named', async () => {
  await assert.rejects(readTexts('email,name\nada@example.com,Ada\n'), {
    trouble: 'data',
    message: /log0: This is no log that mailblast can read: not one line of Postfix, Exim, events/,
  });
  await assert.rejects(readTexts(''), { trouble: 'data' });
  const packed = gzipSync(postfixLog(CLEANUP, QMGR));
  await assert.rejects(readTexts(packed.subarray(0, packed.length - 12)), {
    trouble: 'data',
    message: /packed by gzip, and is damaged or cut off/,
  });
  const { readLogs } = await import('../../src/relay-log/read-logs.js');
  await assert.rejects(readLogs(['/nowhere/maillog'], [A], NOW), {
    trouble: 'no_input',
    message: '/nowhere/maillog: There is no such file.',
  });
});
