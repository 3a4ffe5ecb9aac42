// The ledger never stalls the sockets: while its disk takes 100 ms for each sync, replies are handled as they come.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missing } from '../../servers/free-port.js';
import { quantile, startTimedRelay } from '../../servers/reply-times.js';
import { slowDisk } from '../../servers/slow-disk.js';
import { Desk } from '../mailblast.js';

const SYNC_MS = 100;

test('while a sync of the disk takes 100 ms, other sessions go on', {
  skip: missing('gcc', 'gcc'),
}, async () => {
  const desk = new Desk();
  const { relay, times } = await startTimedRelay();
  try {
    desk.campaign(100);
    const words = ['--rate', 'unlimited', '--connections', '5', '--relay', `smtp://127.0.0.1:${relay.port}`];
    const send = ['send', 'list.csv', '--template', 'news.mjml', ...words];
    const { code, stderr } = await desk.run(send, slowDisk(desk.folder, SYNC_MS));
    assert.equal(code, 0, stderr);
    assert.equal(times.length, 200);
    // On the thread that writes, a reply would wait for the rest of a sync: half of one, as a rule.
    assert.ok(quantile(times, 0.8) < SYNC_MS / 4, `${quantile(times, 0.8)} ms`);
  } finally {
    await relay.stop();
    desk.close();
  }
});
