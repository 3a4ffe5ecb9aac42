// A newsletter from a crontab, as a new user would set it up: settings in a file, a relay that throttles, a cap for the day
// below the list, and a machine that dies in the middle. Three runs of one line, and nobody looks into the code.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { startFakeRelay } from '../../servers/fake-relay.js';
import { acceptedTimes, assertNobodyTwiceNobodyLeftOut } from '../journal.js';
import { Desk, until } from '../mailblast.js';

const PEOPLE = 60;
const A_DAY = 40;
const DAY_MS = 24 * 3_600_000;
const THROTTLED = '454 Throttling failure: Maximum sending rate exceeded.';

/** What cron gives a job: a shell, hardly any environment, and no terminal. */
function asCron(desk: Desk): void {
  const line = `cd '${desk.folder}' && exec "$@"`;
  desk.through = ['env', '-i', 'PATH=/usr/bin:/bin', `HOME=${desk.folder}`, '/bin/sh', '-c', line, 'cron'];
}

/** The night passes: what the relay was handed, and what is due, is a day older. */
function aDayPasses(ledger: string): void {
  const db = new Database(ledger);
  db.exec(`
    UPDATE handed_over SET minute = minute - ${DAY_MS};
    UPDATE delivery SET due_at = due_at - ${DAY_MS} WHERE due_at > 0;
  `);
  db.close();
}

test('three runs from a crontab: a kill, a day cap and throttling, and the list is through', async (t) => {
  const desk = new Desk();
  let holds = false;
  let held = () => {};
  let replies = 0;
  const relay = await startFakeRelay({
    script: {
      // Before the message's end leaves: what is killed here is certainly not sent.
      rcpt: () => {
        if (!holds || relay.journal.length < 15) return undefined;
        return new Promise<undefined>((resolve) => {
          held = () => resolve(undefined);
        });
      },
      body: () => (++replies % 9 === 0 ? THROTTLED : undefined),
    },
  });
  t.after(async () => {
    held();
    desk.close();
    await relay.stop();
  });
  desk.campaign(PEOPLE);
  desk.write(
    'mailblast.config.json',
    JSON.stringify({
      from: 'The Lantern <news@example.com>',
      relay: `smtp://127.0.0.1:${relay.port}`,
      template: 'news.mjml',
      rate: '100/s',
      connections: 1,
      maxPerDay: A_DAY,
    }),
  );
  asCron(desk);
  const line = ['send', 'list.csv', '--quiet'];

  holds = true;
  const first = desk.start(line);
  await until(
    'the relay holds the first run',
    () => relay.commands.filter((each) => /^RCPT/i.test(each)).length > 15,
  );
  await until(
    'what was answered is in the ledger',
    async () => (await desk.status()).counts.transmitting === 0,
  );
  first.process.kill('SIGKILL');
  assert.deepEqual(await first.finished, { code: 'SIGKILL', stdout: '', stderr: '' });
  holds = false;
  held();
  const after = await desk.run(['status', 'list-news']);
  assert.match(after.stdout, /^Campaign list-news: interrupted\.$/m);
  assert.match(after.stdout, /recipients are still to be sent: mailblast resume list-news$/m);

  const second = await desk.run(line);
  assert.deepEqual([second.code, second.stdout], [75, '']);
  // The one line that cron mails: how far it is, why it does not go on, and when it will.
  assert.match(
    second.stderr,
    /^Campaign list-news is not complete yet: 20 pending, 40 accepted\. This relay was handed 40 messages in the last 24 hours, which is --max-per-day\. The next message may go tomorrow \d\d:\d\d\.\n$/,
  );
  const again = await desk.run(line);
  assert.deepEqual([again.code, again.stderr], [75, second.stderr]);
  const capped = await desk.run(['status', 'list-news']);
  assert.match(capped.stdout, /^Campaign list-news: paused\.$/m);
  assert.match(
    capped.stdout,
    /--max-per-day of the last run is reached; it can go on tomorrow \d\d:\d\d\.$/m,
  );

  aDayPasses(join(desk.folder, 'mailblast.db'));
  assert.deepEqual(await desk.run(line), { code: 0, stdout: '', stderr: '' });
  const through = await desk.run(['status', 'list-news']);
  assert.match(through.stdout, /^Campaign list-news: complete\.$/m);
  assert.match(through.stdout, /^ +60 accepted$/m);
  await assertNobodyTwiceNobodyLeftOut(desk, relay, PEOPLE);
  assert.equal(acceptedTimes(relay).size, PEOPLE);

  // What was throttled is told, and nobody is charged for it.
  const attempts = (await desk.run(['recipients', 'list-news', '--attempts'])).stdout;
  assert.match(attempts, /454 Throttling failure: Maximum sending rate exceeded\.; pending$/m);
  const charged = (await desk.run(['recipients', 'list-news', '--json'])).stdout.trim().split('\n');
  assert.ok(charged.every((each) => (JSON.parse(each) as { attempts: number }).attempts === 1));
});

test('a kill while a message was on its way leaves one in doubt, and status says what to do about it', async (t) => {
  const desk = new Desk();
  let silent = true;
  const relay = await startFakeRelay({
    script: {
      body: () =>
        silent && relay.journal.length > 10 ? { accept: true, reply: '', after: 'silence' } : undefined,
    },
  });
  t.after(async () => {
    desk.close();
    await relay.stop();
  });
  desk.campaign(20);
  const settings = {
    from: 'news@example.com',
    relay: `smtp://127.0.0.1:${relay.port}`,
    template: 'news.mjml',
  };
  desk.write('mailblast.config.json', JSON.stringify({ ...settings, rate: 'unlimited', connections: 1 }));
  asCron(desk);
  const line = ['send', 'list.csv', '--quiet'];
  const first = desk.start(line);
  await until('a message without an answer', () => relay.journal.length > 10 && relay.journal.at(-1)!.ended);
  first.process.kill('SIGKILL');
  await first.finished;
  silent = false;
  const second = await desk.run(line);
  assert.deepEqual([second.code, second.stdout], [75, '']);
  assert.equal(second.stderr, 'Campaign list-news is not complete yet: 19 accepted, 1 in doubt.\n');
  const status = (await desk.run(['status', 'list-news'])).stdout;
  assert.match(status, /1 delivery is in doubt: the message went out, its answer never came\./);
  const decide =
    /Else decide: (mailblast resume list-news) --in-doubt resend .* or (--in-doubt assume-accepted)/;
  assert.match(status, decide);
  assert.equal((await desk.run(['resume', 'list-news', '--in-doubt', 'assume-accepted', '--quiet'])).code, 0);
  assert.match((await desk.run(['status', 'list-news'])).stdout, /: complete\.$/m);
  await assertNobodyTwiceNobodyLeftOut(desk, relay, 20);
});
