// The choices above the frame: how wide, light or dark, with images or without. Buttons only; mail-view.ts keeps what
// was chosen.

import { make } from './dom.js';
import type { Width } from './frame.js';

export function htmlTools(
  width: (width: Width) => void,
  set: { scheme(dark: boolean): void; pictures(on: boolean): void },
) {
  const choice = (
    label: string,
    ...options: readonly (readonly [value: string, text: string, press: () => void])[]
  ) =>
    make(
      'div',
      { class: 'choice', role: 'group', 'aria-label': label },
      ...options.map(([value, text, onclick]) => make('button', { 'data-value': value, onclick }, text)),
    );
  const controls = {
    width: choice(
      'Width',
      ['phone', 'Phone', () => width('phone')],
      ['tablet', 'Tablet', () => width('tablet')],
      ['desktop', 'Desktop', () => width('desktop')],
    ),
    scheme: choice(
      'Colours',
      ['light', 'Light', () => set.scheme(false)],
      ['dark', 'Dark', () => set.scheme(true)],
    ),
    pictures: choice(
      'Images',
      ['off', 'Images off', () => set.pictures(false)],
      ['on', 'On', () => set.pictures(true)],
    ),
  };
  const frame = make('iframe', { title: 'The message as HTML', sandbox: '', referrerpolicy: 'no-referrer' });
  const stage = make('div', { class: 'stage' }, frame);
  const tools = make('div', { class: 'tools' }, controls.width, controls.scheme, controls.pictures);
  return { stage, frame, tools, controls };
}
