// Single keys, and the dialog that tells them. They can be switched off, since speech programs and resting hands press
// keys too (WCAG 2.1.4). Knows keys; knows nothing of what they do.

import { byId, remember, remembered } from './dom.js';

/** What a key does, by the key. */
export type Keys = Readonly<Record<string, () => void>>;

export function listenToKeys(keys: Keys): void {
  const help = byId<HTMLDialogElement>('help');
  const on = byId<HTMLInputElement>('keys-on');
  const search = byId<HTMLInputElement>('search');
  on.checked = remembered('keys') !== 'off';
  on.addEventListener('change', () => remember('keys', on.checked ? 'on' : 'off'));
  byId('help-button').addEventListener('click', () => help.showModal());
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const { target } = event;
    if (document.querySelector('dialog[open]') !== null) return;
    if (target === search && event.key === 'Escape') {
      search.value = '';
      search.dispatchEvent(new Event('input'));
      search.blur();
      return;
    }
    if (target instanceof HTMLInputElement || !on.checked) return;
    const action =
      event.key === '?' ? () => help.showModal() : event.key === '/' ? () => search.focus() : keys[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
}

/** The side panel covers the message on narrow screens; its button opens and closes it. */
export function sidePanel(): { close(): void } {
  const button = byId('side-button');
  const set = (open: boolean) => {
    document.body.toggleAttribute('data-side-open', open);
    button.setAttribute('aria-expanded', String(open));
  };
  button.addEventListener('click', () => set(button.getAttribute('aria-expanded') !== 'true'));
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') set(false);
  });
  return { close: () => set(false) };
}

/** Up and down go from one entry of a list to the next. */
export function walkByArrows(list: HTMLElement): void {
  list.addEventListener('keydown', (event) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
    const buttons = [...list.querySelectorAll('button')];
    const next = buttons[buttons.indexOf(document.activeElement as HTMLButtonElement) + step];
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  });
}
