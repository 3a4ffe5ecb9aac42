// The preview in a real browser: every view, by mouse and by keyboard, and what it says when there is nothing to show.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { frameShows, mailFrame, pageHolds, shown } from '../../servers/browser.js';
import { missing } from '../../servers/free-port.js';
import { Desk, until } from '../mailblast.js';
import { mjml, preview } from './desk.js';

const skip = missing('chromium', 'chromium');

const LIST =
  'email,name,city\nada@example.com,Ada,London\nbo@example.com,Bo,\nlayla@example.com,ليلى,بيروت\ncy@example.com,Cy,A rather long name of a town\n';
const FILES = {
  'list.csv': LIST,
  'news.mjml': mjml(
    '<mj-text>Hello {{name}} of {{default city "nowhere"}}.</mj-text><mj-image src="https://pictures.example/a.png" alt="a picture" />' +
      '<mj-text><a href="{{unsubscribe_url}}">leave</a></mj-text>',
  ),
};

test('the address alone is on stdout, and what stands in for sender and links is named', {
  skip,
}, async (t) => {
  const { running, address, open } = await preview(t, FILES);
  assert.match(running.stdout(), /^http:\/\/127\.0\.0\.1:\d+\/[\w-]{20,}\/\n$/);
  await until('the words are said', () => running.stderr().includes('Ctrl-C'));
  assert.match(running.stderr(), /Your Name <you@example\.com> is a placeholder/);
  assert.equal((await fetch(address)).status, 200);
  assert.equal((await fetch(new URL('/', address))).status, 403);
  const page = await open();
  const notes = await page.textContent('#notes');
  assert.match(notes ?? '', /Your Name <you@example\.com> is a placeholder/);
  assert.match(notes ?? '', /\{\{unsubscribe_url\}\} is a placeholder/);
  running.process.kill('SIGINT');
  assert.equal((await running.finished).code, 0);
  await page.waitForSelector('#status[data-mood=gone]');
});

test('every view shows the message of the recipient that was chosen', { skip }, async (t) => {
  const { open } = await preview(t, FILES, ['--from', 'The Loaf <loaf@example.com>']);
  const page = await open();
  await frameShows(page, /Hello Ada of London\./);
  assert.equal(await page.textContent('.head h2'), 'News for Ada');
  await page.click('text=Bo');
  await frameShows(page, /Hello Bo of nowhere\./);
  assert.match((await page.textContent('#fields')) ?? '', /city\s*empty/);

  await page.click('role=tab[name="Plain text"]');
  assert.match(await shown(page, '#panel-text'), /Hello Bo of nowhere\./);
  await page.click('role=tab[name="Headers"]');
  const headers = await shown(page, '#panel-headers');
  assert.match(headers, /RCPT TO\s*<bo@example\.com>/);
  assert.match(headers, /From\s*The Loaf <loaf@example\.com>/);
  await page.click('role=tab[name="Source"]');
  await page.waitForSelector('#panel-source pre');
  assert.match(await shown(page, '#panel-source'), /Content-Type: multipart\/alternative/);
  await page.click('role=tab[name=/^Findings/]');
  assert.match(await shown(page, '#panel-findings'), /learns little of the letter.*news\.mjml · thin-text/s);
});

test('what the settings silence is not among the findings', { skip }, async (t) => {
  const { address } = await preview(t, {
    ...FILES,
    'mailblast.config.json': '{ "silence": ["thin-text"], "unsubscribeMailto": "leave@example.com" }',
  });
  const letter = async () =>
    (await (await fetch(new URL('letter?at=0', address))).json()) as {
      findings?: readonly { rule: string }[];
    } | null;
  await until('the letter is there', async () => (await letter())?.findings !== undefined);
  const rules = (await letter())!.findings!.map(({ rule }) => rule);
  assert.ok(!rules.includes('thin-text'), rules.join());
});

test("a recipient's own file is attached, and a row whose file is missing would not be sent", {
  skip,
}, async (t) => {
  const files = {
    ...FILES,
    'list.csv': 'email,name,city,bill\na@example.com,A,X,a.pdf\nb@example.com,B,Y,b.pdf\n',
    'a.pdf': 'Bill',
  };
  const { address } = await preview(t, files, ['--attach-column', 'bill']);
  const letter = async (at: number) =>
    (await (await fetch(new URL(`letter?at=${at}`, address))).json()) as {
      unmergeable: string;
      mail: { attachments: readonly { name: string }[] } | null;
    } | null;
  await until('the letters are there', async () => (await letter(0))?.mail?.attachments !== undefined);
  assert.deepEqual(
    (await letter(0))!.mail!.attachments.map(({ name }) => name),
    ['a.pdf'],
  );
  assert.match((await letter(1))!.unmergeable, /bill names b\.pdf, which is not there/);
});

