// The inbox's page: what the sandbox received, as it comes in. Knows the page's elements and what its server says; a
// message's views are mail-view.ts.

import type { InboxEntry, InboxList, MailFacts } from '../wire.js';
import { byId, count, getJson, hear, make, oneAtATime } from './dom.js';
import { listenToKeys, sidePanel, walkByArrows } from './keys.js';
import { MailView } from './mail-view.js';

/** Messages that are listed at first, and so many more each time. */
const PAGE = 100;

const search = byId<HTMLInputElement>('search');
const list = byId('list');
const sure = byId<HTMLDialogElement>('sure');
const view = new MailView(byId('view'), ['html', 'text', 'headers', 'source', 'attachments']);
const side = sidePanel();

let inbox: InboxList | undefined;
let connected = false;
let wanted = PAGE;
/** The message that is shown, by its file. */
let chosen = '';
/** The newest message was chosen by nobody: the next one takes its place. */
let following = true;

const refresh = oneAtATime(async () => {
  const fresh = await getJson<InboxList>('mails', { text: search.value, limit: String(wanted) });
  if (fresh === undefined) return;
  inbox = fresh;
  byId('relay').textContent = fresh.relay;
  byId('folder').textContent = fresh.folder;
  byId<HTMLButtonElement>('clear').disabled = fresh.total === 0;
  sayCount(fresh);
  drawList(fresh);
  sayStatus();
  const gone = chosen !== '' && search.value === '' && fresh.total === 0;
  if (gone) chosen = '';
  const [newest] = fresh.entries;
  if (newest !== undefined && (chosen === '' || following) && newest.name !== chosen)
    await choose(newest.name, true);
  showNothing(fresh);
});

async function choose(name: string, byItself = false): Promise<void> {
  following = byItself;
  chosen = name;
  markChosen();
  const facts = await getJson<MailFacts | null>('mail', { name });
  if (!facts || chosen !== name) return;
  byId('letter').hidden = false;
  view.show({ facts, query: { name }, findings: undefined });
}

function step(by: 1 | -1): void {
  const entries = inbox?.entries ?? [];
  const entry = entries[entries.findIndex(({ name }) => name === chosen) + by];
  if (entry !== undefined) void choose(entry.name);
}

function drawList({ entries, found }: InboxList): void {
  const rows = entries.map((entry) =>
    make(
      'li',
      {},
      make(
        'button',
        { 'data-name': entry.name, onclick: () => pick(entry) },
        make('span', { class: 'who' }, entry.subject === '' ? 'No subject' : entry.subject),
        make('time', { class: 'line', datetime: new Date(entry.at).toISOString() }, clock(entry.at)),
        make('span', { class: 'why' }, `To ${entry.to}, from ${entry.from}`),
        make('span', { class: 'beginning' }, entry.beginning),
      ),
    ),
  );
  const more = make('li', { class: 'more' }, make('button', { onclick: showMore }, 'More'));
  const focused = (document.activeElement as HTMLElement | null)?.dataset.name;
  list.replaceChildren(...rows, ...(found > entries.length ? [more] : []));
  if (focused !== undefined) list.querySelector<HTMLElement>(`[data-name="${CSS.escape(focused)}"]`)?.focus();
  markChosen();
}

function pick(entry: InboxEntry): void {
  side.close();
  void choose(entry.name);
}

function showMore(): void {
  wanted += PAGE;
  refresh();
}

function markChosen(): void {
  const buttons = [...list.querySelectorAll<HTMLButtonElement>('button[data-name]')];
  for (const button of buttons) {
    if (button.dataset.name === chosen) button.setAttribute('aria-current', 'true');
    else button.removeAttribute('aria-current');
  }
  const here = buttons.findIndex((button) => button.dataset.name === chosen);
  byId('place').textContent = here < 0 ? '' : `${count(here + 1)} of ${count(inbox?.found ?? 0)}`;
  byId<HTMLButtonElement>('previous').disabled = here <= 0;
  byId<HTMLButtonElement>('next').disabled = here < 0 || here + 1 >= buttons.length;
}

function sayCount({ total, found }: InboxList): void {
  const all = `${count(total)} ${total === 1 ? 'message' : 'messages'}`;
  byId('count').textContent = search.value === '' ? all : `${count(found)} found in ${all}`;
}

function sayStatus(): void {
  const line = byId('status');
  line.dataset.mood = connected ? 'live' : 'gone';
  line.textContent = connected
    ? `Listening on ${inbox?.relay ?? '…'}`
    : 'The sandbox has ended. Start it again, and use its new address.';
}

function showNothing({ total, relay }: InboxList): void {
  const nothing = byId('nothing');
  nothing.hidden = total > 0;
  if (total === 0) byId('letter').hidden = true;
  nothing.replaceChildren(
    make('h2', {}, 'No messages yet'),
    make('p', {}, 'Send one, and it is here at once:'),
    make('pre', {}, `mailblast send list.csv --template news.mjml --relay ${relay}`),
    make(
      'p',
      {},
      'Any other program can use it too, with any login or none, without TLS. Nothing is sent on.',
    ),
  );
}

/** The time today, the day before. */
function clock(at: number): string {
  const date = new Date(at);
  return date.toDateString() === new Date().toDateString()
    ? date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
    : date.toLocaleDateString([], { month: 'short', day: 'numeric' });
}

search.addEventListener('input', () => {
  wanted = PAGE;
  refresh();
});
byId('clear').addEventListener('click', () => {
  const { total = 0, folder = '' } = inbox ?? {};
  byId('sure-text').textContent =
    `${count(total)} ${total === 1 ? 'file' : 'files'} in ${folder} will be gone.`;
  sure.returnValue = 'no';
  sure.showModal();
});
sure.addEventListener('close', async () => {
  if (sure.returnValue !== 'yes') return;
  await fetch('clear', { method: 'POST' }).catch(() => {});
  chosen = '';
  following = true;
  refresh();
});
byId('previous').addEventListener('click', () => step(-1));
byId('next').addEventListener('click', () => step(1));
walkByArrows(list);
listenToKeys({ ...view.keys, j: () => step(1), n: () => step(1), k: () => step(-1), p: () => step(-1) });
hear(refresh, (is) => {
  connected = is;
  sayStatus();
});
