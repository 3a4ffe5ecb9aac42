// The preview's page: keeps up with what is saved, and shows one recipient's message after another.
// Knows the page's elements and what its server says; a message's views are mail-view.ts.

import type { People, PersonEntry, PreviewStatus, ShownLetter } from '../wire.js';
import { byId, count, getJson, hear, make, oneAtATime } from './dom.js';
import { listenToKeys, sidePanel, walkByArrows } from './keys.js';
import { MailView } from './mail-view.js';
import { showNotes, showTrouble } from './trouble.js';

/** Entries of the list that are fetched at once. */
const PAGE = 100;

const search = byId<HTMLInputElement>('search');
const list = byId('list');
const view = new MailView(byId('view'), ['html', 'text', 'headers', 'source', 'findings', 'attachments']);
const side = sidePanel();

let status: PreviewStatus | undefined;
let connected = false;
let pick = '';
/** Who is shown. The place is where the list has that address; the address outlives a changed list. */
let shown = fromHash();
let entries: readonly PersonEntry[] = [];
let from = 0;
let next = -1;
/** What the letter and the list on the page were made of. */
let letterOf = '';
let peopleOf = '';
/** Letters asked for so far. */
let turns = 0;

const refresh = oneAtATime(async () => {
  const fresh = await getJson<PreviewStatus>('state');
  if (fresh === undefined) return;
  status = fresh;
  sayStatus();
  byId('template').textContent = fresh.template;
  document.title = `${fresh.template} · mailblast`;
  showTrouble(fresh.wrong, fresh.ready);
  showNotes(fresh.notes);
  const people = `${fresh.version} ${fresh.complete} ${Math.min(fresh.rows, PAGE)}`;
  if (people !== peopleOf) {
    peopleOf = people;
    await fetchPeople(from);
  }
  sayCount();
  if (letterOf !== `${fresh.version} ${fresh.ready}` && fresh.rows > 0) await showLetter();
});

async function showLetter(): Promise<void> {
  const turn = ++turns;
  const letter = await getJson<ShownLetter | null>('letter', {
    at: String(shown.at),
    address: shown.address,
  });
  // Who pages on fast is not sent back by the answer to an earlier step.
  if (!letter || status === undefined || turn !== turns) return;
  letterOf = `${letter.version} ${status.ready}`;
  shown = { at: letter.at, address: letter.address };
  const hash = `#${new URLSearchParams({ at: String(shown.at), address: shown.address })}`;
  // Only when it differs: the frame keeps its place by way of the history, too.
  if (hash !== location.hash) history.replaceState(null, '', hash);
  byId('fields').replaceChildren(
    ...letter.fields.map(([name, value]) =>
      make(
        'div',
        {},
        make('dt', {}, name),
        make('dd', { class: value.trim() === '' ? 'blank' : '' }, value.trim() === '' ? 'empty' : value),
      ),
    ),
  );
  const refused = letter.unmergeable !== '';
  byId('view').hidden = letter.mail === null;
  if (letter.mail !== null) {
    view.show({
      facts: letter.mail,
      query: { at: String(letter.at), address: letter.address },
      findings: letter.findings,
    });
  }
  if (refused) {
    const sentence = `Line ${letter.line}, ${letter.address}, would not be sent: ${letter.unmergeable}.`;
    showTrouble([...(status.wrong ?? []), { file: '', line: 0, column: 0, sentence, excerpt: [] }], false);
  } else showTrouble(status.wrong, status.ready);
  markShown();
}

async function fetchPeople(start: number): Promise<void> {
  const query = { text: search.value, pick, from: String(start), limit: String(PAGE) };
  const found = await getJson<People>('people', query);
  if (found === undefined || query.text !== search.value || query.pick !== pick) return;
  from = start;
  entries = found.entries;
  next = found.next;
  drawPeople();
}

async function fetchMore(): Promise<void> {
  const found = await getJson<People>('people', {
    text: search.value,
    pick,
    from: String(next),
    limit: String(PAGE),
  });
  if (found === undefined) return;
  entries = [...entries, ...found.entries];
  next = found.next;
  drawPeople();
}

function drawPeople(): void {
  const rows = entries.map((entry) => {
    const button = make(
      'button',
      { 'data-at': String(entry.at), onclick: () => choose(entry) },
      make('span', { class: 'who' }, entry.label === '' ? entry.address : entry.label),
      make('span', { class: 'line', title: `Line ${entry.line} of the list` }, String(entry.line)),
      make('span', { class: 'why' }, entry.why !== '' ? entry.why : entry.label === '' ? '' : entry.address),
    );
    return make('li', {}, button);
  });
  const earlier = make(
    'li',
    { class: 'more' },
    make('button', { onclick: () => void fetchPeople(Math.max(0, from - PAGE)) }, 'Earlier ones'),
  );
  const more = make('li', { class: 'more' }, make('button', { onclick: () => void fetchMore() }, 'More'));
  const isWindow = from > 0 && search.value === '' && pick === '';
  list.replaceChildren(...(isWindow ? [earlier] : []), ...rows, ...(next >= 0 ? [more] : []));
  markShown();
  sayCount();
}

