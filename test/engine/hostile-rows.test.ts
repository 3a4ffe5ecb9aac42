// Whatever stands in a row of a list, wherever the template merges it: the row is refused with a reason, or its message
// has the headers, the recipient, the parts and the markup that anybody's has, and the value can be read in it.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import type { PersonalMessage } from '../../src/engine/letters.js';
import { HEADER_NAMES, SEED } from '../message/awkward.js';
import { type PythonMail, readWithMailparser, readWithPython } from '../message/readers.js';
import { ANY_CELL, asWritten, HOSTILE_CELLS, isUncarried } from './hostile-values.js';
import { HtmlPage } from './html-page.js';
import { MERGE_PLACES, type MergePlace, type ReadMail } from './merge-places.js';
import { type WrittenRow, writeRows } from './written-rows.js';

/** Generated rows in each place, besides the known ones. */
const GENERATED = 40;

const USUAL = HEADER_NAMES.filter((name) => !name.startsWith('List-Unsubscribe'));

function expectedHeaders(place: MergePlace, value: string): string[] {
  const more = place.headers?.(value);
  if (more === undefined) return USUAL;
  return USUAL.toSpliced(USUAL.indexOf(more.behind) + 1, 0, ...more.names);
}

/** What every relay must be able to take, and nothing that ends a message early. */
function assertOctets({ octets }: PersonalMessage): void {
  const text = Buffer.from(octets).toString('latin1');
  assert.doesNotMatch(text, /\r(?!\n)|(?<!\r)\n|[^\t\r\n -~]/, 'octets');
  assert.doesNotMatch(text, /^\./m, 'a line begins with a dot');
  assert.ok(text.endsWith('\r\n') && text.split('\r\n').every((line) => line.length <= 998), 'lines');
}

function assertStructure(python: PythonMail, message: PersonalMessage, headers: readonly string[]): void {
  const { returnPath, recipient } = message.envelope;
  assert.equal(returnPath, 'bounces@example.com');
  assert.equal(recipient, message.delivery.address);
  assert.match(recipient, /^[\w.!#$%&'*+/=?^`{|}~-]+@[a-z0-9.-]+$/);
  assert.deepEqual(python.names, headers);
  assert.deepEqual(python.to, [['', recipient]]);
  assert.deepEqual(python.from, [['News', 'news@example.com']]);
  assert.deepEqual(python.types, ['multipart/alternative', 'text/plain', 'text/html']);
  assert.deepEqual(python.defects, []);
}

async function read(message: PersonalMessage, python: PythonMail): Promise<ReadMail> {
  const mailparser = await readWithMailparser(message.octets);
  const html = python.html!;
  assert.deepEqual(
    mailparser.headerLines.map(({ key }) => key),
    python.names.map((name) => name.toLowerCase()),
  );
  assert.equal(mailparser.attachments.length, 0);
  return { python, mailparser, page: new HtmlPage(html), outlook: HtmlPage.asOutlook(html) };
}

/** Reads the messages, and tells an assertion that fails which value it was. */
async function judge(
  rows: readonly WrittenRow[],
  values: readonly string[],
  each: (value: string, message: PersonalMessage, python: PythonMail) => Promise<void>,
  refused: (value: string, reason: string) => void,
): Promise<{ written: number; refused: number }> {
  const messages = rows.flatMap((row) => ('message' in row ? [row.message] : []));
  const pythons = await readWithPython(messages.map(({ octets }) => octets));
  let written = 0;
  for (const [index, row] of rows.entries()) {
    const value = values[index]!;
    try {
      if ('message' in row) await each(value, row.message, pythons[written++]!);
      else refused(value, row.reason);
    } catch (error) {
      throw new Error(`row ${index}: ${JSON.stringify(value.slice(0, 300))} (SEED ${SEED}): ${error}`, { cause: error });
    }
  }
  return { written, refused: rows.length - written };
}

async function tryPlace(place: MergePlace, t: TestContext): Promise<void> {
  const generated = fc.sample(ANY_CELL, { seed: SEED, numRuns: GENERATED });
  const values = [place.benign, ...HOSTILE_CELLS, ...generated].map(asWritten);
  const rows = await writeRows({
    columns: ['email', 'value'],
    rows: values.map((value, index) => [`p${index}@example.org`, value]),
    template: place.template,
    text: place.text,
    settings: place.settings ?? {},
  });
  let usual: ReadMail | undefined;
  const { written, refused } = await judge(
    rows,
    values,
    async (value, message, python) => {
      assertOctets(message);
      assertStructure(python, message, expectedHeaders(place, value));
      const mail = await read(message, python);
      usual ??= mail;
      assert.equal(mail.page.shape, usual.page.shape);
      assert.equal(mail.outlook.shape, usual.outlook.shape);
      place.check(mail, value);
    },
    (value, reason) => {
      if (isUncarried(value)) return assert.match(reason, /the column "value" holds the control character U\+/);
      assert.ok(place.mustFit !== undefined && !place.mustFit(value), `refused: ${reason}`);
      assert.match(reason, /^(?:value|unsubscribe_url) is /);
    },
  );
  t.diagnostic(`${place.name}: ${written} messages, ${refused} rows refused`);
  assert.ok(written > 4 && refused > 4);
}

test('a row of hostile cells is refused with a reason, or its message holds them as plain values', async (t) => {
  t.diagnostic(`MAILBLAST_SEED=${SEED}`);
  for (const place of MERGE_PLACES) await t.test(place.name, (inner) => tryPlace(place, inner));
});
