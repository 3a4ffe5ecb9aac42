// The inbox lists what lies in a folder, the newest first, and keeps up with it.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Inbox } from '../../src/engine/inbox.js';
import { writeEml } from '../../src/relay/eml-file.js';
import { EmlFolder } from '../../src/relay/eml-folder.js';

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'mailblast-inbox-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function open(t: TestContext, folder: string): Inbox {
  const inbox = new Inbox(new EmlFolder(folder));
  t.after(() => inbox.close());
  return inbox;
}

/** Waits for the inbox's own word that the condition holds. */
async function until(inbox: Inbox, holds: () => boolean): Promise<void> {
  while (!holds()) {
    await new Promise<void>((resolve) => {
      const end = inbox.onChange(() => {
        end();
        resolve();
      });
    });
  }
}

function put(folder: string, number: number): void {
  const path = join(folder, `${number}.eml`);
  writeFileSync(
    path,
    `Subject: =?utf-8?Q?N=C2=B0_${number}?=\r\nFrom: Shop <s@example.com>\r\nTo: a@example.com\r\n\r\nBody ${number}\r\n`,
  );
  utimesSync(path, 1_700_000_000 + number, 1_700_000_000 + number);
}

test('messages are listed newest first, with what tells them apart', async (t) => {
  const folder = folderOf(t);
  for (const number of [3, 1, 2]) put(folder, number);
  writeFileSync(join(folder, 'mailblast.db'), 'not a message');
  writeFileSync(join(folder, '4.eml.part'), 'not finished');
  const inbox = open(t, folder);
  await until(inbox, () => inbox.total === 3);
  const { entries, found } = inbox.find('', 0, 10);
  assert.equal(found, 3);
  assert.deepEqual(
    entries.map(({ subject, from, to, beginning }) => [subject, from, to, beginning]),
    [3, 2, 1].map((number) => [`N° ${number}`, 'Shop <s@example.com>', 'a@example.com', `Body ${number}`]),
  );
  assert.deepEqual(
    inbox.find('BODY 2', 0, 10).entries.map(({ name }) => name),
    ['2.eml'],
  );
  assert.deepEqual(
    inbox.find('', 1, 1).entries.map(({ name }) => name),
    ['2.eml'],
  );
});

test('what comes in and what goes is followed; a message is given without its envelope’s lines', async (t) => {
  const folder = folderOf(t);
  put(folder, 1);
  const inbox = open(t, folder);
  await until(inbox, () => inbox.total === 1);
  const octets = Buffer.from('Subject: New\r\n\r\nHello\r\n');
  await writeEml(
    folder,
    'new.eml',
    { returnPath: 'b@example.com', recipients: ['x@example.com', 'y@example.com'] },
    octets,
  );
  await until(inbox, () => inbox.total === 2);
  assert.equal(inbox.find('', 0, 1).entries[0]?.to, 'x@example.com, y@example.com');
  assert.deepEqual(await inbox.read('new.eml'), {
    envelope: { returnPath: 'b@example.com', recipients: ['x@example.com', 'y@example.com'] },
    octets,
  });
  rmSync(join(folder, '1.eml'));
  await until(inbox, () => inbox.total === 1);
  assert.equal(await inbox.read('1.eml'), undefined);
});

test('no name leads out of the folder, and delete-all takes messages alone', async (t) => {
  const folder = folderOf(t);
  put(folder, 1);
  writeFileSync(join(folder, 'mailblast.db'), 'not a message');
  const inbox = open(t, folder);
  await until(inbox, () => inbox.total === 1);
  for (const name of ['../../../etc/passwd', 'mailblast.db', '', './1.eml']) {
    assert.equal(await inbox.read(name), undefined, name);
  }
  assert.equal(await inbox.clear(), 1);
  assert.deepEqual(readdirSync(folder), ['mailblast.db']);
  assert.equal(inbox.total, 0);
});

test('what comes in while a full folder is read stands in the list before the rest is read', async (t) => {
  const folder = folderOf(t);
  for (let number = 0; number < 3_000; number++) put(folder, number);
  const inbox = open(t, folder);
  await until(inbox, () => inbox.total > 0);
  writeFileSync(join(folder, 'late.eml'), 'Subject: Late\r\n\r\nHello\r\n');
  await until(inbox, () => inbox.find('', 0, 1).entries[0]?.subject === 'Late');
  assert.ok(inbox.total < 3_000, `${inbox.total} were read before it`);
  await until(inbox, () => inbox.total === 3_001);
});
