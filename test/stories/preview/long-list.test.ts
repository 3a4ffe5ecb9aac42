// A list of 100,000 rows: neither the process nor the page grows with it, and any row is a moment away.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeList } from '../../bench/lists.js';
import { frameShows, pageHolds, shown } from '../../servers/browser.js';
import { missing } from '../../servers/free-port.js';
import { mjml, preview } from './desk.js';

const skip = missing('chromium', 'chromium');
const TEMPLATE = mjml('<mj-text>Hello {{first_name}} of {{city}}, {{email}}</mj-text>', 'News');

/** Octets of memory that the process has in hand. */
function resident(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024;
}

test('a list of 100,000 rows costs the process and the page next to nothing', { skip }, async (t) => {
  const one = 'email,first_name,last_name,city,plan\nada@example.com,Ada,L,London,pro\n';
  const { desk, open, running } = await preview(t, { 'list.csv': one, 'news.mjml': TEMPLATE });
  const page = await open();
  await frameShows(page, /Hello Ada/);
  const alone = resident(running.process.pid!);
  await writeList(join(desk.folder, 'list.csv'), 100_000);
  await pageHolds(page, `document.getElementById('count').textContent === '100,000 recipients'`);
  await page.click('role=button[name="Longest values"]');
  await pageHolds(page, `/city has 17 characters/.test(document.getElementById('list').textContent)`);
  await page.fill('#search', 'Łódź');
  await page.click('role=button[name="All"]');
  await pageHolds(
    page,
    `document.getElementById('count').textContent === '100 or more found in 100,000 recipients'`,
  );
  await page.fill('#search', '');
  await page.goto(`${page.url().split('#')[0]}#at=99999`);
  await page.reload();
  await pageHolds(page, `document.getElementById('place').textContent === '100,000 of 100,000'`);
  await frameShows(page, /Hello Jürgen of/);
  const elements = Number(await page.evaluate('document.querySelectorAll("*").length'));
  assert.ok(elements < 2000, `the page has ${elements} elements`);
  const grown = resident(running.process.pid!) - alone;
  assert.ok(grown < 60e6, `the process grew by ${Math.round(grown / 1e6)} MB`);
  t.diagnostic(`the process grew by ${Math.round(grown / 1e6)} MB; the page has ${elements} elements`);
  assert.match(await shown(page, '#count'), /100,000/);
});
