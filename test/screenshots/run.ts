// `npm run screenshots`: pictures of the preview and the inbox at phone and desktop width, light and dark, into
// screenshots/. Build first: it is dist/ that is shown. For looking at; nothing is compared.

import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import nodemailer from 'nodemailer';
import type { Page } from 'playwright-core';
import { frameShows, startBrowser } from '../servers/browser.js';
import { pictureTemplates } from './templates.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const OUT = join(ROOT, 'screenshots');
const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } } as const;

const folder = mkdtempSync(join(tmpdir(), 'mailblast-screenshots-'));
const children: ChildProcess[] = [];
const browser = await startBrowser();
mkdirSync(OUT, { recursive: true });
try {
  // With names, `npm run screenshots -- digest letter`, these templates first.
  await pictureTemplates(browser, OUT, process.argv.slice(2));
  const template = join(folder, 'news.mjml');
  copyFileSync(join(ROOT, 'samples/people.csv'), join(folder, 'list.csv'));
  copyFileSync(join(ROOT, 'templates/newsletter.mjml'), template);
  const source = readFileSync(template, 'utf8');
  const sender = [
    '--from',
    'The Lantern <news@example.com>',
    '--unsubscribe-url',
    'https://example.com/u?t={{token}}',
  ];
  const preview = await start(['preview', 'list.csv', '--template', 'news.mjml', ...sender], /^(http\S+)/);
  await inAllLooks('preview', preview, async (page, name) => {
    await frameShows(page, /The Lantern/);
    await page.keyboard.press('j');
    await frameShows(page, /Hello Zoë/);
    await picture(page, name);
    for (const [key, view] of [
      ['2', 'text'],
      ['3', 'headers'],
      ['4', 'source'],
      ['5', 'findings'],
    ] as const) {
      await page.keyboard.press(key);
      await picture(page, `${name}-${view}`);
    }
    await page.keyboard.press('1');
    writeFileSync(
      template,
      source.replace('{{city}}.', '{{town}}.').replace('Near you in {{city}}', 'Near you in {{town}}'),
    );
    await page.waitForSelector('#trouble:not([hidden])');
    await picture(page, `${name}-error`);
    writeFileSync(template, source);
    await page.waitForSelector('#trouble[hidden]', { state: 'attached' });
  });

  const inbox = await start(['sandbox', '--port', '0'], /^Inbox: (\S+)/);
  await inAllLooks('inbox-empty', inbox, (page, name) => picture(page, name));
  await fill(Number(/:(\d+)$/.exec(await relayOf(inbox))![1]));
  await inAllLooks('inbox', inbox, async (page, name) => {
    await frameShows(page, /code/);
    await picture(page, name);
  });
  console.log(`The pictures lie in ${OUT}.`);
} finally {
  await browser.close();
  for (const child of children) child.kill();
  rmSync(folder, { recursive: true, force: true });
}

/** Starts the command and gives what the pattern finds in a line of its stdout. */
function start(words: readonly string[], pattern: RegExp): Promise<string> {
  const child = spawn(process.execPath, [join(ROOT, 'bin/mailblast.js'), ...words], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return new Promise((resolve) =>
    createInterface(child.stdout).on('line', (line) => {
      const found = pattern.exec(line);
      if (found) resolve(found[1]!);
    }),
  );
}

async function inAllLooks(
  name: string,
  address: string,
  look: (page: Page, name: string) => Promise<void>,
): Promise<void> {
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await browser.page({ viewport, colorScheme });
      await page.goto(address);
      await page.waitForSelector('#status[data-mood=live]');
      if (colorScheme === 'dark') await page.keyboard.press('d');
      await look(page, `${name}-${size}-${colorScheme}`);
      await page.context().close();
    }
  }
}

async function picture(page: Page, name: string): Promise<void> {
  await page.waitForTimeout(400);
  await page.screenshot({ path: join(OUT, `${name}.png`) });
}

async function relayOf(inbox: string): Promise<string> {
  const { relay } = (await (await fetch(new URL('mails', inbox))).json()) as { relay: string };
  return relay;
}

/** Mail of the kind that developers look at. */
async function fill(port: number): Promise<void> {
  const mailer = nodemailer.createTransport({ host: '127.0.0.1', port, ignoreTLS: true });
  const shop = 'Harbour Books <shop@example.com>';
  const card = (title: string, text: string) =>
    `<body style="margin:0;background:#eef2f1;font-family:sans-serif"><div style="max-width:480px;margin:32px auto;background:#fff;border-radius:10px;padding:32px"><h1 style="margin:0 0 12px;font-size:24px">${title}</h1><p style="line-height:1.6">${text}</p></div></body>`;
  const mails = [
    [
      'ada@example.com',
      'Welcome, Ada',
      'Your account is open.',
      'Good to have you here. Your shelf is still empty, which is easily mended.',
    ],
    [
      'zoe@example.org',
      'Your order 4711 is on its way',
      'Two parcels.',
      'Two parcels left our house this morning and should reach Zürich on Friday.',
    ],
    [
      'jose@example.net',
      'Invoice 2026-0815',
      'The invoice is attached.',
      'Thank you for your order. The invoice is attached.',
    ],
    [
      'ada@example.com',
      'Your code is 998877',
      'The code is good for ten minutes.',
      'Your code is <b>998877</b>. It is good for ten minutes.',
    ],
  ] as const;
  for (const [to, subject, text, html] of mails) {
    const attachments = subject.startsWith('Invoice') ? [{ filename: 'invoice.txt', content: 'EUR 42' }] : [];
    await mailer.sendMail({ from: shop, to, subject, text, html: card(subject, html), attachments });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
