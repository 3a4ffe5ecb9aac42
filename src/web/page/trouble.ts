// What is wrong with what the author saved, at its line; and what should be known besides.

import type { Complaint } from '../wire.js';
import { byId, make } from './dom.js';

/** `stale`: a message of an earlier save is shown meanwhile. */
export function showTrouble(wrong: readonly Complaint[], stale: boolean): void {
  const trouble = byId('trouble');
  trouble.hidden = wrong.length === 0;
  document.body.toggleAttribute('data-stale', wrong.length > 0 && stale);
  trouble.replaceChildren(
    ...wrong.map(({ file, line, column, sentence, excerpt }) => {
      const where = [file, line > 0 ? line : '', column > 0 ? column : '']
        .filter((part) => part !== '')
        .join(':');
      return make(
        'article',
        {},
        make('p', {}, ...(where === '' ? [] : [make('code', {}, where), ' ']), sentence),
        ...(excerpt.length === 0 ? [] : [excerptOf(excerpt, line)]),
      );
    }),
    ...(wrong.length > 0 && stale
      ? [make('p', { class: 'stale' }, 'Below is the message as it was last without errors.')]
      : []),
  );
}

function excerptOf(excerpt: Complaint['excerpt'], wrong: number): HTMLElement {
  const lines = excerpt.map(({ line, text }) =>
    make(
      'li',
      line === wrong
        ? { class: 'here', 'aria-current': 'true', value: String(line) }
        : { value: String(line) },
      make('code', {}, text === '' ? ' ' : text),
    ),
  );
  return make(
    'ol',
    { class: 'excerpt', tabindex: '0', 'aria-label': 'The source around the error' },
    ...lines,
  );
}

/** Open until it is closed; on narrow screens closed until it is opened. */
export function showNotes(notes: readonly string[]): void {
  const box = byId<HTMLDetailsElement>('notes');
  if (box.hidden && notes.length > 0) box.open = innerWidth > 760;
  box.hidden = notes.length === 0;
  byId('notes-title').textContent = notes.length === 1 ? '1 note' : `${notes.length} notes`;
  byId('notes-list').replaceChildren(...notes.map((note) => make('p', {}, note)));
}
