// One message in all its views, the same in the preview and in the inbox: its head, and tabs for HTML, plain text,
// headers, source, attachments and findings. Knows a message's facts; knows nothing of where it comes from.

import type { Finding, MailFacts } from '../wire.js';
import { count, make, remember, remembered, size } from './dom.js';
import { MailFrame, WIDTHS, type Width } from './frame.js';
import type { Keys } from './keys.js';
import { attachmentList, empty, findingList, head, headerTable, picturesInWords } from './panels.js';
import { htmlTools } from './tools.js';

/** Characters of a source that are shown; the rest is in the file. */
const MOST_SOURCE = 400_000;

const TABS = {
  html: 'HTML',
  text: 'Plain text',
  headers: 'Headers',
  source: 'Source',
  findings: 'Findings',
  attachments: 'Attachments',
} as const;
type Tab = keyof typeof TABS;

const widths = Object.keys(WIDTHS) as Width[];
/** Windows that are no wider, CSS pixels, begin with a phone's width. */
const NARROW = 760;

/** A message to show. */
export interface Shown {
  readonly facts: MailFacts;
  /** What its views are asked for by: the same as long as it is the same message, maybe saved anew. */
  readonly query: Readonly<Record<string, string>>;
  /** Undefined when nothing checks the content. */
  readonly findings: readonly Finding[] | undefined;
}

export class MailView {
  readonly #tabs = new Map<Tab, { readonly button: HTMLButtonElement; readonly panel: HTMLElement }>();
  readonly #head = make('header', { class: 'head' });
  readonly #frame: MailFrame;
  readonly #controls: Record<'width' | 'scheme' | 'pictures', HTMLElement>;
  #tab: Tab;
  #width: Width;
  #dark: boolean;
  /** Off again with each page: what reaches the network is asked for anew. */
  #pictures = false;
  #shown: Shown | undefined;
  #sourceOf = '';

