// Which recipients the preview lists: all of them, those that a search finds, or those worth looking at.
// Knows the list's shelf; knows nothing of messages.

import type { RecipientRow } from '../../domain/recipient.js';
import type { PickKind } from '../../list/picks.js';
import type { Found, Shelf } from '../../list/shelf.js';

export interface PeopleQuery {
  /** Stands in one of the values, letters' case aside; empty for everybody. */
  readonly text: string;
  /** Empty for the whole list. */
  readonly pick: PickKind | '';
  /** The place to go on from, 0 at first. */
  readonly from: number;
  /** Entries, at the most. */
  readonly limit: number;
}

export interface People {
  readonly entries: readonly PeopleEntry[];
  /** The place to go on from, -1 when there is nobody more. */
  readonly next: number;
}

export interface PeopleEntry {
  readonly at: number;
  readonly line: number;
  readonly address: string;
  /** What else the row says, as far as it tells people apart. */
  readonly label: string;
  /** What the row was picked for; empty when it was not. */
  readonly why: string;
}

/** `first_name`, `Name`, `Vorname`, `Nachname`, `nombre`. */
const NAME = /name$|^(?:nom|nombre|prénom|prenom|apellidos?)$/i;

/** Characters of a label, at the most. */
const LABEL = 80;

export async function findPeople(shelf: Shelf, query: PeopleQuery): Promise<People> {
  const { text, pick, from, limit } = query;
  if (pick !== '') return { entries: await picked(shelf, pick, text), next: -1 };
  const found = await shelf.find(text, from, limit);
  const last = found.at(-1);
  const next = found.length === limit && last !== undefined && last.at + 1 < shelf.length ? last.at + 1 : -1;
  const { email } = shelf.columns;
  return { entries: found.map((each) => entry(each, '', email)), next };
}

async function picked(shelf: Shelf, pick: PickKind, text: string): Promise<PeopleEntry[]> {
  const entries: PeopleEntry[] = [];
  const wanted = text.trim().toLowerCase();
  for (const { at, why } of shelf.picks()[pick]) {
    const row = await shelf.row(at);
    if (row === undefined) continue;
    if (!Object.values(row.fields).some((value) => value.toLowerCase().includes(wanted))) continue;
    entries.push(entry({ at, row }, why, shelf.columns.email));
  }
  return entries;
}

function entry({ at, row }: Found, why: string, email: string): PeopleEntry {
  return { at, line: row.line, address: row.address, label: labelOf(row, email), why };
}

/** The names where columns are called so, else the first values that are not the address. */
function labelOf({ fields }: RecipientRow, email: string): string {
  const others = Object.entries(fields).filter(([column]) => column !== email);
  const names = others.filter(([column]) => NAME.test(column));
  const [told, between] = names.length > 0 ? [names, ' '] : [others, ' · '];
  return told
    .map(([, value]) => value.trim())
    .filter((value) => value !== '')
    .slice(0, 2)
    .join(between)
    .slice(0, LABEL);
}
