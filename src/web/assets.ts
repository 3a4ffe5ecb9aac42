// The pages' own files, which the build puts beside this one. Nothing but these is served.

import { readFileSync } from 'node:fs';
import type { Hono } from 'hono';
import { PAGE_POLICY } from './door.js';

const TYPES = { html: 'text/html', css: 'text/css', js: 'text/javascript' } as const;

/** Scripts and styles, by name. */
const ASSETS = [
  ...[
    'style.css',
    'preview.js',
    'inbox.js',
    'mail-view.js',
    'panels.js',
    'tools.js',
    'frame.js',
    'trouble.js',
  ],
  ...['dom.js', 'keys.js'],
] as const;

/** Serves the page at the site's root, and what pages load. */
export function servePage(site: Hono, page: 'preview.html' | 'inbox.html'): void {
  for (const [path, name] of [['/', page], ...ASSETS.map((asset) => [`/${asset}`, asset])] as const) {
    const type = TYPES[name.slice(name.lastIndexOf('.') + 1) as keyof typeof TYPES];
    site.get(path, (c) =>
      c.body(readFileSync(new URL(`./page/${name}`, import.meta.url)), 200, {
        'Content-Type': `${type}; charset=utf-8`,
        'Content-Security-Policy': PAGE_POLICY,
      }),
    );
  }
}
