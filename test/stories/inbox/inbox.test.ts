// The sandbox's inbox in a real browser: what comes in over SMTP is there at once, in all its views.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import nodemailer from 'nodemailer';
import { frameShows, mailFrame, pageHolds, shown, startBrowser } from '../../servers/browser.js';
import { missing } from '../../servers/free-port.js';
import { Desk, until } from '../mailblast.js';

const skip = missing('chromium', 'chromium');
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

async function sandbox(desk: Desk) {
  const running = desk.start(['sandbox', '--port', '0']);
  await until('the sandbox is there', () => running.stdout().includes('Use it with'));
  const address = /Inbox: (\S+)/.exec(running.stdout())![1]!;
  const port = Number(/127\.0\.0\.1:(\d+);/.exec(running.stdout())![1]);
  const mailer = nodemailer.createTransport({ host: '127.0.0.1', port, ignoreTLS: true });
  return { running, address, mailer };
}

test('any program’s mail is listed as it comes in and shown in all views; it survives a restart; delete-all deletes it', {
  skip,
}, async (t) => {
  const desk = new Desk();
  const browser = await startBrowser();
  t.after(async () => {
    await browser.close();
    desk.close();
  });
  const { running, address, mailer } = await sandbox(desk);
  const page = await browser.page();
  await page.goto(address);
  await page.waitForSelector('#nothing:not([hidden])');
  assert.match(await shown(page, '#nothing'), /--relay smtp:\/\/127\.0\.0\.1:\d+/);

  await mailer.sendMail({
    from: 'Shop <shop@example.com>',
    to: 'ada@example.com',
    subject: 'Your order, Zoë',
    text: 'Order 4711 is on its way.',
    html: '<p>Order <b>4711</b> is on its way. <img id="seal" src="cid:seal@shop" alt="seal"></p><script>top.document.title="ran"</script>',
    attachments: [
      { filename: 'seal.png', cid: 'seal@shop', content: Buffer.from(PIXEL, 'base64') },
      { filename: 'rechnung ü.txt', content: 'forty-two' },
    ],
  });
  await frameShows(page, /Order 4711 is on its way/);
  assert.equal(await shown(page, '.head h2'), 'Your order, Zoë');
  await page.click('role=button[name="On"]');
  await until('the picture that came along is shown', async () =>
    Boolean(
      await mailFrame(page)
        .evaluate('document.getElementById("seal")?.naturalWidth === 1')
        .catch(() => false),
    ),
  );
  await page.click('role=tab[name=/Attachments/]');
  const download = page.waitForEvent('download');
  await page.click('text=rechnung ü.txt');
  assert.equal((await download).suggestedFilename(), 'rechnung ü.txt');
  await page.click('role=tab[name="Plain text"]');
  assert.match(await shown(page, '#panel-text'), /Order 4711/);
  await page.click('role=tab[name="Headers"]');
  assert.match(await shown(page, '#panel-headers'), /RCPT TO<ada@example\.com>/);

  await mailer.sendMail({
    from: 'a@example.com',
    to: 'b@example.com',
    subject: 'Reset',
    text: 'The code is 998877.',
  });
  await pageHolds(page, `document.querySelectorAll('#list button[data-name]').length === 2`);
  assert.match(await shown(page, '#list li'), /Reset/, 'the newest one stands first');
  await page.fill('#search', '998877');
  await pageHolds(page, `document.getElementById('count').textContent === '1 found in 2 messages'`);
  await page.press('#search', 'Escape');

  running.process.kill('SIGTERM');
  assert.equal((await running.finished).code, 0);
  writeFileSync(join(desk.folder, 'sandbox', 'keep.txt'), 'not a message');
  const again = await sandbox(desk);
  await page.goto(again.address);
  await pageHolds(page, `document.querySelectorAll('#list button[data-name]').length === 2`);
  await page.click('text=Delete all');
  await page.click('text=Keep them');
  await page.click('text=Delete all');
  await page.click('#sure button[value=yes]');
  await page.waitForSelector('#nothing:not([hidden])');
  assert.deepEqual(readdirSync(join(desk.folder, 'sandbox')), ['keep.txt']);
  assert.deepEqual(browser.left, []);
  assert.equal(await page.title(), 'Inbox · mailblast sandbox');
});

test('the inbox shows what a campaign sends to it, and what other programs put into its folder', {
  skip,
}, async (t) => {
  const desk = new Desk();
  const browser = await startBrowser();
  t.after(async () => {
    await browser.close();
    desk.close();
  });
  const { address } = await sandbox(desk);
  desk.campaign(3);
  const page = await browser.page();
  await page.goto(address);
  await page.waitForSelector('#nothing:not([hidden])');
  const send = ['send', 'list.csv', '--template', 'news.mjml', '--rate', 'unlimited', '--relay', 'sandbox'];
  assert.equal((await desk.run(send)).code, 0);
  await pageHolds(page, `document.querySelectorAll('#list button[data-name]').length === 3`);
  writeFileSync(join(desk.folder, 'sandbox', 'other.eml'), 'Subject: By hand\r\n\r\nHello\r\n');
  await pageHolds(page, `document.getElementById('count').textContent === '4 messages'`);
  await page.click('text=By hand');
  await pageHolds(page, `document.querySelector('.head h2').textContent === 'By hand'`);
  await page.keyboard.press('j');
  await pageHolds(page, `document.querySelector('.head h2').textContent.startsWith('News for Person')`);
  assert.ok(
    existsSync(join(desk.folder, 'sandbox', 'mailblast.db')),
    'the rehearsal’s ledger lies beside the mail',
  );
});
