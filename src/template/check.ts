// Checks the merge tags of a template one by one, so that what is wrong is told at the tag itself.
// Knows Handlebars' syntax; knows nothing of HTML or of fields.

import { MailblastError } from '../domain/errors.js';
import type { LiftedTag } from './lift.js';
import { parseTemplate } from './merge.js';

/**
 * Every tag by itself, and how blocks close.
 * @throws MailblastError `data` at the first tag that cannot be read, or that opens or closes a block wrongly.
 */
export function checkTags(tags: readonly LiftedTag[]): void {
  const open: { readonly name: string; readonly tag: LiftedTag }[] = [];
  for (const tag of tags) {
    if (tag.kind === 'value') readable(tag, tag.source);
    if (tag.kind !== 'block' || /^\{\{~?!/.test(tag.source)) continue;
    const [, sign, name = ''] = /^\{\{~?\s*([#/^]|else)\s*([^\s~}]*)/.exec(tag.source)!;
    const inside = open.at(-1);
    if (sign === '#' || (sign === '^' && name !== '')) {
      readable(tag, `${tag.source}{{/${name}}}`);
      open.push({ name, tag });
    } else if (sign === '/') {
      if (inside === undefined) throw wrong(tag, `{{/${name}}} closes nothing: no block is open here`);
      if (inside.name !== name) {
        const since = `${inside.tag.source} of line ${inside.tag.place.line}`;
        throw wrong(tag, `{{/${name}}} stands where ${since} should be closed by {{/${inside.name}}}`);
      }
      open.pop();
    } else {
      if (inside === undefined) throw wrong(tag, `${tag.source} stands in no block`);
      readable(tag, `{{#if x}}${tag.source}{{/if}}`);
    }
  }
  const left = open.at(-1);
  if (left) throw wrong(left.tag, `${left.tag.source} is never closed by {{/${left.name}}}`);
}

function readable(tag: LiftedTag, source: string): void {
  try {
    parseTemplate(source);
  } catch {
    throw wrong(tag, `${tag.source} cannot be read as a merge tag`);
  }
}

function wrong(tag: LiftedTag, sentence: string): MailblastError {
  return new MailblastError('data', sentence, { place: tag.place });
}