function choose(entry: { at: number; address: string }): void {
  shown = { at: entry.at, address: entry.address };
  side.close();
  void showLetter();
}

/** To the next or the previous one: of those found, or of the whole list. */
async function step(by: 1 | -1): Promise<void> {
  if (search.value !== '' || pick !== '') {
    const here = entries.findIndex((entry) => entry.at === shown.at);
    if (here + by >= entries.length && next >= 0) await fetchMore();
    const entry = entries[Math.max(0, here + by)];
    if (entry !== undefined) choose(entry);
    return;
  }
  const at = shown.at + by;
  if (at < 0 || at >= (status?.rows ?? 0)) return;
  shown = { at, address: '' };
  await showLetter();
  if (!entries.some((entry) => entry.at === at)) await fetchPeople(Math.max(0, at - 10));
}

function markShown(): void {
  for (const button of list.querySelectorAll<HTMLButtonElement>('button[data-at]')) {
    const current = Number(button.dataset.at) === shown.at;
    if (current) {
      button.setAttribute('aria-current', 'true');
      scrollIntoList(button);
    } else button.removeAttribute('aria-current');
  }
  const rows = status?.rows ?? 0;
  byId('place').textContent = rows === 0 ? '' : `${count(shown.at + 1)} of ${count(rows)}`;
  byId<HTMLButtonElement>('previous').disabled = shown.at === 0 && search.value === '' && pick === '';
  byId<HTMLButtonElement>('next').disabled = shown.at + 1 >= rows && search.value === '' && pick === '';
}

/** Within the list alone: `scrollIntoView` would move the page on small screens. */
function scrollIntoList(button: HTMLElement): void {
  const { top, bottom } = button.getBoundingClientRect();
  const box = list.getBoundingClientRect();
  if (top < box.top) list.scrollTop += top - box.top;
  else if (bottom > box.bottom) list.scrollTop += bottom - box.bottom;
}

function sayCount(): void {
  if (status === undefined) return;
  const { rows, invalid, complete } = status;
  const all = `${count(rows)} ${rows === 1 ? 'recipient' : 'recipients'}${complete ? '' : ', reading on'}`;
  const bad = invalid > 0 ? `, ${count(invalid)} that cannot be mailed` : '';
  const searching = search.value !== '' || pick !== '';
  const found = `${count(entries.length)}${next >= 0 ? ' or more' : ''} found in ${all}`;
  byId('count').textContent = searching ? found : `${all}${bad}`;
}

function sayStatus(): void {
  const line = byId('status');
  const { wrong = [], busy = true, ready = false } = status ?? {};
  const [first] = wrong;
  line.dataset.mood = !connected ? 'gone' : first !== undefined ? 'wrong' : busy || !ready ? 'busy' : 'live';
  if (!connected) line.textContent = 'The preview has ended. Start it again, and use its new address.';
  else if (first !== undefined) line.textContent = `Error${first.line > 0 ? ` in line ${first.line}` : ''}`;
  else if (busy || !ready) line.textContent = ready ? 'Updating…' : 'Compiling…';
  else line.textContent = `Up to date, ${new Date().toLocaleTimeString()}`;
}

function fromHash(): { at: number; address: string } {
  const words = new URLSearchParams(location.hash.slice(1));
  return { at: Number(words.get('at') ?? 0) || 0, address: words.get('address') ?? '' };
}

for (const button of byId('picks').querySelectorAll('button')) {
  button.addEventListener('click', () => {
    pick = button.dataset.pick ?? '';
    for (const other of byId('picks').querySelectorAll('button')) {
      other.setAttribute('aria-pressed', String(other === button));
    }
    void fetchPeople(0);
  });
}
const searchSoon = oneAtATime(() => fetchPeople(0));
search.addEventListener('input', searchSoon);
search.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && entries[0] !== undefined) choose(entries[0]);
});
byId('previous').addEventListener('click', () => void step(-1));
byId('next').addEventListener('click', () => void step(1));
walkByArrows(list);
listenToKeys({
  ...view.keys,
  j: () => void step(1),
  n: () => void step(1),
  k: () => void step(-1),
  p: () => void step(-1),
});
hear(refresh, (is) => {
  connected = is;
  sayStatus();
});
