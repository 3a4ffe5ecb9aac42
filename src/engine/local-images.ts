// The template's local images: found in the compiled HTML, confined to the template's folder, and made part of the
// content: embedded once per campaign, or named by the address of a web server that has them.
// Knows files and the HTML that MJML writes; knows nothing of lists or of how messages are put together.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import mimeTypes from 'mime-types';
import { MailblastError, type Place } from '../domain/errors.js';
import { encodeImage } from '../message/attachment.js';
import { findImages, localPath } from '../template/images.js';
import { openFile } from '../template/include.js';
import { confinedFile } from './confined-file.js';

export interface PlacedImages {
  readonly html: string;
  /** Complete MIME entities, in the order in which they are shown first. */
  readonly related: readonly string[];
  /** Paths of the files that are embedded: their octets are part of the content. */
  readonly files: readonly string[];
  /** Octets of those files. */
  readonly octets: number;
}

/**
 * Puts `cid:` links into the HTML and gives the images' entities; with `assetsUrl`, puts links to it instead.
 * `sources` are the paths of the template and its includes, the template first. A name means a file from the template's
 * folder on, also where an include in a folder below writes it: MJML passes names on as they are.
 * The same images give the same links, so that the content's hash says when one has changed.
 * `flawed` is told, at the image's line where it can be found, of a file that is not there, leads out of the template's
 * folder or is no image, and of a merge tag in the path of an image that is to be embedded; such a name stays as it is.
 */
export function placeImages(
  html: string,
  sources: readonly string[],
  assetsUrl: string,
  flawed: (error: MailblastError) => void,
): PlacedImages {
  const folder = dirname(sources[0]!);
  const embedded = new Map<
    string,
    { readonly id: string; readonly entity: string; readonly octets: number }
  >();
  const base = assetsUrl === '' || assetsUrl.endsWith('/') ? assetsUrl : `${assetsUrl}/`;
  const placed = findImages(html, (written) => {
    if (base !== '') return `${base}${written.replace(/^(?:\.\/)+/, '')}`;
    const place = () => placeOf(written, sources);
    if (written.includes('{{')) {
      const sentence = `${written} is a local image whose name depends on a merge tag, so it cannot be embedded; write its whole address (https://…), or give --assets-url.`;
      flawed(new MailblastError('data', sentence, { place: place() }));
      return written;
    }
    const path = localPath(written);
    const file = join(folder, path);
    let image = embedded.get(file);
    if (image === undefined) {
      const made = embed(folder, path, place);
      if (made instanceof MailblastError) {
        flawed(made);
        return written;
      }
      image = made;
      embedded.set(file, image);
    }
    return `cid:${image.id}`;
  });
  const images = [...embedded.values()];
  return {
    html: placed,
    // Two names of the same picture give one entity.
    related: [...new Map(images.map(({ id, entity }) => [id, entity])).values()],
    files: [...embedded.keys()],
    octets: images.reduce((sum, image) => sum + image.octets, 0),
  };
}

function embed(
  folder: string,
  path: string,
  place: () => Place,
): { id: string; entity: string; octets: number } | MailblastError {
  const found = confinedFile(folder, path);
  if ('reason' in found) {
    const sentence = `The image ${path} ${found.reason}; it is looked for in the template's folder.`;
    return new MailblastError(found.missing ? 'no_input' : 'data', sentence, { place: place() });
  }
  const name = basename(path);
  const type = mimeTypes.lookup(name) || '';
  if (!type.startsWith('image/')) {
    return new MailblastError('data', `${path} is no image that mail programs know, by its name.`, {
      place: place(),
    });
  }
  const octets = readFileSync(found.path);
  const id = `${createHash('sha256').update(type).update('\0').update(octets).digest('hex').slice(0, 32)}@mailblast`;
  return { id, entity: encodeImage({ name, type, octets }, id), octets: octets.length };
}

/** Where the author wrote it, in whichever file; the template alone where it is put together from parts. */
function placeOf(written: string, sources: readonly string[]): Place {
  const name = written.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('&', '&(?:amp;)?');
  for (const path of sources) {
    const { text, lines } = openFile(path, readText(path));
    const at = text.search(new RegExp(`(?<=["'(]\\s*)${name}(?=\\s*["')])`));
    if (at >= 0) return { file: path, ...lines.at(at) };
  }
  return { file: sources[0]! };
}

/** Empty for a file that was taken away since it was compiled. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
