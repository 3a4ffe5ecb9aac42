// Local images of the template, and each recipient's own file: embedded, confined, frozen, and told before the send.

import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { simpleParser } from 'mailparser';
import { startFakeRelay } from '../../servers/fake-relay.js';
import { Desk } from '../mailblast.js';

const SEND = ['send', 'list.csv', '--template', 'news.mjml', '--rate', 'unlimited'];
const PICTURE = Uint8Array.from({ length: 3000 }, (_, index) => (index * 7919) % 251);
const NEWS = `<mjml><mj-head><mj-title>News</mj-title></mj-head><mj-body><mj-section background-url="img/logo.png"><mj-column>
<mj-image alt="Logo" src="img/logo.png" /><mj-image alt="Logo" src="./img/logo.png" />
<mj-text>Hello {{name}}.</mj-text></mj-column></mj-section></mj-body></mjml>`;

async function house(t: { after(done: () => Promise<void>): void }) {
  const desk = new Desk();
  const relay = await startFakeRelay();
  t.after(async () => {
    desk.close();
    await relay.stop();
  });
  desk.campaign(3);
  mkdirSync(join(desk.folder, 'img'));
  desk.write('img/logo.png', PICTURE);
  desk.write('news.mjml', NEWS);
  return { desk, relay, env: { MAILBLAST_RELAY: `smtp://127.0.0.1:${relay.port}` } };
}