test('the source is what send gives the relay, octet for octet, but for what is made per campaign', {
  skip,
}, async (t) => {
  const sender = [
    '--from',
    'The Loaf <loaf@example.com>',
    '--unsubscribe-url',
    'https://example.com/u?t={{token}}',
  ];
  const { desk, address } = await preview(t, FILES, sender);
  const state = async () => (await (await fetch(new URL('state', address))).json()) as { ready: boolean };
  await until('the message is there', async () => (await state()).ready);
  const source = await (await fetch(new URL('source?at=0', address))).text();
  const send = [
    'send',
    'list.csv',
    '--template',
    'news.mjml',
    ...sender,
    '--relay',
    'file:out',
    '--rate',
    'unlimited',
  ];
  assert.equal((await desk.run(send)).code, 0);
  const out = join(desk.folder, 'out');
  const file = readdirSync(out).find((name) => name.startsWith('ada@'))!;
  const sent = readFileSync(join(out, file), 'latin1').replace(
    /^Return-Path: .*\r\nX-Envelope-To: .*\r\n/,
    '',
  );
  // Encoded lines are folded after a fixed number of characters, and these are of one length in both.
  const alike = (text: string) =>
    text
      .replace(/[0-9a-f]{32}/g, 'x'.repeat(32))
      .replace(/(?<=t=3D|t=)[0-9a-f=\r\n]{32,40}/g, 'x')
      .replace(/^Date: .*$/m, 'Date');
  assert.equal(alike(source), alike(sent));
});

test('widths, dark mode and images are switched by buttons, and only images reach for the network', {
  skip,
}, async (t) => {
  const { open, browser } = await preview(t, FILES);
  const page = await open();
  await frameShows(page, /Hello Ada/);
  const width = () => mailFrame(page).evaluate('innerWidth');
  for (const [name, pixels] of [
    ['Phone', 375],
    ['Tablet', 768],
    ['Desktop', 940],
  ] as const) {
    await page.click(`role=button[name="${name}"]`);
    assert.equal(await width(), pixels);
  }
  await page.click('role=button[name="Dark"]');
  await page.waitForSelector('button[data-value=dark][aria-pressed=true]');
  assert.equal(browser.left.length, 0);
  await page.click('role=button[name="On"]');
  await until('the picture is asked for', () => browser.left.length > 0);
  assert.ok(
    browser.left.every((line) => line.includes('pictures.example')),
    String(browser.left),
  );
});

test('search, picks, next and previous find recipients', { skip }, async (t) => {
  const { open } = await preview(t, FILES);
  const page = await open();
  const listed = () => page.locator('#list button[data-at]').allInnerTexts();
  assert.equal((await listed()).length, 4);
  await page.fill('#search', 'LONDON');
  await pageHolds(page, `document.querySelectorAll('#list button[data-at]').length === 1`);
  await page.press('#search', 'Enter');
  await page.press('#search', 'Escape');
  await pageHolds(page, `document.querySelectorAll('#list button[data-at]').length === 4`);
  await page.click('role=button[name="Awkward characters"]');
  await pageHolds(page, `document.querySelector('#list button')?.textContent?.includes('right to left')`);
  await page.click('role=button[name="Most empty values"]');
  await pageHolds(page, `document.querySelector('#list button')?.textContent?.includes('empty: city')`);
  await page.click('role=button[name="Longest values"]');
  await pageHolds(page, `/city has 28 characters/.test(document.querySelector('#list')?.textContent ?? '')`);
  await page.click('role=button[name="All"]');
  await page.click('role=button[name="Next recipient"]');
  await frameShows(page, /Hello Bo/);
  await page.click('role=button[name="Previous recipient"]');
  await frameShows(page, /Hello Ada/);
});

test('everything can be done by keyboard alone', { skip }, async (t) => {
  const { open } = await preview(t, FILES);
  const page = await open();
  await frameShows(page, /Hello Ada/);
  const { keyboard } = page;
  await keyboard.press('Tab');
  assert.equal(await page.evaluate('document.activeElement.textContent'), 'Skip to the message');
  const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
  assert.equal(outline, 'solid', 'the focus can be seen');
  await keyboard.press('j');
  await frameShows(page, /Hello Bo/);
  await keyboard.press('k');
  await frameShows(page, /Hello Ada/);
  await keyboard.press('2');
  await page.waitForSelector('#panel-text:not([hidden])');
  await keyboard.press('1');
  await keyboard.press('w');
  await page.waitForSelector('button[data-value=phone][aria-pressed=true]');
  await keyboard.press('d');
  await page.waitForSelector('button[data-value=dark][aria-pressed=true]');
  await keyboard.press('/');
  await keyboard.type('cy@');
  await pageHolds(page, `document.querySelectorAll('#list button[data-at]').length === 1`);
  await keyboard.press('Enter');
  await frameShows(page, /Hello Cy/);
  await keyboard.press('Escape');
  await page.focus('#tab-html');
  await keyboard.press('ArrowRight');
  assert.equal(await page.evaluate('document.activeElement.id'), 'tab-text');
  await keyboard.press('?');
  await page.waitForSelector('#help[open]');
  await page.uncheck('#keys-on');
  await keyboard.press('Escape');
  await keyboard.press('3');
  assert.ok(await page.isHidden('#panel-headers'), 'single keys can be switched off');
});

