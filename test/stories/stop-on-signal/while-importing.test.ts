// Ctrl-C while a list is read: nothing of it is in the ledger, and the same command begins anew.

import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Desk, until } from '../mailblast.js';

const PEOPLE = 150_000;
/** In octets: then a part of the list is written, and far more is to come. */
const WRITTEN = 4_000_000;

test('Ctrl-C while a large list is imported ends the command, and leaves no campaign behind', async (t) => {
  const desk = new Desk();
  t.after(() => desk.close());
  desk.campaign(PEOPLE);
  const command = ['send', 'list.csv', '--template', 'news.mjml', '--relay', 'smtp://127.0.0.1:1'];
  const log = join(desk.folder, 'mailblast.db-wal');
  const running = desk.start(command);
  await until('a part of the list', () => (statSync(log, { throwIfNoEntry: false })?.size ?? 0) > WRITTEN);
  running.process.kill('SIGINT');
  const { code, stdout } = await running.finished;
  // The signal itself ends it: a shell says 130.
  assert.equal(code, 'SIGINT', stdout);
  assert.doesNotMatch(stdout, /List: /);
  const { stdout: none } = await desk.run(['status', '--json']);
  assert.doesNotMatch(none, /list-news/);
  const again = await desk.run(command);
  assert.match(again.stdout, /List: 150,000 rows, 150,000 recipients added\./, again.stderr);
});