test('a local image is embedded once, however often it is shown, and a resume needs the file no longer', async (t) => {
  const { desk, relay, env } = await house(t);
  const first = await desk.run([...SEND, '--limit', '1'], env);
  assert.equal(first.code, 75, first.stderr);
  assert.match(first.stdout, /1 image \(3\.0 kB\) is embedded in every message\./);
  desk.write('img/logo.png', 'changed');
  assert.equal((await desk.run(SEND, env)).code, 65, 'a changed image is changed content');
  assert.equal((await desk.run(['resume'], env)).code, 0);
  assert.equal(relay.journal.length, 3);
  for (const { octets } of relay.journal) {
    const { attachments } = await simpleParser(octets, { keepCidLinks: true });
    assert.equal(attachments.length, 1);
    assert.ok(attachments[0]!.content.equals(PICTURE));
    const source = Buffer.from(octets).toString('latin1').replace(/=\r\n/g, '');
    const links = source.match(/cid:[^"')]+/g) ?? [];
    assert.ok(links.length >= 3, `shown ${links.length} times`);
    assert.deepEqual([...new Set(links)], [`cid:${attachments[0]!.cid}`]);
    assert.doesNotMatch(source, /logo\.png"[^;]*src|src=3D"img/);
  }
});

test('--assets-url names the images where a web server has them, and embeds none', async (t) => {
  const { desk, relay, env } = await house(t);
  const { code, stderr } = await desk.run([...SEND, '--assets-url', 'https://cdn.example.com/news'], env);
  assert.equal(code, 0, stderr);
  const mail = await simpleParser(relay.journal[0]!.octets);
  assert.equal(mail.attachments.length, 0);
  assert.match(String(mail.html), /src="https:\/\/cdn\.example\.com\/news\/img\/logo\.png"/);
});

test('an image that is missing, or behind a link out of the folder, is named at its line before anything is sent', async (t) => {
  const { desk, relay, env } = await house(t);
  desk.write('news.mjml', NEWS.replace('./img/logo.png', 'img/nope.png'));
  const missing = await desk.run(SEND, env);
  assert.equal(missing.code, 66);
  assert.match(missing.stderr, /news\.mjml:2:\d+: The image img\/nope\.png is not there/);
  symlinkSync('/etc/hostname', join(desk.folder, 'img', 'link.png'));
  desk.write('news.mjml', NEWS.replace('./img/logo.png', 'img/link.png'));
  const linked = await desk.run(SEND, env);
  assert.equal(linked.code, 65);
  assert.match(linked.stderr, /symbolic link/);
  assert.equal(relay.journal.length, 0);
});

test("an include's image lies in the template's folder; one that is missing is named at the include's line", async (t) => {
  const { desk, relay, env } = await house(t);
  mkdirSync(join(desk.folder, 'parts'));
  const part = (name: string) =>
    `<!-- nope.png is gone. -->\n<mj-section><mj-column>\n  <mj-image alt="Logo" src="${name}" />\n</mj-column></mj-section>\n`;
  desk.write('news.mjml', NEWS.replace('<mj-section', '<mj-include path="parts/head.mjml" /><mj-section'));
  desk.write('parts/head.mjml', part('img/nope.png'));
  const missing = await desk.run(SEND, env);
  assert.equal(missing.code, 66);
  assert.match(missing.stderr, /parts\/head\.mjml:3:29: The image img\/nope\.png is not there/);
  const { code, stdout } = await desk.run(['check', 'list.csv', '--template', 'news.mjml']);
  assert.equal(code, 65, stdout);
  assert.match(stdout, /error +parts\/head\.mjml:3:29 +missing-image/);
  desk.write('parts/head.mjml', part('img/logo.png'));
  const found = await desk.run(SEND, env);
  assert.equal(found.code, 0, found.stderr);
  assert.equal((await simpleParser(relay.journal[0]!.octets)).attachments.length, 1);
});

test('each recipient gets the file that the column names; a row whose file may not be sent is invalid', async (t) => {
  const { desk, relay, env } = await house(t);
  mkdirSync(join(desk.folder, 'bills'));
  desk.write('bills/1.pdf', 'Bill 1');
  desk.write('bills/2.pdf', 'Bill 2');
  desk.write('secret.txt', 'secret');
  symlinkSync(join(desk.folder, 'secret.txt'), join(desk.folder, 'bills', 'link.pdf'));
  desk.write(
    'list.csv',
    'email,name,bill\np1@example.org,A,1.pdf\np2@example.org,B,2.pdf\np3@example.org,C,3.pdf\np4@example.org,D,../secret.txt\np5@example.org,E,link.pdf\np6@example.org,F,\n',
  );
  const attach = ['--attach-column', 'bill', '--attach-dir', 'bills'];
  const { code, stdout, stderr } = await desk.run([...SEND, ...attach], env);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /2 recipients get a file of their own: 6 octets on average/);
  const got = await Promise.all(
    relay.journal.map(async ({ octets }) => {
      const { attachments, to } = await simpleParser(octets);
      const file = attachments.find(({ contentType }) => contentType === 'application/pdf')!;
      return [[to].flat()[0]!.text, file.filename, file.content.toString()];
    }),
  );
  assert.deepEqual(got.sort(), [
    ['p1@example.org', '1.pdf', 'Bill 1'],
    ['p2@example.org', '2.pdf', 'Bill 2'],
  ]);
  const { stdout: rows } = await desk.run(['recipients', 'list-news', '--state', 'invalid', '--csv']);
  for (const reason of [
    '3.pdf, which is not there',
    'leads out of the folder',
    'symbolic link',
    'names no file',
  ]) {
    assert.ok(rows.includes(reason), `${reason} in ${rows}`);
  }
});

test('a row whose file was missing is sent by the same command once the file is there, and nobody twice', async (t) => {
  const { desk, relay, env } = await house(t);
  desk.write('1.pdf', 'Bill 1');
  desk.write(
    'list.csv',
    'email,name,bill\np1@example.org,A,1.pdf\np2@example.org,B,2.pdf\np3@example.org,C,3.pdf\n',
  );
  const send = [...SEND, '--attach-column', 'bill'];
  const first = await desk.run(send, env);
  assert.match(first.stdout, /2 rows invalid/);
  assert.equal(relay.journal.length, 1);
  desk.write('2.pdf', 'Bill 2');
  const second = await desk.run(send, env);
  assert.equal(second.code, 0, second.stderr);
  assert.match(second.stdout, /3 rows, 1 recipient added, 1 row invalid/);
  assert.deepEqual(
    relay.journal.flatMap(({ to }) => to),
    ['p1@example.org', 'p2@example.org'],
  );
  const { counts } = await desk.status();
  assert.deepEqual([counts.accepted, counts.invalid], [2, 1]);
});

test("a recipient's file that changes before its message leaves ends the row with the reason, and sends nothing else", async (t) => {
  const { desk, relay, env } = await house(t);
  for (const number of [1, 2, 3]) desk.write(`${number}.pdf`, `Bill ${number}`);
  desk.write(
    'list.csv',
    'email,name,bill\np1@example.org,A,1.pdf\np2@example.org,B,2.pdf\np3@example.org,C,3.pdf\n',
  );
  assert.equal((await desk.run([...SEND, '--attach-column', 'bill', '--limit', '1'], env)).code, 75);
  desk.write('2.pdf', 'Another bill');
  const resumed = await desk.run(['resume'], env);
  assert.equal(resumed.code, 0, resumed.stderr);
  assert.equal(relay.journal.length, 2);
  const { stdout } = await desk.run(['recipients', 'list-news', '--state', 'invalid', '--csv']);
  assert.match(stdout, /p2@example\.org.*2\.pdf, which has changed since the list was read/);
});
