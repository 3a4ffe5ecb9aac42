// The author's files as elements and attributes at their lines: what is checked here is what the author can mend, and
// nothing that MJML writes by itself. Merge tags are covered, so that a quote or a bracket in one ends nothing.
// Knows HTML's and Handlebars' outer form; knows nothing of what is right or wrong.

import { readFileSync } from 'node:fs';
import { type ChildNode, type Document, Element } from 'domhandler';
import { parseDocument } from 'htmlparser2';
import type { Place } from '../../domain/errors.js';
import { openFile, type SourceFile } from '../../template/include.js';

export interface AuthorFile {
  readonly path: string;
  /** As written. */
  readonly text: string;
  /** As long as `text`; merge tags and comments are filled with characters that mean nothing. */
  readonly covered: string;
  readonly tree: Document;
  placeOf(offset: number): Place;
}

/** What stands in for a merge tag's characters: no HTML, no CSS, no URL means anything by it. */
const COVER = '\ue000';

const TAG = /\\?\{\{(?:!--[\s\S]*?--|\{[\s\S]*?\}|[\s\S]*?)\}\}/g;

/** Reads the files that a content was made of. One that is gone meanwhile is left out. */
export function readAuthorFiles(paths: readonly string[]): readonly AuthorFile[] {
  return paths.flatMap((path) => {
    // Embedded images are sources, too.
    if (!/\.(?:mjml|html?|css|txt|xml|hbs|handlebars)$/i.test(path) && path !== paths[0]) return [];
    try {
      return [authorFile(openFile(path, readFileSync(path, 'utf8')))];
    } catch {
      return [];
    }
  });
}

export function authorFile({ path, text, lines }: SourceFile): AuthorFile {
  const hidden = text
    .replace(/<!--(?!\[if|\s*<!\[endif)[\s\S]*?-->/g, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(TAG, (tag) => (tag.startsWith('\\') ? tag : tag.replace(/[^\n]/g, COVER)));
  const sheet = /\.css$/i.test(path);
  const covered = sheet ? `<style>${hidden}</style>` : hidden;
  const shift = sheet ? '<style>'.length : 0;
  const tree = parseDocument(covered, {
    recognizeSelfClosing: true,
    decodeEntities: false,
    withStartIndices: true,
    withEndIndices: true,
  });
  const placeOf = (offset: number) => ({ file: path, ...lines.at(Math.max(0, offset - shift)) });
  return { path, text: sheet ? `<style>${text}</style>` : text, covered, tree, placeOf };
}

/** All elements, in the order of their beginnings. What MJML's head only names, such as defaults, is none. */
export function* elements(nodes: readonly ChildNode[]): Generator<Element> {
  for (const node of nodes) {
    if (!(node instanceof Element) || node.name === 'mj-attributes') continue;
    yield node;
    yield* elements(node.children);
  }
}

export interface Written {
  /** As written, merge tags included; character references decoded as far as links need them. */
  readonly value: string;
  /** Offset of the value. */
  readonly at: number;
}

/** An attribute as the author wrote it; undefined when it is not there. */
export function attribute(file: AuthorFile, element: Element, name: string): Written | undefined {
  if (element.attribs[name] === undefined) return undefined;
  const start = element.startIndex ?? 0;
  const tag = /^<(?:"[^"]*"|'[^']*'|[^'">])*>?/.exec(file.covered.slice(start))?.[0] ?? '';
  const found = new RegExp(`\\s${name}\\s*=\\s*(["']?)`, 'i').exec(tag);
  if (found === null) return { value: '', at: start };
  const at = start + found.index + found[0].length;
  const end =
    found[1] === ''
      ? at + (/^[^\s>]*/.exec(file.covered.slice(at))?.[0].length ?? 0)
      : file.covered.indexOf(found[1]!, at);
  const value = file.text.slice(at, end < 0 ? undefined : end).replace(/&amp;/g, '&');
  return { value, at };
}

/** Style sheets of the author, each with the offset at which it begins. */
export function* sheets(file: AuthorFile): Generator<{ readonly css: string; readonly at: number }> {
  for (const element of elements(file.tree.children)) {
    if (!/^(?:mj-)?style$/.test(element.name)) continue;
    const [first] = element.children;
    const last = element.children.at(-1);
    const at = first?.startIndex ?? null;
    const end = last?.endIndex ?? null;
    if (at !== null && end !== null)
      yield { css: file.covered.slice(at, end + 1).replaceAll(COVER, 'x'), at };
  }
}

/**
 * The blocks that are open at an offset, as the Handlebars source before and behind it: around a piece of the file they
 * make it a template of its own, which is merged for a row as the whole would be.
 */
export function blocksAround(
  file: AuthorFile,
  offset: number,
): { readonly open: string; readonly close: string } {
  const stack: { name: string; tags: string[] }[] = [];
  for (const { 0: tag, index } of file.text.matchAll(TAG)) {
    if (index >= offset) break;
    if (tag.startsWith('\\')) continue;
    const inner = tag.replace(/^\{\{~?\s*|\s*~?\}\}$/g, '');
    const name = /^#\s*([\w-]+)/.exec(inner)?.[1];
    if (name !== undefined) stack.push({ name, tags: [tag] });
    else if (/^(?:else\b|\^)/.test(inner)) stack.at(-1)?.tags.push(tag);
    else if (inner.startsWith('/')) stack.pop();
  }
  return {
    open: stack.map(({ tags }) => tags.join('')).join(''),
    close: stack
      .map(({ name }) => `{{/${name}}}`)
      .reverse()
      .join(''),
  };
}

/** Merge tags with their offsets; comments and escaped ones are none. */
export function* mergeTags(file: AuthorFile): Generator<{ readonly source: string; readonly at: number }> {
  for (const { 0: source, index } of file.text.matchAll(TAG)) {
    if (!/^(?:\\|\{\{~?!)/.test(source)) yield { source, at: index };
  }
}
