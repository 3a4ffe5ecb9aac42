// `mailblast preview` at work in a folder, and its page in a browser.

import type { TestContext } from 'node:test';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { startBrowser, type TestBrowser } from '../../servers/browser.js';
import { Desk, type Running, until } from '../mailblast.js';

export interface PreviewDesk {
  readonly desk: Desk;
  readonly browser: TestBrowser;
  readonly running: Running;
  readonly address: string;
  /** The page, once it shows a message or an error. */
  open(options?: BrowserContextOptions): Promise<Page>;
}

/** Writes the files, starts the command with more options, and waits for its address. */
export async function preview(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  options: readonly string[] = [],
): Promise<PreviewDesk> {
  const desk = new Desk();
  const browser = await startBrowser();
  t.after(async () => {
    await browser.close();
    desk.close();
  });
  for (const [name, text] of Object.entries(files)) desk.write(name, text);
  const words = ['preview', 'list.csv', '--template', 'news.mjml', ...options];
  const running = desk.start(words, { MAILBLAST_FROM: undefined });
  await until(
    'the address is printed',
    () => running.stdout().includes('\n') || running.process.exitCode !== null,
  );
  const address = running.stdout().trim();
  if (!address.startsWith('http')) throw new Error(`No address: ${running.stdout()}${running.stderr()}`);
  const open = async (context?: BrowserContextOptions) => {
    const page = await browser.page(context);
    await page.goto(address);
    await page.waitForSelector('#status[data-mood=live], #status[data-mood=wrong]');
    return page;
  };
  return { desk, browser, running, address, open };
}

/** A template around a body. */
export function mjml(body: string, title = 'News for {{name}}'): string {
  return `<mjml>
  <mj-head><mj-title>${title}</mj-title></mj-head>
  <mj-body><mj-section><mj-column>
    ${body}
  </mj-column></mj-section></mj-body>
</mjml>
`;
}
