// What an author adds to the plain newsletter: attachments, a text part of one's own, VERP, a test message.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { simpleParser } from 'mailparser';
import { startFakeRelay } from '../../servers/fake-relay.js';
import { Desk, TEMPLATE } from '../mailblast.js';

const SEND = ['send', 'list.csv', '--template', 'news.mjml', '--rate', 'unlimited'];

async function house(t: { after(done: () => Promise<void>): void }) {
  const desk = new Desk();
  const relay = await startFakeRelay();
  t.after(async () => {
    desk.close();
    await relay.stop();
  });
  desk.campaign(3);
  return { desk, relay, env: { MAILBLAST_RELAY: `smtp://127.0.0.1:${relay.port}` } };
}

test('attachments go to everybody under their names, and a resume needs the files no longer', async (t) => {
  const { desk, relay, env } = await house(t);
  const octets = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 7919) % 251);
  desk.write('Preisliste „März“.pdf', octets);
  desk.write('plain.txt', 'From here\n.and there\n');
  const attach = ['--attach', 'Preisliste „März“.pdf', '--attach', 'plain.txt'];
  const first = await desk.run([...SEND, ...attach, '--limit', '1'], env);
  assert.equal(first.code, 75, first.stderr);
  desk.write('Preisliste „März“.pdf', 'changed');
  const changed = await desk.run([...SEND, ...attach], env);
  assert.equal(changed.code, 65, 'a changed attachment is changed content');
  const resumed = await desk.run(['resume'], env);
  assert.equal(resumed.code, 0, resumed.stderr);
  for (const { octets: message } of relay.journal) {
    const mail = await simpleParser(message);
    assert.deepEqual(
      mail.attachments.map(({ filename, contentType }) => [filename, contentType]),
      [
        ['Preisliste „März“.pdf', 'application/pdf'],
        ['plain.txt', 'text/plain'],
      ],
    );
    assert.ok(mail.attachments[0]!.content.equals(octets));
    assert.match(mail.text ?? '', /this is the news/);
  }
});

test('an attachment that is not there is named before anything is written', async (t) => {
  const { desk, env } = await house(t);
  const { code, stderr } = await desk.run([...SEND, '--attach', 'prices.pdf'], env);
  assert.equal(code, 66);
  assert.match(stderr, /prices\.pdf/);
});

test('a text file beside the template is the text part, merged and checked like the template', async (t) => {
  const { desk, relay, env } = await house(t);
  desk.write('news.txt', 'Dear {{name}},\n\nin my own words: <b>&amp;\n');
  const { code, stderr } = await desk.run(SEND, env);
  assert.equal(code, 0, stderr);
  const mail = await simpleParser(relay.journal[0]!.octets);
  assert.equal(mail.text, 'Dear Person 1,\n\nin my own words: <b>&amp;\n');
  desk.write('news.txt', 'Dear {{nmae}}');
  const wrong = await desk.run([...SEND, '--campaign', 'other'], env);
  assert.equal(wrong.code, 65);
  assert.match(wrong.stderr, /news\.txt.*nmae.*name/);
});

test('a return path with a token is each delivery’s own, and the same in the second copy', async (t) => {
  const { desk, relay, env } = await house(t);
  const { code, stderr } = await desk.run([...SEND, '--return-path', 'bounce+{{token}}@example.com'], env);
  assert.equal(code, 0, stderr);
  const paths = relay.journal.map(({ from }) => from);
  assert.equal(new Set(paths).size, 3);
  for (const path of paths) assert.match(path, /^bounce\+[0-9a-f]{32}@example\.com$/);
  const wrong = await desk.run([...SEND, '--campaign', 'x', '--return-path', 'bounce{{token}}'], env);
  assert.equal(wrong.code, 78);
  assert.match(wrong.stderr, /--return-path/);
});

test('--feedback-id makes the header', async (t) => {
  const { desk, relay, env } = await house(t);
  await desk.run([...SEND, '--feedback-id', 'autumn:news:example'], env);
  assert.match(relay.journal[0]!.octets.toString('latin1'), /^Feedback-ID: autumn:news:example\r$/m);
});

