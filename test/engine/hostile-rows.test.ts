// Whatever stands in a row of a list, wherever the template merges it: the row is refused with a reason, or its message
// has the headers, the recipient, the parts and the markup that anybody's has, and the value can be read in it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { domainToASCII } from 'node:url';
import fc from 'fast-check';
import type { PersonalMessage } from '../../src/engine/letters.js';
import { HEADER_NAMES, SEED } from '../message/awkward.js';
import { type PythonMail, readWithMailparser, readWithPython } from '../message/readers.js';
import { ANY_CELL, asLines, asWritten, HOSTILE_CELLS, isUncarried } from './hostile-values.js';
import { HtmlPage } from './html-page.js';
import { LINK_PLACES } from './link-places.js';
import type { MergePlace, ReadMail } from './merge-place.js';
import { WORD_PLACES } from './word-places.js';
import { type WrittenRow, writeRows } from './written-rows.js';

/** Generated rows in each place, besides the known ones. */
const GENERATED = 16;

const ADDRESS_SHOWN = `<mjml><mj-head><mj-title>News</mj-title></mj-head><mj-body><mj-section><mj-column>
<mj-text><span id="here">[{{email}}]</span></mj-text>
</mj-column></mj-section></mj-body></mjml>`;

const USUAL = HEADER_NAMES.filter((name) => !name.startsWith('List-Unsubscribe'));

function expectedHeaders(place: MergePlace, value: string): string[] {
  const more = place.headers?.(value);
  if (more === undefined) return USUAL;
  return USUAL.toSpliced(USUAL.indexOf(more.behind) + 1, 0, ...more.names);
}

/** What every relay must be able to take, and nothing that ends a message early. `To` alone may need SMTPUTF8. */
function assertOctets({ octets, envelope }: PersonalMessage): void {
  const to = Buffer.from(`\r\nTo: ${envelope.recipient}\r\n`).toString('latin1');
  const text = Buffer.from(octets).toString('latin1').replace(to, '\r\nTo: \r\n');
  assert.doesNotMatch(text, /\r(?!\n)|(?<!\r)\n|[^\t\r\n -~]/, 'octets');
  assert.doesNotMatch(text, /^\./m, 'a line begins with a dot');
  assert.ok(text.endsWith('\r\n') && text.split('\r\n').every((line) => line.length <= 998), 'lines');
}

