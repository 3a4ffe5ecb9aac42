// The page follows each save, keeps the place and the recipient, and tells errors where they are.

import assert from 'node:assert/strict';
import { mkdirSync, renameSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { frameShows, mailFrame, pageHolds, shown } from '../../servers/browser.js';
import { missing } from '../../servers/free-port.js';
import { until } from '../mailblast.js';
import { mjml, preview } from './desk.js';

const skip = missing('chromium', 'chromium');
const LIST = 'email,name\nada@example.com,Ada\nbo@example.com,Bo\ncy@example.com,Cy\n';

function long(word: string, extra = ''): string {
  const lines = Array.from(
    { length: 60 },
    (_, number) => `<mj-text>Line ${number} for {{name}}, ${word}.</mj-text>`,
  );
  return mjml(`${extra}${lines.join('\n')}`);
}

test('a save is shown at the place and for the recipient that were looked at', { skip }, async (t) => {
  const { desk, open } = await preview(t, { 'list.csv': LIST, 'news.mjml': long('first') });
  const page = await open({ viewport: { width: 1280, height: 800 } });
  await frameShows(page, /Line 0 for Ada, first/);
  await page.keyboard.press('j');
  await frameShows(page, /Line 0 for Bo, first/);
  await page.mouse.move(800, 600);
  await page.mouse.wheel(0, 900);
  const place = () => mailFrame(page).evaluate('Math.round(scrollY)');
  await until('the frame is scrolled', async () => Number(await place()) > 500);
  const before = await place();
  for (const word of ['second', 'third', 'fourth']) {
    desk.write('news.mjml', long(word));
    await frameShows(page, new RegExp(`Line 0 for Bo, ${word}`));
    await until('the place is kept', async () => (await place()) === before);
  }
  assert.match(page.url(), /#at=1&address=bo%40example\.com$/);
});

test('a save while another view is open is there when one comes back', { skip }, async (t) => {
  const { desk, open } = await preview(t, { 'list.csv': LIST, 'news.mjml': long('first') });
  const page = await open();
  await frameShows(page, /first/);
  await page.keyboard.press('2');
  desk.write('news.mjml', long('second'));
  await pageHolds(page, `document.getElementById('panel-text').textContent.includes('second')`);
  await page.keyboard.press('1');
  await frameShows(page, /second/);
});

test('includes, the text part, and files that are made only now are followed; editors that rename too', {
  skip,
}, async (t) => {
  const { desk, open } = await preview(t, {
    'list.csv': LIST,
    'news.mjml': mjml('<mj-include path="./parts/greeting.mjml" />'),
  });
  const page = await open();
  assert.match(await shown(page, '#trouble'), /news\.mjml:4:5 .*cannot be included: there is no such file/);
  mkdirSync(join(desk.folder, 'parts'));
  desk.write('parts/greeting.mjml', '<mj-text>Welcome {{name}}</mj-text>');
  await frameShows(page, /Welcome Ada/);
  desk.write('parts/.greeting.mjml.swp', '<mj-text>Hi {{name}}</mj-text>');
  renameSync(join(desk.folder, 'parts/.greeting.mjml.swp'), join(desk.folder, 'parts/greeting.mjml'));
  await frameShows(page, /Hi Ada/);
  desk.write('news.txt', 'A text of its own for {{name}}');
  await pageHolds(
    page,
    `document.getElementById('panel-text').textContent.includes('A text of its own for Ada')`,
  );
  unlinkSync(join(desk.folder, 'news.mjml'));
  await pageHolds(page, `document.getElementById('trouble').textContent.includes('no such file')`);
  desk.write('news.mjml', mjml('<mj-text>Back for {{name}}</mj-text>'));
  await frameShows(page, /Back for Ada/);
});

test('a list that was saved anew shows the same person, wherever the row is now', { skip }, async (t) => {
  const { desk, open } = await preview(t, {
    'list.csv': LIST,
    'news.mjml': mjml('<mj-text>Hello {{name}}</mj-text>'),
  });
  const page = await open();
  await page.click('text=Bo');
  await frameShows(page, /Hello Bo/);
  desk.write(
    'list.csv',
    `email,name\nzed@example.com,Zed\n${LIST.split('\n').slice(1).join('\n').replace('Bo', 'Bob')}`,
  );
  await frameShows(page, /Hello Bob/);
  await pageHolds(page, `document.getElementById('place').textContent === '3 of 4'`);
  desk.write('list.csv', 'email,name,city\nada@example.com,Ada,London\n');
  await frameShows(page, /Hello Ada/);
  desk.write('news.mjml', mjml('<mj-text>{{name}} in {{city}}</mj-text>'));
  await frameShows(page, /Ada in London/);
});

test('while a template is wrong the last right message stays, marked as such', { skip }, async (t) => {
  const { desk, open } = await preview(t, { 'list.csv': LIST, 'news.mjml': long('right') });
  const page = await open();
  await frameShows(page, /right/);
  desk.write('news.mjml', long('wrong', '<mj-txt>Oh</mj-txt>'));
  await page.waitForSelector('#trouble:not([hidden])');
  assert.match(await shown(page, '#trouble'), /news\.mjml:4 .*mj-txt/);
  assert.match(await shown(page, '#trouble'), /as it was last without errors/);
  await frameShows(page, /right/);
  assert.equal(await shown(page, '#status'), 'Error in line 4');
});
