// What stands in a message's views: its head, and the panels that need no frame. Elements are made of facts, and keep
// nothing.

import type { Finding, MailFacts } from '../wire.js';
import { count, make, size } from './dom.js';

/** Gmail shows no more of a message's HTML than this many octets. */
const GMAIL_LIMIT = 102 * 1024;

export function head(facts: MailFacts): Node[] {
  const { htmlOctets, octets } = facts;
  const clipped = htmlOctets > GMAIL_LIMIT;
  return [
    make(
      'h2',
      { class: facts.subject === '' ? 'missing' : '' },
      facts.subject === '' ? 'No subject' : facts.subject,
    ),
    make(
      'p',
      { class: 'people' },
      make('span', { class: 'from' }, facts.from),
      ' to ',
      make('span', { class: 'to' }, facts.to === '' ? facts.recipients.join(', ') : facts.to),
    ),
    make(
      'p',
      { class: clipped ? 'sizes wrong' : 'sizes' },
      `${size(octets)}, of it ${size(htmlOctets)} HTML${clipped ? ': Gmail hides what is beyond 102 kB' : ''}`,
    ),
  ];
}

export function headerTable(facts: MailFacts): HTMLElement {
  const row = ([name, value]: readonly [string, string]) =>
    make('tr', {}, make('th', { scope: 'row' }, name), make('td', {}, value));
  const part = (title: string, rows: readonly (readonly [string, string])[]) =>
    make(
      'tbody',
      {},
      make('tr', { class: 'part' }, make('th', { colspan: '2', scope: 'rowgroup' }, title)),
      ...rows.map(row),
    );
  const envelope = [
    ['MAIL FROM', `<${facts.returnPath}>`],
    ...facts.recipients.map((recipient) => ['RCPT TO', `<${recipient}>`] as const),
  ] as const;
  return make('table', {}, part('Envelope', envelope), part('Headers', facts.headers));
}

export function attachmentList(facts: MailFacts, query: Readonly<Record<string, string>>): HTMLElement {
  if (facts.attachments.length === 0) return empty('Nothing is attached.');
  return make(
    'ul',
    { class: 'attached' },
    ...facts.attachments.map(({ name, type, octets, inline }, number) => {
      const address = `attachment?${new URLSearchParams({ ...query, number: String(number) })}`;
      const about = `${type}, ${size(octets)}${inline ? ', shown in the HTML' : ''}`;
      return make('li', {}, make('a', { href: address, download: name }, name), ' ', make('span', {}, about));
    }),
  );
}

const LEVELS = { error: 'Error', warning: 'Warning', note: 'Note' } as const;

export function findingList(findings: readonly Finding[] | undefined): Node[] {
  if (findings === undefined) return [empty('Nothing checks the content here yet.')];
  if (findings.length === 0) return [empty('Nothing to mend was found.')];
  const order = Object.keys(LEVELS);
  return [...findings]
    .sort((a, b) => order.indexOf(a.level) - order.indexOf(b.level))
    .map(({ level, rule, where, sentence, mend }) =>
      make(
        'article',
        { class: `finding ${level}` },
        make('p', {}, make('strong', {}, LEVELS[level]), ' ', sentence),
        ...(mend === '' ? [] : [make('p', { class: 'mend' }, mend)]),
        make('p', { class: 'rule' }, [where, rule].filter((part) => part !== '').join(' · ')),
      ),
    );
}

export function empty(sentence: string): HTMLElement {
  return make('p', { class: 'empty' }, sentence);
}

export function picturesInWords(number: number): string {
  if (number === 0) return 'The message loads no images from elsewhere.';
  return `The message would load ${number === 1 ? '1 image' : `${count(number)} images`} from elsewhere.`;
}
