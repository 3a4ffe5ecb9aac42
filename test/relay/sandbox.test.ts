// The sandbox keeps what it gets, on this machine alone; the folder relay writes without SMTP. Both are rehearsals.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { simpleParser } from 'mailparser';

import { MailblastError } from '../../src/domain/errors.js';
import { safePart } from '../../src/relay/eml-file.js';
import { fileRelay, writeMessage } from '../../src/relay/file-relay.js';
import { parseRelayUrl, type SmtpTarget } from '../../src/relay/relay-url.js';
import { type SandboxMessage, sandboxRelay, startSandbox } from '../../src/relay/sandbox.js';
import { smtpRelay } from '../../src/relay/smtp-relay.js';
import { inWords, letter, listSource, sendAll } from './list-source.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailblast-sandbox-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const smtp = (text: string) => parseRelayUrl(text, 'environment') as SmtpTarget;

test('the sandbox keeps each message as a file that a mail reader opens, its envelope on top', async () => {
  const told: SandboxMessage[] = [];
  const dir = join(folder, 'not', 'yet', 'there');
  const sandbox = await startSandbox({ port: 0, dir, onMessage: (message) => told.push(message) });
  try {
    const session = await smtpRelay(smtp(`smtp://127.0.0.1:${sandbox.port}`)).open();
    const letters = [letter(1), letter(2)];
    assert.deepEqual((await sendAll(session, letters)).map(inWords), Array(2).fill('replied body 250'));
    assert.equal(sandbox.received(), 2);
    const names = (await readdir(dir)).sort();
    assert.deepEqual(
      told.map(({ file }) => file),
      names.map((name) => join(dir, name)),
    );
    for (const [i, { envelope, octets }] of letters.entries()) {
      const text = await readFile(told[i]!.file);
      const trace = `Return-Path: <news@example.com>\r\nX-Envelope-To: <${envelope.recipient}>\r\n`;
      assert.equal(text.toString(), trace + Buffer.from(octets).toString());
      assert.equal(told[i]!.size, octets.length);
      const parsed = await simpleParser(text);
      assert.equal(parsed.subject, 'News');
      assert.equal(parsed.text?.trim(), `Hello number ${i + 1}.`);
      assert.match(names[i]!, new RegExp(`-${envelope.recipient}\\.eml$`));
    }
  } finally {
    await sandbox.close();
  }
});

test('the sandbox takes any login', async () => {
  const sandbox = await startSandbox({ port: 0, dir: folder });
  try {
    const login = { user: 'any', password: 'body' };
    const session = await smtpRelay(smtp(`smtp://127.0.0.1:${sandbox.port}`), login).open();
    assert.deepEqual((await sendAll(session, [letter()])).map(inWords), ['replied body 250']);
  } finally {
    await sandbox.close();
  }
});

test('the sandbox does not answer on any other address of this machine', async () => {
  const sandbox = await startSandbox({ port: 0, dir: folder });
  try {
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4');
    for (const { address } of others) {
      const answered = await new Promise((resolve) => {
        const socket = connect(sandbox.port, address);
        socket.once('error', () => resolve(false));
        socket.once('connect', () => {
          socket.destroy();
          resolve(true);
        });
      });
      assert.equal(answered, false);
    }
  } finally {
    await sandbox.close();
  }
});

test('a port in use is told with the way out', async () => {
  const sandbox = await startSandbox({ port: 0, dir: folder });
  try {
    await assert.rejects(startSandbox({ port: sandbox.port, dir: folder }), (error: unknown) => {
      assert.ok(error instanceof MailblastError);
      return error.trouble === 'settings' && /is in use.*--port/.test(error.message);
    });
  } finally {
    await sandbox.close();
  }
});

test('a sandbox whose folder fails refuses for now, and loses nothing silently', async () => {
  const dir = join(folder, 'mail');
  const sandbox = await startSandbox({ port: 0, dir });
  try {
    await rm(dir, { recursive: true });
    const session = await smtpRelay(smtp(`smtp://127.0.0.1:${sandbox.port}`)).open();
    assert.deepEqual((await sendAll(session, [letter()])).map(inWords), ['replied body 452']);
  } finally {
    await sandbox.close();
  }
});

test('the embedded sandbox is one server for all sessions of a run, and a rehearsal', async () => {
  const relay = sandboxRelay(folder);
  assert.deepEqual([relay.name, relay.rehearsal], ['sandbox', true]);
  await relay.close();
  const again = sandboxRelay(folder);
  const sessions = await Promise.all([again.open(), again.open()]);
  await Promise.all(sessions.map((session, i) => sendAll(session, [letter(i + 1)])));
  assert.equal((await readdir(folder)).length, 2);
  await again.close();
});

test('the folder relay writes whole files under names that are the same for the same message', async () => {
  const relay = fileRelay(join(folder, 'out'));
  assert.equal(relay.rehearsal, true);
  for (const letters of [[letter(1), letter(2)], [letter(1)]]) {
    const attempts = await sendAll(await relay.open(), letters);
    assert.deepEqual(
      attempts.map(inWords),
      letters.map(() => 'replied body 250'),
    );
  }
  const names = (await readdir(join(folder, 'out'))).sort();
  assert.equal(names.length, 2);
  assert.match(names[0]!, /^reader1@example\.org-[0-9a-f]{12}\.eml$/);
  const parsed = await simpleParser(await readFile(join(folder, 'out', names[0]!)));
  assert.equal(parsed.subject, 'News');
  assert.equal(parsed.headers.get('x-envelope-to'), '<reader1@example.org>');
});

test('in a folder a message appears only behind its mark', async () => {
  const session = await fileRelay(folder).open();
  const seen: string[][] = [];
  const source = listSource([letter(1), letter(2)], async (number) => {
    seen.push(await readdir(folder));
    if (number === 2) throw new Error('disk full');
  });
  await session.run(source);
  assert.deepEqual(
    seen.map((names) => names.length),
    [0, 1],
  );
  assert.deepEqual(source.attempts.map(inWords), ['replied body 250', 'lost body']);
  assert.equal((await readdir(folder)).length, 1);
});

test('two messages to one recipient are two files, whatever the address looks like', async () => {
  const hostile = `${'../'.repeat(40)}etc/passwd\0@example.org`;
  const envelope = { returnPath: '', recipient: hostile };
  await writeMessage(folder, { ...letter(1), envelope });
  await writeMessage(folder, { ...letter(2), envelope });
  assert.equal((await readdir(folder)).length, 2);
});

for (const [address, safe] of [
  ['ada+news@example.org', 'ada+news@example.org'],
  ['../../x@y', '_._x@y'],
  ['a/b\\c:d*e?f"g<h>i|j', 'a_b_c_d_e_f_g_h_i_j'],
  ['.hidden', '_hidden'],
  ['-rf', '_rf'],
  ['', '_'],
] as const) {
  test(`"${address}" is "${safe}" in a file's name`, () => {
    assert.doesNotMatch(safePart(address), /[/\\]|^[.-]/);
    assert.ok(safePart(address).length > 0);
    if (!address.includes('..')) assert.equal(safePart(address), safe);
  });
}

test('a folder that cannot be made is refused before anything is sent', async () => {
  await writeFile(join(folder, 'file'), '');
  await mkdir(join(folder, 'dir'));
  assert.throws(
    () => fileRelay(join(folder, 'file', 'sub')),
    (error: unknown) => error instanceof MailblastError && error.trouble === 'cannot_create',
  );
});