test('a screen reader finds landmarks, names for everything, and hears what changed', { skip }, async (t) => {
  const { open } = await preview(t, FILES);
  const page = await open();
  await frameShows(page, /Hello Ada/);
  const tree = await page.locator('body').ariaSnapshot();
  const parts: readonly string[] = [
    'banner',
    'main',
    'complementary "Recipients"',
    'search',
    'tablist "Views of the message"',
    'status',
  ];
  for (const part of parts) assert.ok(tree.includes(part), `${part} is not in ${tree}`);
  const nameless =
    await page.evaluate(`[...document.querySelectorAll('button, input, iframe')].filter((element) => {
    const label = element.id === '' ? null : document.querySelector('label[for="' + element.id + '"]');
    const name = element.getAttribute('aria-label') ?? element.getAttribute('title') ?? element.textContent?.trim();
    return !name && label === null && element.closest('label') === null;
  }).length`);
  assert.equal(nameless, 0);
});

test('a template that cannot be read is told at its line; a row that cannot be merged is told by its reason', {
  skip,
}, async (t) => {
  const body = '<mj-text>Hello {{name}}</mj-text><mj-button href="{{city}}">See</mj-button>';
  const { open, desk } = await preview(t, { ...FILES, 'news.mjml': mjml(body) });
  const page = await open();
  assert.match(
    (await page.textContent('#trouble')) ?? '',
    /Line 2, ada@example\.com, would not be sent: city /,
  );
  desk.write('news.mjml', mjml('<mj-text>Hello {{nam}}</mj-text>'));
  await pageHolds(page, `/news\\.mjml:4:20/.test(document.querySelector('#trouble')?.textContent ?? '')`);
  assert.match((await page.textContent('#trouble')) ?? '', /no column is called nam; did you mean name/);
  assert.equal(await page.getAttribute('.excerpt .here', 'value'), '4');
  assert.equal(await page.textContent('.excerpt .here'), '    <mj-text>Hello {{nam}}</mj-text>');
  desk.write('news.mjml', mjml('<mj-text>Hello {{name}}, all is well</mj-text>'));
  await frameShows(page, /all is well/);
  assert.ok(await page.isHidden('#trouble'));
});

test('a list that is not there, or has no address, is told on the page until it is mended', {
  skip,
}, async (t) => {
  const { open, desk } = await preview(t, { ...FILES, 'list.csv': 'name,city\nAda,London\n' });
  const page = await open();
  assert.match((await page.textContent('#trouble')) ?? '', /list\.csv:1.*No column is called email/);
  desk.write('list.csv', LIST);
  await frameShows(page, /Hello Ada/);
});

test('what send would refuse is refused here too, and nothing is left running', { skip }, async (t) => {
  const desk = new Desk();
  t.after(() => desk.close());
  desk.campaign(1);
  const words = ['preview', 'list.csv', '--template', 'news.mjml'];
  const { code, stderr } = await desk.run([...words, '--header', 'To: me@example.com']);
  assert.equal(code, 64);
  assert.match(stderr, /^mailblast: .*--header/);
  assert.equal((await desk.run(['preview', 'list.csv'])).code, 64);
  assert.equal((await desk.run([...words, '--port', 'x'])).code, 64);
});

test('a preview that is stopped before it has read anything ends all the same', async (t) => {
  const desk = new Desk();
  t.after(() => desk.close());
  for (const [name, content] of Object.entries(FILES)) desk.write(name, content);
  const running = desk.start(['preview', 'list.csv', '--template', 'news.mjml']);
  await until('the address is printed', () => running.stdout() !== '');
  running.process.kill('SIGTERM');
  assert.equal((await running.finished).code, 0);
});

test('over SSH --open prints the address alone, and says how to get there', { skip }, async (t) => {
  const desk = new Desk();
  t.after(() => desk.close());
  desk.campaign(1);
  const running = desk.start(['preview', 'list.csv', '--template', 'news.mjml', '--open'], {
    SSH_CONNECTION: 'a 1 b 22',
  });
  await until('it says why', () => running.stderr().includes('SSH'));
  assert.match(running.stdout(), /^http:\S+\n$/);
  assert.match(running.stderr(), /ssh -L \d+:127\.0\.0\.1:\d+/);
  running.process.kill('SIGTERM');
  assert.equal((await running.finished).code, 0);
});
