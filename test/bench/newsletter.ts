// The newsletter that is sent in measurements: 25 kB of compiled HTML, a text part, a dozen merge tags.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CompiledTemplate, compileTemplate } from '../../src/template/compile.js';
import { COLUMNS } from './lists.js';

export const FROM = 'The Lantern <news@example.com>';
export const UNSUBSCRIBE_URL = 'https://example.com/unsubscribe?who={{email}}';

const STORIES = [
  ['A soup that waits for you', 'soup', 'Chestnuts, celeriac and an hour of doing something else.'],
  ['A walk without a destination', 'walk', 'Take the tram to its last stop and come back on foot.'],
  ['A very long book', 'book', 'Nine hundred pages about a lighthouse, and not one too many.'],
  ['Letters from readers', 'letters', 'Eleven of you sent us maps; three of them agree.'],
] as const;

const FILLER =
  'The light goes early now, which is a good excuse to stay in. What we liked best this month took long, cost little ' +
  'and asked for nothing but a chair near the window; if you know of more of the kind, write to us — we read it all. ' +
  'None of it was new, and that was rather the point: a recipe that somebody’s aunt wrote on the back of an envelope, a ' +
  'path that has been there since before the tram, a book that waited on the shelf for eleven years. Take your time with ' +
  'them; there is no hurry, the next letter comes in a month, and the evenings will not be getting any shorter by then.';

const MJML = `<mjml lang="en">
  <mj-head>
    <mj-title>The Lantern: slow evenings, {{default first_name "dear reader"}}</mj-title>
    <mj-preview>Things worth an evening this month, and one of them in {{city}}.</mj-preview>
    <mj-attributes><mj-all font-family="Georgia, 'Times New Roman', serif" /></mj-attributes>
  </mj-head>
  <mj-body background-color="#f2eee6" width="600px">
    <mj-section><mj-column>
      <mj-text font-size="42px" line-height="1.1">The Lantern</mj-text>
      <mj-text font-size="17px">Hello {{first_name}} {{last_name}}, here is your letter for {{city}}.</mj-text>
    </mj-column></mj-section>
${STORIES.map(
  ([title, path, lead]) => `    <mj-section background-color="#ffffff" padding="12px 0">
      <mj-column width="35%"><mj-image src="https://example.com/${path}.jpg" alt="${title}" width="180px" /></mj-column>
      <mj-column width="65%">
        <mj-text font-size="22px" font-weight="bold">${title}</mj-text>
        <mj-text font-size="17px" line-height="1.6">${lead} ${FILLER}</mj-text>
        <mj-text font-size="17px" line-height="1.6">${FILLER}</mj-text>
        <mj-button href="https://example.com/${path}?city={{city}}" background-color="#b4451f">Read on, {{first_name}}</mj-button>
      </mj-column>
    </mj-section>`,
).join('\n')}
    <mj-section><mj-column>
      <mj-text font-size="13px">You are on the plan {{plan}}. You get this letter because {{email}} asked for it;
        <a href="{{unsubscribe_url}}">unsubscribe</a> at any time.</mj-text>
    </mj-column></mj-section>
  </mj-body>
</mjml>
`;

/** Puts the template into a folder, as `news.mjml`. */
export function writeTemplate(folder: string): void {
  writeFileSync(join(folder, 'news.mjml'), MJML);
}

/** Its parts as Handlebars sources, as mailblast compiles them. Throws when it is not the size that it claims. */
export async function compileNewsletter(): Promise<CompiledTemplate> {
  const builtins = ['email', 'unsubscribe_url'];
  const compiled = await compileTemplate({ path: 'news.mjml', text: MJML }, { columns: COLUMNS, builtins });
  const size = Buffer.byteLength(compiled.html);
  if (size < 24_000 || size > 26_000) throw new Error(`the newsletter's HTML has ${size} octets, not 25,000`);
  return compiled;
}
