// What the template tests share: rows, and merging a source in one call.
// Knows the template's public functions only.

import { PLAIN } from '../../src/domain/pieces.js';
import type { Fields } from '../../src/domain/recipient.js';
import { type CompiledTemplate, compileTemplate } from '../../src/template/compile.js';
import { compileMerge, type MergeOptions, type Part } from '../../src/template/merge.js';

/** A row as the list gives it: without a prototype. */
export function row(values: readonly (readonly [string, string])[] | Record<string, string>): Fields {
  const fields: Record<string, string> = Object.create(null);
  for (const [name, value] of Array.isArray(values) ? values : Object.entries(values)) fields[name] = value;
  return fields;
}

export const BUILTINS = ['email', 'campaign', 'token', 'unsubscribe_url'];

/** Merges one row; every name of the row is a column unless `options` say otherwise. */
export function merge(
  part: Part,
  source: string,
  fields: Fields,
  options: Partial<MergeOptions> & { given?: Record<string, string>; onEmpty?: (field: string) => void } = {},
): string {
  const { given = {}, onEmpty, ...rest } = options;
  const defaults = { columns: Object.keys(fields), builtins: BUILTINS, what: 'news.mjml', encoder: PLAIN };
  return compileMerge(part, source, { ...defaults, ...rest }).render(fields, given, onEmpty);
}

/** Compiles what stands between `<mjml>` and `</mjml>`, on the lines behind the first. */
export function compileBody(
  inner: string,
  columns: readonly string[],
  json: readonly string[] = [],
  more: { readonly lang?: string; readonly raw?: readonly string[] } = {},
) {
  const text = `<mjml${more.lang ?? ''}>\n${inner}\n</mjml>`;
  const schema = { columns, builtins: BUILTINS, jsonColumns: json, rawFields: more.raw ?? [] };
  return compileTemplate({ path: 'news.mjml', text }, schema);
}

/** Something in a section's only column. */
export function inColumn(content: string, head = ''): string {
  return `${head}<mj-body><mj-section><mj-column>\n${content}\n</mj-column></mj-section></mj-body>`;
}

/** All parts of a compiled template for one row. */
export function mergeAll(
  compiled: CompiledTemplate,
  fields: Fields,
  json: readonly string[] = [],
  raw: readonly string[] = [],
) {
  const options = {
    jsonColumns: json,
    rawFields: raw,
    locale: compiled.locale,
    given: { email: 'ada@example.com' },
  };
  return {
    html: merge('html', compiled.html, fields, options),
    text: merge('text', compiled.text, fields, options),
    title: merge('header', compiled.title, fields, options),
  };
}
