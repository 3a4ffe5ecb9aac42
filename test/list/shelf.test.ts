// A list's rows at hand by number, found by text, and picked for what is worth looking at.

import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import fc from 'fast-check';
import { MailblastError } from '../../src/domain/errors.js';
import { Shelf } from '../../src/list/shelf.js';
import { listOf, readPath } from './lists.js';

async function shelve(path: string): Promise<Shelf> {
  const shelf = await Shelf.open({ path, emailColumn: '' });
  await shelf.filled;
  return shelf;
}

test('every usable row is at hand by its number, as the reader gives it', async (t) => {
  const path = await listOf(
    t,
    'email;First Name;note\na@example.com;Ada;"two\nlines ""quoted"""\nnobody;x;\nß@bücher.example;Zoë;😀 \u2028 \\ "\n',
  );
  const { rows } = await readPath(path);
  const usable = rows.filter((row) => row.kind === 'recipient');
  const shelf = await shelve(path);
  assert.equal(shelf.length, 2);
  assert.equal(shelf.invalid, 1);
  for (const [at, row] of usable.entries()) assert.deepEqual({ ...(await shelf.row(at)) }, { ...row });
  assert.equal(await shelf.row(2), undefined);
  assert.equal(await shelf.row(-1), undefined);
  shelf.close();
});

test('a row that the reader has not come to yet is waited for', async (t) => {
  const people = Array.from({ length: 30_000 }, (_, number) => `p${number}@example.org,Person ${number}\n`);
  const shelf = await Shelf.open({
    path: await listOf(t, `email,name\n${people.join('')}`),
    emailColumn: '',
  });
  assert.ok(!shelf.complete);
  assert.equal((await shelf.row(29_999))?.address, 'p29999@example.org');
  shelf.close();
});

test('a search finds a text in any value, whatever the case of its letters, and goes on where it stopped', async (t) => {
  const people = Array.from(
    { length: 5_000 },
    (_, number) => `p${number}@example.org,"Per""son" ÄÖ ${number}\n`,
  );
  const shelf = await shelve(await listOf(t, `email,name\n${people.join('')}`));
  const first = await shelf.find('per"SON" äö 49', 0, 3);
  assert.deepEqual(
    first.map(({ at }) => at),
    [49, 490, 491],
  );
  const more = await shelf.find('per"SON" äö 49', first.at(-1)!.at + 1, 200);
  assert.equal(first.length + more.length, 111);
  assert.equal((await shelf.find('","', 0, 10)).length, 0, 'what JSON writes between values is no value');
  assert.equal(await shelf.placeOf('p4321@example.org'), 4321);
  assert.equal(await shelf.placeOf('p9999@example.org'), undefined);
  shelf.close();
});

test('any values come back as they were', async (t) => {
  const cell = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !/[\p{Cc}\p{Cs}]/u.test(text));
  await fc.assert(
    fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 20 }), async (cells) => {
      const quoted = cells.map((text, number) => `p${number}@example.org,"${text.replaceAll('"', '""')}"\n`);
      const shelf = await shelve(await listOf(t, `email,text\n${quoted.join('')}`));
      for (const [at, text] of cells.entries()) assert.equal((await shelf.row(at))?.fields.text, text);
      shelf.close();
    }),
    { numRuns: 20 },
  );
});

test('nothing of a list stays behind in the temporary folder', async (t) => {
  const path = await listOf(t, 'email,name\nada@example.com,Ada\n');
  const before = new Set(readdirSync(tmpdir()));
  const shelf = await shelve(path);
  const left = readdirSync(tmpdir()).filter(
    (name) => !before.has(name) && existsSync(`${tmpdir()}/${name}/rows`),
  );
  assert.deepEqual(left, []);
  shelf.close();
});

test('a list that breaks off in a quote keeps the rows before it, and says where', async (t) => {
  const shelf = await Shelf.open({
    path: await listOf(t, 'email,name\na@example.com,Ada\nb@example.com,"Bob\n'),
    emailColumn: '',
  });
  await assert.rejects(shelf.filled, (error) => error instanceof MailblastError && error.place.line === 3);
  assert.ok(shelf.complete);
  assert.equal((await shelf.row(0))?.address, 'a@example.com');
  shelf.close();
});

test('picks are the longest values, the emptiest rows and awkward characters, each with its reason', async (t) => {
  const plain = Array.from({ length: 3_000 }, (_, number) => `p${number}@example.org,Person,Town\n`).join('');
  const shelf = await shelve(
    await listOf(
      t,
      `email,name,city\n${plain}long@example.org,${'x '.repeat(60)}end,Town\nempty@example.org,,\nhalf@example.org,,Town\n` +
        'rtl@example.org,ليلى,Town\nmarkup@example.org,{{city}} <b>,Town\nzero@example.org,A\u200bda,Town\n',
    ),
  );
  const { longest, emptiest, awkward } = shelf.picks();
  assert.equal(longest[0]?.address, 'long@example.org');
  assert.match(longest[0]!.why, /name has 123 characters/);
  assert.deepEqual(
    emptiest.map(({ address, why }) => [address, why]),
    [
      ['empty@example.org', 'empty: name, city'],
      ['half@example.org', 'empty: name'],
    ],
  );
  const reasons = new Map(awkward.map(({ address, why }) => [address, why]));
  assert.equal(reasons.get('zero@example.org'), 'name has invisible characters');
  assert.equal(reasons.get('rtl@example.org'), 'name has text from right to left');
  assert.equal(reasons.get('markup@example.org'), 'name has markup or merge tags');
  assert.ok(![...reasons.keys()].some((address) => address.startsWith('p')), 'plain rows are not picked');
  shelf.close();
});
