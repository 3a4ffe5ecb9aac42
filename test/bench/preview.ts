// How soon the preview's page is painted after the command, and how soon a save of a 25 kB newsletter is on the screen.

import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { frameShows, startBrowser, type TestBrowser } from '../servers/browser.js';
import { Campaigns } from './command.js';
import { median, type Report, whole } from './report.js';

const COMMAND = fileURLToPath(new URL('../../bin/mailblast.js', import.meta.url));
const STARTS = 5;
const SAVES = 20;
const PEOPLE = 100_000;
const GOAL_PAINT = 500;
const GOAL_SAVE = 300;

export async function measure(): Promise<Report> {
  const campaigns = new Campaigns();
  const browser = await startBrowser();
  try {
    await campaigns.list(PEOPLE);
    const starts: Start[] = [];
    for (let number = 0; number < STARTS; number++) starts.push(await start(campaigns.folder, browser));
    const saves = await save(campaigns.folder, browser);
    const paint = median(starts.map(({ painted }) => painted));
    const saved = median(saves.slice(1));
    const column = (pick: (start: Start) => number) => {
      const values = starts.map(pick);
      return [whole(Math.min(...values)), whole(median(values)), whole(Math.max(...values))];
    };
    return {
      title: `preview: a list of ${whole(PEOPLE)} rows, a newsletter of 25 kB`,
      conditions: [
        'Chromium runs already, headless; milliseconds from the start of the command.',
        `A save is written in place; it is on the screen when its words are in the frame and a frame was painted. The first of ${SAVES} is left out of the median.`,
      ],
      columns: ['', 'least', 'median', 'most'],
      rows: [
        ['address printed', ...column(({ printed }) => printed)],
        ['first paint', ...column(({ painted }) => painted)],
        ['message in the frame', ...column(({ shown }) => shown)],
        [
          'save to picture',
          whole(Math.min(...saves.slice(1))),
          whole(saved),
          whole(Math.max(...saves.slice(1))),
        ],
      ],
      goals: [
        { what: `first paint after ${whole(paint)} ms (within ${GOAL_PAINT} ms)`, met: paint <= GOAL_PAINT },
        { what: `save to picture in ${whole(saved)} ms (under ${GOAL_SAVE} ms)`, met: saved < GOAL_SAVE },
      ],
    };
  } finally {
    await browser.close();
    campaigns.remove();
  }
}

interface Start {
  readonly printed: number;
  readonly painted: number;
  readonly shown: number;
}

/** Milliseconds since the command began: its address, its page's first paint, the message. */
async function start(folder: string, browser: TestBrowser): Promise<Start> {
  const page = await browser.page({ viewport: { width: 1280, height: 800 } });
  const begun = Date.now();
  const command = run(folder);
  try {
    const address = await command.address;
    const printed = Date.now() - begun;
    await page.goto(address);
    await frameShows(page, /here is your letter/);
    const shown = Date.now() - begun;
    const painted = Number(
      await page.evaluate(
        "performance.timeOrigin + performance.getEntriesByName('first-contentful-paint')[0].startTime",
      ),
    );
    return { printed, painted: painted - begun, shown };
  } finally {
    command.stop();
    await page.context().close();
  }
}

/** Milliseconds from a save to its picture, one after another. */
async function save(folder: string, browser: TestBrowser): Promise<number[]> {
  const page = await browser.page({ viewport: { width: 1280, height: 800 } });
  const command = run(folder);
  try {
    await page.goto(await command.address);
    await frameShows(page, /here is your letter/);
    const file = join(folder, 'news.mjml');
    const source = readFileSync(file, 'utf8');
    const times: number[] = [];
    for (let number = 0; number < SAVES; number++) {
      await new Promise((resolve) => setTimeout(resolve, 300));
      const begun = performance.now();
      writeFileSync(file, source.replace('here is your letter', `here is letter ${number} of yours`));
      await frameShows(page, new RegExp(`here is letter ${number} of yours`));
      // In the page: in the message's frame nothing runs, callbacks neither.
      await page.evaluate('new Promise((done) => requestAnimationFrame(done))');
      times.push(performance.now() - begun);
    }
    writeFileSync(file, source);
    return times;
  } finally {
    command.stop();
    await page.context().close();
  }
}

function run(folder: string): { readonly address: Promise<string>; stop(): void } {
  const child = spawn(process.execPath, [COMMAND, 'preview', 'list.csv', '--template', 'news.mjml'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const address = new Promise<string>((resolve) => createInterface(child.stdout).once('line', resolve));
  return {
    address,
    stop: () => {
      process.off('exit', kill);
      kill();
    },
  };
}
