// A hostile template and a hostile list: nothing of them runs, and nothing leaves this machine.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HOSTILE_CELLS, isUncarried } from '../../engine/hostile-values.js';
import { frameShows, mailFrame, pageHolds } from '../../servers/browser.js';
import { missing } from '../../servers/free-port.js';
import { mjml, preview } from './desk.js';

const skip = missing('chromium', 'chromium');

/** Everything that a browser has been known to run or to fetch by itself. `TRAP` is a port that tells. */
const ATTACK = `
<script>top.document.title = 'ran'; fetch('http://127.0.0.1:TRAP/script')</script>
<script src="http://127.0.0.1:TRAP/script.js"></script>
<img src="http://127.0.0.1:TRAP/picture.png" onerror="parent.document.title='ran'">
<img src="https://evil.example/picture.png" srcset="https://evil.example/2x.png 2x">
<svg onload="top.document.title='ran'"><image href="https://evil.example/svg.png" /><script>top.document.title='ran'</script></svg>
<iframe src="https://evil.example/frame"></iframe><iframe srcdoc="<script>top.document.title='ran'</script>"></iframe>
<object data="https://evil.example/object"></object><embed src="https://evil.example/embed">
<video src="https://evil.example/video" poster="https://evil.example/poster.png" autoplay></video>
<audio src="https://evil.example/audio" autoplay></audio>
<link rel="preconnect" href="https://evil.example"><link rel="dns-prefetch" href="//evil.example">
<link rel="prefetch" href="https://evil.example/prefetch"><link rel="stylesheet" href="https://evil.example/style.css">
<meta http-equiv="refresh" content="0;url=https://evil.example/refresh">
<base href="https://evil.example/">
<style>@import "https://evil.example/import.css"; @font-face { font-family: x; src: url(https://evil.example/font.woff) }
p { background: url(https://evil.example/background.png); font-family: x }</style>
<form action="https://evil.example/form"><button id="send" autofocus>Send</button></form>
<p><a id="out" href="https://evil.example/link" target="_self">here</a> <a id="top" href="https://evil.example/top" target="_top">top</a>
<a id="new" href="https://evil.example/new" target="_blank" ping="https://evil.example/ping">new</a>
<a id="script" href="javascript:top.document.title='ran'">script</a> <a id="own" href="../state" target="_self">own</a></p>
<p id="end">the end of the attack</p>
`;

test('a hostile template runs nothing and reaches nothing, whatever is pressed', { skip }, async (t) => {
  const { desk, browser, open } = await preview(t, {
    'list.csv': 'email,name\nada@example.com,Ada\n',
    'news.mjml': mjml('<mj-text>Hello</mj-text>', 'Safe'),
  });
  const attack = ATTACK.replaceAll('TRAP', String(browser.trapPort));
  desk.write('news.mjml', mjml(`<mj-raw>${attack}</mj-raw>`, 'Safe'));
  const page = await open();
  const asked: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith('http://127.0.0.1')) asked.push(request.url());
  });
  await frameShows(page, /the end of the attack/);
  const address = mailFrame(page).url();
  const pressed = ['#out', '#top', '#new', '#script', '#send'];
  for (const selector of pressed) {
    await mailFrame(page)
      .locator(selector)
      .click({ timeout: 5000 })
      .catch(() => {});
    await frameShows(page, /the end of the attack/);
  }
  assert.deepEqual(browser.left, [], 'nothing left this machine');
  assert.equal(await page.title(), 'news.mjml · mailblast');
  assert.equal(page.context().pages().length, 1, 'no window was opened');
  assert.equal(mailFrame(page).url(), address, 'the frame shows the message still');
  assert.deepEqual(
    asked.filter((url) => !url.startsWith('https://evil.example/')),
    [],
  );
});

test('with images on, images are fetched and nothing else', { skip }, async (t) => {
  const { desk, browser, open } = await preview(t, {
    'list.csv': 'email,name\nada@example.com,Ada\n',
    'news.mjml': mjml('<mj-text>Hello</mj-text>', 'Safe'),
  });
  desk.write('news.mjml', mjml(`<mj-raw>${ATTACK.replaceAll('TRAP', '9')}</mj-raw>`, 'Safe'));
  const page = await open();
  await frameShows(page, /the end of the attack/);
  assert.deepEqual(browser.left, []);
  const pictures = page.waitForEvent('requestfailed', (request) => request.url().endsWith('background.png'));
  await page.click('role=button[name="On"]');
  await pictures;
  await frameShows(page, /the end of the attack/);
  assert.ok(browser.left.length > 0);
  for (const line of browser.left) assert.match(line, /^CONNECT evil\.example:443 /);
  assert.equal(await page.title(), 'news.mjml · mailblast');
});

test('a hostile list is text, on the page as in the message', { skip }, async (t) => {
  const cells = HOSTILE_CELLS.filter((cell) => !isUncarried(cell));
  const rows = [
    ...cells,
    '<img src=x onerror="document.title=\'ran\'">',
    '"><script>document.title="ran"</script>',
  ];
  const quoted = rows.map((cell, number) => `p${number}@example.org,"${cell.replaceAll('"', '""')}"\n`);
  const { browser, open } = await preview(t, {
    'list.csv': `email,"<b>name</b>"\n${quoted.join('')}`,
    'news.mjml': mjml('<mj-text>Value: {{[<b>name</b>]}} end</mj-text>', '{{[<b>name</b>]}}'),
  });
  const page = await open();
  await page.waitForSelector('#list button[data-at]');
  for (let number = 0; number < rows.length; number += 1) {
    await page.keyboard.press('j');
    if (number % 10 === 0) await frameShows(page, /Value: [\s\S]*end|^$/);
  }
  await pageHolds(page, `document.getElementById('place').textContent.startsWith('${rows.length} of')`);
  for (const tab of ['2', '3', '4', '1']) await page.keyboard.press(tab);
  for (const pick of ['Longest values', 'Awkward characters'])
    await page.click(`role=button[name="${pick}"]`);
  assert.equal(
    await page.evaluate(
      `document.querySelectorAll('#list img, #list script, #fields img, #fields script, .head img, main b').length`,
    ),
    0,
  );
  assert.equal(await page.title(), 'news.mjml · mailblast');
  assert.deepEqual(browser.left, []);
});
