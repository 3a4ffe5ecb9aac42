// Pictures of every template with its first and its last sample row, at phone and desktop width, light and dark. For
// looking at; nothing is compared. `npm run screenshots -- digest` makes those of one template.

import { join } from 'node:path';
import type { TestBrowser } from '../servers/browser.js';
import { letterOf, SHIPPED } from '../templates/shipped.js';

const SIZES = { desktop: { width: 1024, height: 700 }, phone: { width: 390, height: 700 } } as const;

/** Writes `template-digest-first-phone-dark.png` and so on into the folder. `names`: only these; all when empty. */
export async function pictureTemplates(
  browser: TestBrowser,
  folder: string,
  names: readonly string[],
): Promise<void> {
  for (const template of SHIPPED) {
    if (names.length > 0 && !names.includes(template.name)) continue;
    const rows = { first: template.rows[0]!, last: template.rows.at(-1)! };
    for (const [which, row] of Object.entries(rows)) {
      const { html } = await letterOf(template, row);
      for (const [size, viewport] of Object.entries(SIZES)) {
        for (const colorScheme of ['light', 'dark'] as const) {
          const page = await browser.page({ viewport, colorScheme });
          await page.setContent(html);
          const name = `template-${template.name}-${which}-${size}-${colorScheme}.png`;
          await page.screenshot({ path: join(folder, name), fullPage: true });
          await page.context().close();
        }
      }
    }
  }
}
