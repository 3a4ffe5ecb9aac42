// Lists as large as asked for, of people who do not exist: the same ones each time.

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

export const COLUMNS = ['email', 'first_name', 'last_name', 'city', 'plan'] as const;

export type Person = Readonly<Record<(typeof COLUMNS)[number], string>>;

const FIRST = ['Ada', 'Béla', 'Chiara', 'Dmitri', 'Eszter', 'François', 'Grace', 'Hanna', 'Íñigo', 'Jürgen'];
const LAST = ['Adebayo', 'Baumgartner', "O'Connor", 'Dvořák', 'Eriksson', 'Fernández', 'Großmann', 'Ito'];
const CITY = [
  'Aarhus',
  'Bordeaux',
  'Ciudad de México',
  'Düsseldorf',
  'Edinburgh',
  'Frankfurt am Main',
  'Łódź',
];
const PLAN = ['free', 'plus', 'pro'];

/** The person on row `number`, counted from 0. Addresses come in no order, as in a list that people signed up for. */
export function person(number: number): Person {
  const first_name = FIRST[number % FIRST.length]!;
  const last_name = LAST[number % LAST.length]!;
  // A multiplication by an odd number modulo 2^32 maps no two numbers to one.
  const scattered = Math.imul(number, 2_654_435_761) >>> 0;
  return {
    email: `${scattered.toString(36)}.reader@mail${number % 500}.example.org`,
    first_name,
    last_name,
    city: CITY[number % CITY.length]!,
    plan: PLAN[number % PLAN.length]!,
  };
}

/** For lists of people who are all at one domain. */
export const ONE_DOMAIN = 'mail.example.org';

/** Writes a CSV list, of people at 500 domains or at one. Resolves with its size in octets. */
export async function writeList(path: string, people: number, domain?: string): Promise<number> {
  const file = createWriteStream(path);
  file.write(`${COLUMNS.join(',')}\n`);
  for (let number = 0; number < people; ) {
    let rows = '';
    for (const end = Math.min(people, number + 1000); number < end; number++) {
      const row = at(person(number), domain);
      rows += `${COLUMNS.map((column) => row[column]).join(',')}\n`;
    }
    if (!file.write(rows)) await once(file, 'drain');
  }
  file.end();
  await finished(file);
  return file.bytesWritten;
}

function at(row: Person, domain: string | undefined): Person {
  return domain === undefined ? row : { ...row, email: row.email.replace(/@.*/, `@${domain}`) };
}