function assertStructure(python: PythonMail, message: PersonalMessage, headers: readonly string[]): void {
  const { returnPath, recipient } = message.envelope;
  assert.equal(returnPath, 'bounces@example.com');
  assert.equal(recipient, message.delivery.address);
  assert.match(recipient, /^[^\s\p{C}<>()[\]\\,;:@"]+@[a-z0-9.-]+$/u);
  assert.deepEqual(python.names, headers);
  assert.deepEqual(python.to, [['', recipient]]);
  assert.deepEqual(python.from, [['News', 'news@example.com']]);
  assert.deepEqual(python.types, ['multipart/alternative', 'text/plain', 'text/html']);
  assert.deepEqual(python.defects, [], recipient);
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

interface TriedPlace {
  readonly place: MergePlace;
  readonly values: readonly string[];
  readonly rows: readonly WrittenRow[];
}

async function tryPlace(place: MergePlace): Promise<TriedPlace> {
  const generated = fc.sample(ANY_CELL, { seed: SEED, numRuns: GENERATED });
  const values = [place.benign, ...HOSTILE_CELLS, ...generated].map(asWritten);
  const rows = await writeRows({
    columns: ['email', 'value'],
    rows: values.map((value, index) => [`p${index}@example.org`, value]),
    template: place.template,
    text: place.text,
    settings: place.settings ?? {},
  });
  return { place, values, rows };
}

async function judge({ place, values, rows }: TriedPlace, pythons: Iterator<PythonMail>): Promise<string> {
  let usual: ReadMail | undefined;
  let refused = 0;
  for (const [index, row] of rows.entries()) {
    const value = values[index]!;
    try {
      if ('reason' in row) {
        refused++;
        assertMayBeRefused(place, value, row.reason);
        continue;
      }
      const python = pythons.next().value as PythonMail;
      assertOctets(row.message);
      assertStructure(python, row.message, expectedHeaders(place, value));
      const mail = await read(row.message, python);
      usual ??= mail;
      assert.equal(mail.page.shape, usual.page.shape);
      assert.equal(mail.outlook.shape, usual.outlook.shape);
      place.check(mail, value);
    } catch (error) {
      const shown = JSON.stringify(value.slice(0, 300));
      throw new Error(`${place.name}, row ${index}: ${shown}: ${error}`, { cause: error });
    }
  }
  const written = rows.length - refused;
  assert.ok(written > 4 && refused > 4, `${written} written, ${refused} refused`);
  return `${place.name}: ${written} messages, ${refused} rows refused`;
}

function assertMayBeRefused(place: MergePlace, value: string, reason: string): void {
  if (isUncarried(value)) {
    assert.match(reason, /the column "value" holds the control character U\+/);
    return;
  }
  assert.ok(place.mustFit !== undefined && !place.mustFit(value), `refused: ${reason}`);
  assert.match(reason, /^(?:value|unsubscribe_url) is /);
}

/** Python takes most of the time, and its processes run beside each other. */
async function readAll(rows: readonly WrittenRow[]): Promise<PythonMail[]> {
  const octets = rows.flatMap((row) => ('message' in row ? [row.message.octets] : []));
  const half = Math.ceil(octets.length / 2);
  const read = await Promise.all([readWithPython(octets.slice(0, half)), readWithPython(octets.slice(half))]);
  return read.flat();
}

test('a row of hostile cells is refused with a reason, or its message holds them as plain values', async (t) => {
  t.diagnostic(`MAILBLAST_SEED=${SEED}`);
  const tried: TriedPlace[] = [];
  for (const place of [...WORD_PLACES, ...LINK_PLACES]) tried.push(await tryPlace(place));
  const pythons = (await readAll(tried.flatMap(({ rows }) => rows))).values();
  for (const place of tried) t.diagnostic(await judge(place, pythons));
});

/** Python's older parser, which reads addresses right, knows ASCII only. */
function isAscii(row: WrittenRow): boolean {
  return !('message' in row) || /^[!-~]*$/.test(row.message.envelope.recipient);
}

test('a hostile address is refused with a reason, or it is one address and goes nowhere else', async (t) => {
  t.diagnostic(`MAILBLAST_SEED=${SEED}`);
  const cells = fc.sample(ANY_CELL, { seed: SEED, numRuns: 100 });
  const addresses = [...HOSTILE_CELLS, ...cells].flatMap((cell, index) => [
    cell,
    `${cell}@example.org`,
    `p${index}@${cell}.example.org`,
    `<p${index}@example.org>${cell}`,
    `p${index}@example.org${cell}`,
  ]);
  const written = ['ada@example.org', ...addresses].map(asWritten);
  const rows = await writeRows({
    columns: ['email', 'number'],
    rows: written.map((address, index) => [address, String(index)]),
    template: ADDRESS_SHOWN,
    text: undefined,
    settings: {},
  });
  const pythons = (await readAll(rows.filter(isAscii))).values();
  const to = new Set<string>();
  for (const [index, row] of rows.entries()) {
    if ('reason' in row) {
      assert.notEqual(row.reason, '', JSON.stringify(written[index]));
      continue;
    }
    const { recipient } = row.message.envelope;
    assertOctets(row.message);
    if (isAscii(row)) assertStructure(pythons.next().value as PythonMail, row.message, USUAL);
    const read = await readWithMailparser(row.message.octets);
    const sent = [read.to].flat().flatMap((header) => header?.value ?? []);
    const shown = sent.map(({ address = '', name }) => [name, address.replace(/[^@]+$/, domainToASCII)]);
    assert.deepEqual(shown, [['', recipient]]);
    assert.deepEqual(
      read.headerLines.map(({ key }) => key),
      USUAL.map((name) => name.toLowerCase()),
    );
    assert.equal(new HtmlPage(String(read.html)).text('#here'), `[${asLines(written[index]!.trim())}]`);
    to.add(recipient.toLowerCase());
  }
  const messages = rows.filter((row) => 'message' in row).length;
  t.diagnostic(`${messages} messages, ${rows.length - messages} rows refused`);
  assert.equal(to.size, messages, 'somebody would be mailed twice');
  assert.ok(messages > 20);
});

test('columns named as parts of objects are plain columns', async () => {
  const columns = ['email', '__proto__', 'constructor', 'hasOwnProperty', 'toString', 'length', 'this'];
  const tags = columns.map((column) => `{{[${column}]}}`).join('|');
  const values = columns.map((column) => `${column}@example.org`);
  const [row] = await writeRows({
    columns,
    rows: [values],
    template: ADDRESS_SHOWN.replace('{{email}}', tags),
    text: undefined,
    settings: { subject: tags },
  });
  assert.ok(row && 'message' in row);
  const [python] = await readWithPython([row.message.octets]);
  assert.equal(new HtmlPage(python!.html!).text('#here'), `[${values.join('|')}]`);
  assert.equal(python!.subject, values.join('|'));
});