  constructor(root: HTMLElement, tabs: readonly Tab[]) {
    this.#tab = tabs.find((tab) => tab === remembered('tab')) ?? 'html';
    this.#width =
      widths.find((width) => width === remembered('width')) ?? (innerWidth < NARROW ? 'phone' : 'desktop');
    this.#dark = remembered('scheme') === 'dark';
    const bar = make('div', { class: 'tabs', role: 'tablist', 'aria-label': 'Views of the message' });
    const panels = make('div', { class: 'panels' });
    for (const tab of tabs) {
      const button = make(
        'button',
        { id: `tab-${tab}`, role: 'tab', 'aria-controls': `panel-${tab}`, onclick: () => this.#choose(tab) },
        TABS[tab],
      );
      const panel = make('section', {
        id: `panel-${tab}`,
        class: `panel ${tab}`,
        role: 'tabpanel',
        'aria-labelledby': `tab-${tab}`,
      });
      if (tab !== 'html') panel.tabIndex = 0;
      this.#tabs.set(tab, { button, panel });
      bar.append(button);
      panels.append(panel);
    }
    bar.addEventListener('keydown', (event) => this.#walk(event, tabs));
    const { stage, frame, tools, controls } = htmlTools((width) => this.#setWidth(width), {
      scheme: (dark) => this.#setScheme(dark),
      pictures: (on) => this.#setPictures(on),
    });
    this.#controls = controls;
    this.#tabs.get('html')!.panel.append(tools, stage);
    this.#frame = new MailFrame(stage, frame);
    root.append(this.#head, bar, panels);
    this.#setWidth(this.#width);
    this.#mark();
    this.#choose(this.#tab);
  }

  /** What keys do here, to be put among a page's own. */
  get keys(): Keys {
    return {
      ...Object.fromEntries(
        [...this.#tabs.keys()].map((tab, number) => [String(number + 1), () => this.#choose(tab)]),
      ),
      w: () => this.#setWidth(widths[(widths.indexOf(this.#width) + 1) % widths.length]!),
      d: () => this.#setScheme(!this.#dark),
      i: () => this.#setPictures(!this.#pictures),
    };
  }

  /** Shows a message; the same one as before keeps the place to which each view was scrolled. */
  show(shown: Shown): void {
    const same = JSON.stringify(shown.query) === JSON.stringify(this.#shown?.query);
    const unchanged = same && shown.facts.id === this.#shown?.facts.id;
    this.#shown = shown;
    this.#fillFindings(shown.findings);
    if (unchanged) return;
    this.#sourceOf = '';
    const { facts } = shown;
    this.#head.replaceChildren(...head(facts));
    this.#panel('text')?.replaceChildren(
      facts.text === '' ? empty('This message has no plain text part.') : make('pre', {}, facts.text),
    );
    this.#panel('headers')?.replaceChildren(headerTable(facts));
    this.#panel('attachments')?.replaceChildren(attachmentList(facts, shown.query));
    this.#number('attachments', facts.attachments.filter(({ inline }) => !inline).length);
    this.#controls.pictures.title = picturesInWords(facts.remotePictures);
    this.#controls.scheme.title = facts.darkStyles
      ? 'The message has styles for dark mode.'
      : 'The message has no styles for dark mode; mail programs may turn its colours themselves.';
    if (!same) for (const { panel } of this.#tabs.values()) panel.scrollTop = 0;
    if (same) this.#frame.again();
    else this.#frame.show(this.#frameAddress());
    void this.#fillSource();
  }

  #fillFindings(findings: readonly Finding[] | undefined): void {
    this.#panel('findings')?.replaceChildren(...findingList(findings));
    this.#number('findings', findings?.length ?? 0);
  }

  #choose(tab: Tab): void {
    if (!this.#tabs.has(tab)) return;
    this.#tab = tab;
    remember('tab', tab);
    for (const [name, { button, panel }] of this.#tabs) {
      button.setAttribute('aria-selected', String(name === tab));
      button.tabIndex = name === tab ? 0 : -1;
      panel.hidden = name !== tab;
    }
    void this.#fillSource();
  }

  #walk(event: KeyboardEvent, tabs: readonly Tab[]): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const tab = tabs[(tabs.indexOf(this.#tab) + step + tabs.length) % tabs.length]!;
    this.#choose(tab);
    this.#tabs.get(tab)!.button.focus();
  }

  #setWidth(width: Width): void {
    this.#width = width;
    remember('width', width);
    this.#frame.setWidth(width);
    this.#mark();
  }

  #setScheme(dark: boolean): void {
    this.#dark = dark;
    remember('scheme', dark ? 'dark' : 'light');
    this.#mark();
    if (this.#shown) this.#frame.show(this.#frameAddress());
  }

  #setPictures(on: boolean): void {
    this.#pictures = on;
    this.#mark();
    if (this.#shown) this.#frame.show(this.#frameAddress());
  }

  /** Which choice is pressed, for eyes and for screen readers. */
  #mark(): void {
    const chosen = {
      width: this.#width,
      scheme: this.#dark ? 'dark' : 'light',
      pictures: this.#pictures ? 'on' : 'off',
    };
    for (const [name, group] of Object.entries(this.#controls)) {
      for (const button of group.querySelectorAll('button')) {
        const pressed = button.dataset.value === chosen[name as keyof typeof chosen];
        button.setAttribute('aria-pressed', String(pressed));
      }
    }
  }

  #frameAddress(): string {
    const { query } = this.#shown!;
    const wish = { dark: this.#dark ? '1' : '0', pictures: this.#pictures ? '1' : '0' };
    return `frame?${new URLSearchParams({ ...query, ...wish })}`;
  }

  /** The source is fetched when it is looked at. */
  async #fillSource(): Promise<void> {
    const panel = this.#panel('source');
    const shown = this.#shown;
    if (panel === undefined || shown === undefined || this.#tab !== 'source') return;
    const address = new URLSearchParams(shown.query).toString();
    if (this.#sourceOf === address) return;
    this.#sourceOf = address;
    const text = await fetch(`source?${address}`)
      .then((answer) => answer.text())
      .catch(() => '');
    if (shown !== this.#shown) return;
    const place = panel.scrollTop;
    const more = text.length > MOST_SOURCE ? ` The first ${count(MOST_SOURCE)} characters are shown.` : '';
    panel.replaceChildren(
      make(
        'p',
        { class: 'about' },
        `${size(shown.facts.octets)}, as a relay gets it.${more} `,
        make('a', { href: `message.eml?${address}`, download: 'message.eml' }, 'Save as .eml'),
      ),
      make('pre', {}, text.slice(0, MOST_SOURCE)),
    );
    panel.scrollTop = place;
  }

  #panel(tab: Tab): HTMLElement | undefined {
    return this.#tabs.get(tab)?.panel;
  }

  #number(tab: Tab, number: number): void {
    const button = this.#tabs.get(tab)?.button;
    button?.replaceChildren(
      TABS[tab],
      ...(number > 0 ? [' ', make('span', { class: 'badge' }, String(number))] : []),
    );
  }
}
