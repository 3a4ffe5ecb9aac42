// Which files a template's message is made of: the template, what it includes, the text part beside it, local images.
// Reads them for their names alone, and names those that are missing too: an author who makes one wants to see it.

import { readFileSync } from 'node:fs';
import { dirname, extname, isAbsolute, relative, resolve, sep } from 'node:path';

export interface AuthorFiles {
  /** Absolute paths, the template first. */
  readonly paths: readonly string[];
  /** Whether one of the sources names the merge field. */
  reads(field: string): boolean;
}

/** An include in MJML; a source of pictures in MJML, HTML and CSS. */
const INCLUDE = /<mj-include\b[^>]*?\bpath\s*=\s*["']([^"']+)["']/gi;
const PICTURE =
  /\b(?:src|background-url|background)\s*=\s*["']([^"'{}]+)["']|url\(\s*["']?([^"'(){}]+)["']?\s*\)/gi;

/** More files than an author has would be a template that includes itself. */
const MOST = 500;

/** Looks into the files as they are now. Never throws: a file that cannot be read names no others. */
export function authorFiles(template: string): AuthorFiles {
  const home = resolve(dirname(template));
  const first = resolve(template);
  const text = `${first.slice(0, first.length - extname(first).length)}.txt`;
  const sources = [first];
  const pictures = new Set<string>();
  const texts: string[] = [readText(text)];
  for (let number = 0; number < sources.length && sources.length < MOST; number++) {
    const path = sources[number]!;
    const source = readText(path);
    texts.push(source);
    for (const [, name] of source.matchAll(INCLUDE)) {
      const included = resolve(dirname(path), name!);
      if (isInside(home, included) && !sources.includes(included)) sources.push(included);
    }
    for (const [, attribute, url] of source.matchAll(PICTURE)) {
      const picture = localPath(home, attribute ?? url ?? '');
      if (picture !== undefined && pictures.size < MOST) pictures.add(picture);
    }
  }
  return {
    paths: [...sources, text, ...pictures],
    reads: (field) => texts.some((source) => source.includes(field)),
  };
}

/** Undefined for what has a scheme, leads elsewhere or is no path. */
function localPath(home: string, written: string): string | undefined {
  const name = written.trim().replace(/[?#].*$/, '');
  if (name === '' || /^[a-z][a-z0-9+.-]*:|^\/\//i.test(name)) return undefined;
  const path = resolve(home, name);
  return isInside(home, path) ? path : undefined;
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
