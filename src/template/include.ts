// Finds the file that an <mj-include> names, and never leaves the folder of the template to do so.
// Knows files and MJML's rules for includes; knows nothing of merge tags but that a path can hold none.

import { readFileSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { MailblastError, type Place } from '../domain/errors.js';
import { Lines } from './source.js';

/** A file of the template. Line ends are `\n`, and there is no byte order mark. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly lines: Lines;
  /** The file that includes this one. */
  readonly from: SourceFile | undefined;
}

/** An included file: which parts of it go where. Parts are offsets: from, to. */
export interface Include {
  readonly file: SourceFile;
  /** Offset behind the include in the including file. */
  readonly end: number;
  readonly head: readonly [number, number] | undefined;
  readonly body: readonly [number, number] | undefined;
  /** What is written around the head's and the body's part. */
  readonly wrapHead: readonly [string, string];
  readonly wrap: readonly [string, string];
}

export function openFile(path: string, written: string, from?: SourceFile): SourceFile {
  const text = written.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
  return { path, text, lines: new Lines(text), from };
}

const TAG = /<mj-include\b((?:\s+[\w-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(?:\/>|>\s*<\/mj-include\s*>)/iy;

/**
 * Opens what the `<mj-include>` at an offset of a file names. `files` are those read so far, the template first.
 * @throws MailblastError `data` when the include is written wrongly, leads out of the template's folder or goes round
 * in circles; `no_input` when the file cannot be read.
 */
export function openInclude(including: SourceFile, at: number, files: readonly SourceFile[]): Include {
  const place: Place = { file: including.path, ...including.lines.at(at) };
  TAG.lastIndex = at;
  const tag = TAG.exec(including.text);
  const attributes = Object.fromEntries(
    [...(tag?.[1] ?? '').matchAll(/([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map((found) => [
      found[1]!.toLowerCase(),
      found[2] ?? found[3] ?? '',
    ]),
  );
  const path = attributes.path ?? '';
  if (!tag || path === '' || path.includes('{{')) {
    const sentence = 'mj-include is written like <mj-include path="header.mjml" />, without merge tags';
    throw new MailblastError('data', sentence, { place });
  }
  const file = read(path, including, files, place);
  const end = at + tag[0].length;
  const whole: readonly [number, number] = [0, file.text.length];
  const open = { file, end, wrap: ['', ''], wrapHead: ['', ''] } as const;
  if (attributes.type === 'css') {
    const inline = attributes['css-inline'] === 'inline' ? ' inline="inline"' : '';
    return { ...open, head: whole, body: undefined, wrapHead: [`<mj-style${inline}>`, '</mj-style>'] };
  }
  if (attributes.type === 'html') {
    return { ...open, head: undefined, body: whole, wrap: ['<mj-raw>', '</mj-raw>'] };
  }
  if (!/<mjml\b/i.test(file.text)) return { ...open, head: undefined, body: whole };
  return { ...open, head: inside(file.text, 'mj-head'), body: inside(file.text, 'mj-body') };
}

function inside(text: string, element: string): readonly [number, number] | undefined {
  const open = new RegExp(`<${element}\\b(?:"[^"]*"|'[^']*'|[^>"'])*>`, 'i').exec(text);
  const close = text.search(new RegExp(`</${element}\\s*>`, 'i'));
  if (!open || open[0].endsWith('/>') || close < open.index) return undefined;
  return [open.index + open[0].length, close];
}

function read(
  written: string,
  including: SourceFile,
  files: readonly SourceFile[],
  place: Place,
): SourceFile {
  const path = resolve(dirname(including.path), written);
  const home = dirname(files[0]!.path);
  const outside = `mj-include stays inside the template's folder, and ${written} leads out of it; copy the file there`;
  if (written.includes('\0') || isAbsolute(written) || leaves(resolve(home), path)) {
    throw new MailblastError('data', outside, { place });
  }
  let text: string;
  try {
    // A link inside the folder may still lead out of it.
    if (leaves(realpathSync(home), realpathSync(path))) throw new MailblastError('data', outside, { place });
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof MailblastError) throw error;
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : String(error);
    throw new MailblastError('no_input', `${written} cannot be included: ${why}`, { place, cause: error });
  }
  for (let above: SourceFile | undefined = including; above; above = above.from) {
    if (resolve(above.path) === path) {
      throw new MailblastError('data', `${written} includes itself, by way of ${including.path}`, { place });
    }
  }
  return openFile(relative('', path) || path, text, including);
}

function leaves(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
}
