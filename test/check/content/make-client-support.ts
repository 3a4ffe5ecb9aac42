// Makes src/check/content/client-support.ts from the npm package caniemail: which of the mail programs that most people
// use do not support a feature. Run it when the package has new data:
//   node --import ./test/sources.mjs test/check/content/make-client-support.ts

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Programs by the name that people know, as caniemail's family and platforms. */
const CLIENTS: Readonly<Record<string, readonly (readonly [family: string, platform: string])[]>> = {
  Gmail: [
    ['gmail', 'desktop-webmail'],
    ['gmail', 'ios'],
    ['gmail', 'android'],
  ],
  'Outlook for Windows': [['outlook', 'windows']],
  'Outlook.com': [['outlook', 'outlook-com']],
  'Apple Mail': [
    ['apple-mail', 'macos'],
    ['apple-mail', 'ios'],
  ],
  'Yahoo Mail': [['yahoo', 'desktop-webmail']],
  'Samsung Email': [['samsung-email', 'android']],
  Thunderbird: [['thunderbird', 'macos']],
};

/** The features whose lack a reader sees: what merely looks plainer without them is left out. */
const FEATURES =
  `css-animation css-aspect-ratio css-at-import css-background-image css-clip-path css-column-count
css-conic-gradient css-display-flex css-display-grid css-filter css-float css-function-clamp css-function-light-dark
css-function-max css-function-min css-gap css-grid-template css-inset css-left-right-top-bottom css-linear-gradient
css-margin-inline-start-end css-mask-image css-mix-blend-mode css-nesting css-object-fit css-opacity
css-padding-inline-start-end css-position css-pseudo-class-checked css-pseudo-class-has css-pseudo-element-after
css-pseudo-element-before css-radial-gradient css-transform css-unit-calc css-unit-rem css-unit-vh css-unit-vw
css-variables css-visibility css-writing-mode css-z-index html-audio html-dialog html-form html-input-checkbox
html-input-text html-link html-marquee html-meter html-object html-picture html-progress html-select html-svg
html-textarea html-video image-avif image-base64 image-heif image-mp4 image-svg image-tiff image-webp`.split(
    /\s+/,
  );

interface Feature {
  readonly slug: string;
  readonly stats: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>;
}

export const FILE = fileURLToPath(new URL('../../../src/check/content/client-support.ts', import.meta.url));

/** The file's text. */
export function clientSupport(): string {
  const path = createRequire(import.meta.url).resolve('caniemail/caniemail.json');
  const data = JSON.parse(readFileSync(path, 'utf8')) as {
    last_update_date: string;
    data: readonly Feature[];
  };
  const rows = FEATURES.map((slug) => {
    const feature = data.data.find((each) => each.slug === slug);
    if (feature === undefined) throw new Error(`caniemail has no feature ${slug}.`);
    const without = Object.entries(CLIENTS)
      .filter(([, platforms]) =>
        platforms.some(([family, platform]) => {
          const versions = Object.values(feature.stats[family]?.[platform] ?? {});
          return versions.at(-1)?.startsWith('n') === true;
        }),
      )
      .map(([name]) => `'${name}'`);
    return `  '${slug}': [${without.join(', ')}],`;
  });
  return `// Which mail programs do not support which feature of HTML, CSS and images, in their newest version that was tested.
// Made from caniemail.com's data of ${data.last_update_date.slice(0, 10)} (https://www.caniemail.com/, MIT) by
// test/check/content/make-client-support.ts; a test holds the two together.

/** Features by caniemail's name for them. */
export const SUPPORT = {
${rows.join('\n')}
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Feature = keyof typeof SUPPORT;

/** "Gmail, Outlook.com and Yahoo Mail". */
export function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : \`\${names.slice(0, -1).join(', ')} and \${last}\`;
}
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(FILE, clientSupport());
