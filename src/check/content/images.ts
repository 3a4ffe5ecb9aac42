// The images that an author wrote: what they say where they are not shown, their size, and formats that not all show.
// Knows elements and file names; whether a local file is there is found out when images are embedded.

import type { Element } from 'domhandler';
import type { Find } from '../finding.js';
import { type AuthorFile, attribute, elements } from './author-files.js';
import { listed, SUPPORT } from './client-support.js';
import { verdictOn } from './link-verdict.js';
import { shorten } from './links.js';

const SHOWN = /^(?:img|mj-image|mj-carousel-image)$/;

const FORMATS: readonly (readonly [RegExp, keyof typeof SUPPORT, string])[] = [
  [/^data:/i, 'image-base64', 'An image inside the HTML (data:)'],
  [/\.svgz?(?:[?#]|$)/i, 'image-svg', 'An SVG image'],
  [/\.webp(?:[?#]|$)/i, 'image-webp', 'A WebP image'],
  [/\.avif(?:[?#]|$)/i, 'image-avif', 'An AVIF image'],
  [/\.hei[cf](?:[?#]|$)/i, 'image-heif', 'An HEIF image'],
  [/\.tiff?(?:[?#]|$)/i, 'image-tiff', 'A TIFF image'],
  [/\.mp4(?:[?#]|$)/i, 'image-mp4', 'A film as an image'],
];

export function checkImages(file: AuthorFile, find: Find): void {
  for (const element of elements(file.tree.children)) {
    if (SHOWN.test(element.name)) checkImage(file, element, find);
  }
}

/** `--assets-url` is what local images become in every message; nobody sees it in the files. */
export function checkAssetsUrl(assetsUrl: string, html: string, find: Find): void {
  if (assetsUrl === '' || !html.includes(assetsUrl)) return;
  const verdict = verdictOn(assetsUrl);
  if (verdict?.rule === 'http-link') {
    find(
      'http-link',
      {},
      `Images are fetched from ${shorten(assetsUrl)} without encryption (http:): several mail programs do not show them.`,
      'Give an https address as --assets-url, or leave it out: local images are embedded then.',
    );
  } else if (verdict !== undefined) {
    find(
      'missing-image',
      {},
      `Images cannot be fetched by a reader: --assets-url ${shorten(assetsUrl)} leads to your own machine or network.`,
      'Give an address that the public has, or leave --assets-url out: local images are embedded then.',
    );
  }
}

function checkImage(file: AuthorFile, element: Element, find: Find): void {
  const place = file.placeOf(element.startIndex ?? 0);
  const src = attribute(file, element, 'src');
  const value = src?.value.trim() ?? '';
  const called = value === '' ? 'This image' : `The image ${shorten(value)}`;
  if (element.attribs.alt === undefined) {
    find(
      'missing-alt',
      place,
      `${called} has no alt text: who reads without images sees an empty box, and a screen reader says the file's name or nothing.`,
      'Add alt="…" with what the picture says, or alt="" when it only decorates.',
    );
  }
  if (value === '') {
    find(
      'missing-image',
      place,
      'This image has no src, so nothing is shown.',
      'Add src="…", or take the image away.',
    );
    return;
  }
  if (element.name === 'img' && element.attribs.width === undefined) {
    find(
      'missing-size',
      place,
      `${called} has no width attribute: Outlook shows it as large as its file is, and the letter jumps while it loads.`,
      'Add width="…", in pixels and without a unit.',
    );
  }
  for (const [format, feature, name] of FORMATS) {
    if (!format.test(value)) continue;
    find(
      'unsupported-image',
      place,
      `${name} is not shown in ${listed(SUPPORT[feature])}: readers there see the alt text, or nothing.`,
      format.test('data:')
        ? "Name the image's file in src: mailblast embeds it in a way that they show."
        : 'Use PNG, JPEG or GIF.',
    );
  }
  if (/\{\{/.test(value)) return;
  const verdict = /^(?:https?:|\/\/)/i.test(value) ? verdictOn(value) : undefined;
  if (verdict?.rule === 'http-link') {
    find(
      'http-link',
      place,
      `${called} is fetched without encryption (http:): several mail programs do not show it.`,
      'Write https:, or let mailblast embed the file.',
    );
  } else if (verdict !== undefined) {
    find(
      'missing-image',
      place,
      `${called} cannot be fetched by a reader: its address ${verdict.rule === 'localhost-link' ? 'leads to your own machine or network' : 'is not whole'}.`,
      'Give an address that the public has, or name a file beside the template, which is embedded.',
    );
  }
}