test('--test sends one marked message, rendered with the row that is named, and leaves no trace', async (t) => {
  const { desk, relay, env } = await house(t);
  const first = await desk.run([...SEND, '--test', 'me@example.net'], env);
  assert.equal(first.code, 0, first.stderr);
  const second = await desk.run([...SEND, '--test', 'me@example.net', '--row', '4'], env);
  assert.equal(second.code, 0, second.stderr);
  assert.deepEqual(
    relay.journal.map(({ to }) => to),
    [['me@example.net'], ['me@example.net']],
  );
  const mails = await Promise.all(relay.journal.map(({ octets }) => simpleParser(octets)));
  assert.deepEqual(
    mails.map(({ subject }) => subject),
    ['[Test] News for Person 1', '[Test] News for Person 3'],
  );
  assert.ok(!existsSync(join(desk.folder, 'mailblast.db')));
  const nobody = await desk.run([...SEND, '--test', 'me@example.net', '--row', '9'], env);
  assert.equal(nobody.code, 64);
  assert.match(nobody.stderr, /--row 9/);
});

test('--json-column and --allow-raw take columns of the list only', async (t) => {
  const { desk, env } = await house(t);
  for (const option of ['--json-column', '--allow-raw']) {
    const { code, stderr } = await desk.run([...SEND, option, 'nmae'], env);
    assert.equal(code, 64);
    assert.match(stderr, new RegExp(`${option} nmae.*Did you mean name\\?`));
  }
});

test('a local part beyond ASCII goes out where the relay offers SMTPUTF8, and is invalid where it does not', async (t) => {
  const { desk, relay, env } = await house(t);
  desk.write('list.csv', 'email,name\njörg@example.org,Jörg\np2@example.org,Person 2\n');
  const refused = await desk.run(SEND, env);
  assert.equal(refused.code, 0, refused.stderr);
  assert.equal((await desk.status()).counts.invalid, 1);
  const { stdout } = await desk.run(['recipients', 'list-news', '--state', 'invalid']);
  assert.match(stdout, /line 2: jörg@example\.org: invalid.*SMTPUTF8/);
  assert.equal(relay.journal.length, 1);

  const taken = await desk.run([...SEND, '--relay', 'sandbox']);
  assert.equal(taken.code, 0, taken.stderr);
  const folder = join(desk.folder, 'sandbox');
  const file = readdirSync(folder).find((name) => name.includes('rg@example.org'))!;
  const mail = await simpleParser(readFileSync(join(folder, file)));
  assert.equal([mail.to].flat()[0]?.text, 'jörg@example.org');
  assert.match(mail.text ?? '', /Hello Jörg/);
});

test('triggered mail says nothing of a list, and cannot be told how to leave one', async (t) => {
  const { desk, relay, env } = await house(t);
  const { code, stderr } = await desk.run([...SEND, '--triggered'], env);
  assert.equal(code, 0, stderr);
  assert.equal(relay.journal.length, 3);
  for (const { octets } of relay.journal) {
    const mail = await simpleParser(octets);
    const names = [...mail.headers.keys()];
    assert.deepEqual(
      names.filter((name) => /^(?:list|precedence)/.test(name)),
      [],
    );
  }
  const words = ['--unsubscribe-mailto', 'u@example.com', '--list-id', 'news.example.com'];
  const refused = await desk.run([...SEND, '--triggered', '--campaign', 'other', ...words], env);
  assert.equal(refused.code, 78);
  assert.match(refused.stderr, /belongs to no list.*: take --list-id and --unsubscribe-mailto away/);
  desk.write('news.mjml', TEMPLATE.replace('the news.', 'the news. <a href="{{unsubscribe_url}}">Leave</a>'));
  const linked = await desk.run([...SEND, '--triggered', '--campaign', 'other'], env);
  assert.equal(linked.code, 78, linked.stderr);
  assert.match(linked.stderr, /--triggered mail cannot be left: take the link away/);
  const checked = await desk.run(['check', 'list.csv', '--template', 'news.mjml', '--triggered']);
  assert.match(checked.stdout, /missing-unsubscribe\s+The letter uses {{unsubscribe_url}}, which triggered/);
});
