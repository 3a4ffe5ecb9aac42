// Debian's Chromium, headless, with nothing of a person's in it, and a trap that tells whether anything left this
// machine: every address but this machine's own goes through a proxy that only counts.

import { createServer } from 'node:net';
import { type Browser, type BrowserContextOptions, chromium, type Frame, type Page } from 'playwright-core';

const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** What Chromium asks for by itself, whatever page it shows: updates, accounts, its autofill's models. */
const BY_ITSELF = /^[A-Z]+ (?:http:\/\/)?[a-z.-]+\.(?:google|googleapis|gstatic|gvt1)\.com[:/]/;

export interface TestBrowser {
  /** A page in a context of its own. */
  page(options?: BrowserContextOptions): Promise<Page>;
  /** What was asked of the outside world: the first line of each connection. */
  readonly left: readonly string[];
  /** A port of this machine that takes connections and adds them to `left`. */
  readonly trapPort: number;
  close(): Promise<void>;
}

/** Starts one. Use `missing('chromium', 'chromium')` of free-port.ts for the test's `skip`. */
export async function startBrowser(): Promise<TestBrowser> {
  const left: string[] = [];
  const trap = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (octets) => {
      const line = octets.toString('latin1').split('\r\n')[0]!;
      if (!BY_ITSELF.test(line)) left.push(line);
      socket.destroy();
    });
  });
  await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
  const { port } = trap.address() as { port: number };
  const browser: Browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [...FLAGS, `--proxy-server=http://127.0.0.1:${port}`],
  });
  return {
    left,
    trapPort: port,
    page: async (options) => {
      const page = await (await browser.newContext(options)).newPage();
      page.setDefaultTimeout(20_000);
      return page;
    },
    close: async () => {
      await browser.close();
      await new Promise((resolve) => trap.close(resolve));
    },
  };
}

/** The frame in which a message stands. */
export function mailFrame(page: Page): Frame {
  const frame = page.frames().find((each) => each.parentFrame() === page.mainFrame());
  if (frame === undefined) throw new Error('The page has no frame.');
  return frame;
}

/** Waits until the frame's text matches. A frame that is on its way to another document is asked again. */
export async function frameShows(page: Page, wanted: RegExp): Promise<void> {
  const end = Date.now() + 20_000;
  for (;;) {
    const text = await textOf(page);
    if (wanted.test(text)) return;
    if (Date.now() > end)
      throw new Error(`The frame shows ${JSON.stringify(text.slice(0, 200))}, not ${wanted}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The frame's text; empty while there is none. */
export async function textOf(page: Page): Promise<string> {
  const asked = mailFrame(page)
    .evaluate('document.body.innerText')
    .catch(() => '');
  const patience = new Promise<string>((resolve) => setTimeout(() => resolve(''), 1000));
  return String(await Promise.race([asked, patience]));
}

/** The text of an element of the page, as far as it is there. */
export async function shown(page: Page, selector: string): Promise<string> {
  return (await page.textContent(selector)) ?? '';
}

/** Waits until an expression is true in the page. (Playwright's own way needs a page that allows eval.) */
export async function pageHolds(page: Page, expression: string): Promise<void> {
  const end = Date.now() + 20_000;
  while (!(await page.evaluate(expression))) {
    if (Date.now() > end) throw new Error(`Waited 20 s in vain: ${expression}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
