// Dry run, sandbox and file folders: everything but real mail.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { simpleParser } from 'mailparser';
import { startFakeRelay } from '../../servers/fake-relay.js';
import { Desk } from '../mailblast.js';

const SEND = ['send', 'list.csv', '--template', 'news.mjml', '--rate', 'unlimited'];

function emlFiles(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.eml'));
}

test('a dry run renders every row, sends nothing, opens nothing and leaves no campaign', async (t) => {
  const desk = new Desk();
  const relay = await startFakeRelay();
  t.after(async () => {
    desk.close();
    await relay.stop();
  });
  desk.campaign(30);
  const { code, stdout, stderr } = await desk.run([...SEND, '--dry-run', '--rate', '10/s'], {
    MAILBLAST_RELAY: `smtp://127.0.0.1:${relay.port}`,
  });
  assert.equal(code, 0, stderr);
  assert.equal(relay.connections, 0);
  assert.ok(!existsSync(join(desk.folder, 'mailblast.db')));
  assert.match(stdout, /30 rows: 30 messages/);
  assert.match(stdout, /Subject: News for Person 1/);
  assert.match(stdout, /Hello Person 1, this is the news\./);
  assert.match(stdout, /Time at 10\/s: about 3 s/);
});

test('a dry run counts what would not be sent, and writes as many .eml files as --limit allows', async (t) => {
  const desk = new Desk();
  t.after(() => desk.close());
  desk.campaign(1);
  desk.write(
    'list.csv',
    'email,name\na@example.org,Ada\nA@EXAMPLE.org,Ada\nnone,Bob\nc@example.org,Cy\nd@example.org,Di\n',
  );
  const { code, stdout } = await desk.run([...SEND, '--dry-run', '--out', 'mails', '--limit', '2']);
  assert.equal(code, 0);
  assert.match(stdout, /5 rows: 3 messages, 1 invalid, 1 duplicate/);
  const files = emlFiles(join(desk.folder, 'mails'));
  assert.equal(files.length, 2);
  const mail = await simpleParser(readFileSync(join(desk.folder, 'mails', files[0]!)));
  assert.match(mail.html || '', /this is the news/);
});

test('the embedded sandbox keeps every message, and its ledger lies with them', async (t) => {
  const desk = new Desk();
  t.after(() => desk.close());
  desk.campaign(12);
  const { code, stderr } = await desk.run([...SEND, '--relay', 'sandbox']);
  assert.equal(code, 0, stderr);
  const folder = join(desk.folder, 'sandbox');
  const mails = await Promise.all(
    emlFiles(folder).map((name) => simpleParser(readFileSync(join(folder, name)))),
  );
  assert.equal(mails.length, 12);
  assert.deepEqual(
    mails.map((mail) => mail.subject).sort(),
    Array.from({ length: 12 }, (_, index) => `News for Person ${index + 1}`).sort(),
  );
  assert.ok(existsSync(join(folder, 'mailblast.db')));
  assert.ok(!existsSync(join(desk.folder, 'mailblast.db')));
});

test('a folder takes messages without SMTP', async (t) => {
  const desk = new Desk();
  t.after(() => desk.close());
  desk.campaign(3);
  const { code, stderr } = await desk.run([...SEND, '--relay', 'file:out']);
  assert.equal(code, 0, stderr);
  assert.equal(emlFiles(join(desk.folder, 'out')).length, 3);
});

test('a campaign begun as a rehearsal is never continued on a real relay, nor the reverse', async (t) => {
  const desk = new Desk();
  const relay = await startFakeRelay();
  t.after(async () => {
    desk.close();
    await relay.stop();
  });
  desk.campaign(4);
  const real = `smtp://127.0.0.1:${relay.port}`;
  const state = ['--state', 'mailblast.db'];
  assert.equal((await desk.run([...SEND, ...state, '--relay', 'sandbox', '--limit', '1'])).code, 75);
  for (const args of [
    [...SEND, ...state, '--relay', real],
    ['resume', ...state, '--relay', real],
  ]) {
    const { code, stderr } = await desk.run(args);
    assert.equal(code, 65, stderr);
    assert.match(stderr, /rehearsal/);
  }
  assert.equal(relay.connections, 0);
  const other = [...SEND, ...state, '--campaign', 'other'];
  assert.equal((await desk.run([...other, '--relay', real, '--limit', '1'])).code, 75);
  assert.equal((await desk.run([...other, '--relay', 'sandbox'])).code, 65);
});

test('the sandbox runs by itself and keeps what any program sends', async (t) => {
  const desk = new Desk();
  t.after(() => desk.close());
  desk.campaign(2);
  const sandbox = desk.start(['sandbox', '--port', '0', '--keep', 'inbox']);
  while (!sandbox.stdout().includes('127.0.0.1:')) await new Promise((resolve) => setTimeout(resolve, 10));
  const port = /127\.0\.0\.1:(\d+)/.exec(sandbox.stdout())![1];
  const { code, stderr } = await desk.run([...SEND, '--relay', `smtp://127.0.0.1:${port}`]);
  assert.equal(code, 0, stderr);
  sandbox.process.kill('SIGINT');
  const ended = await sandbox.finished;
  assert.equal(ended.code, 0);
  assert.match(ended.stdout, /2 messages received/);
  assert.equal(emlFiles(join(desk.folder, 'inbox')).length, 2);
});

test('a gzipped list is a list, and its campaign is named as the plain one’s', async (t) => {
  const desk = new Desk();
  t.after(() => desk.close());
  desk.campaign(1);
  desk.write('list.csv.gz', gzipSync('email,name\na@example.org,Ada\nb@example.org,Bo\n'));
  const { code, stdout, stderr } = await desk.run(['send', 'list.csv.gz', ...SEND.slice(2), '--dry-run']);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /Campaign list-news: nothing is sent/);
  assert.match(stdout, /List-Id: <list\.example\.com>/);
  assert.match(stdout, /2 rows: 2 messages/);
});
