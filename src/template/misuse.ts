// What to say of a helper that is called wrongly, or that there is none of, and of what templates do not have.
// Knows helpers and names; knows nothing of syntax trees.

import { nearest } from '../domain/nearest.js';
import { foldColumn } from '../domain/recipient.js';
import type { Field } from './fields.js';
import { HELPERS, type HelperUse } from './helpers.js';
import type { Said } from './tree.js';

export const NO_PARTIALS =
  'templates have no partials, decorators or raw blocks; write the text itself, or use mj-include';

/** Why a call's values are too few, too many, or of names that the helper does not know; undefined when they are right. */
export function wrongArguments(use: HelperUse, said: Said): string | undefined {
  const [least, most] = use.takes;
  const count = said.values.length;
  const strange = Object.keys(said.named).find((key) => !use.named?.includes(key));
  if (count >= least && count <= most && strange === undefined) return undefined;
  const names =
    use.named === undefined ? '' : ` (it takes ${use.named.map((name) => `${name}=`).join(', ')})`;
  const wrong =
    strange === undefined ? `takes ${range(least, most)}, not ${count}` : `takes no ${strange}=${names}`;
  return `${wrong}; it is written like ${use.like}`;
}

function range(least: number, most: number): string {
  if (least === most) return least === 1 ? 'one value' : `${least} values`;
  return `${least} to ${most} values`;
}

/** Why `{{#name}}` opens no block. */
export function noBlock(name: string, use: HelperUse | undefined, isField: boolean): string {
  if (use) return `${name} is no block; it is written like ${use.like}`;
  if (isField) return `{{#${name}}} is no block here; write {{#if ${name}}}, or {{#each ${name}}} for a list`;
  return `there is no block helper called ${name}${meant(name)}`;
}

/** Why `{{name …}}` calls nothing; `whole` is the tag's words when they are a column's name. */
export function noHelper(name: string, use: HelperUse | undefined, whole: string | undefined): string {
  if (use) return `${name} opens a block; it is written like ${use.like}`;
  if (whole !== undefined) return `a name with blanks stands in brackets: {{[${whole}]}}`;
  return `there is no helper called ${name}${meant(name)}`;
}

function meant(name: string): string {
  // Any two names of three letters are near each other.
  const near = name.length > 3 ? nearest(name, Object.keys(HELPERS)) : undefined;
  return near === undefined ? `. There are: ${Object.keys(HELPERS).join(', ')}.` : `; did you mean ${near}?`;
}

/** Why `{{{name}}}` is refused, and how it is allowed when it is a column's. */
export function noRaw(name: string, field: Field | undefined): string {
  const sentence = `{{{${name}}}} would put the field into the message unescaped; write {{${name}}}`;
  const column = field?.columns[0];
  if (column === undefined) return sentence;
  return `${sentence}, or allow its HTML with --allow-raw ${foldColumn(column) || `"${column}"`}`;
}
