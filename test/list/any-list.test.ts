// Whatever is written by a correct CSV writer is read back as it was; the samples are what they say they are.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { foldColumn } from '../../src/domain/recipient.js';
import { CsvRows } from '../../src/list/csv-rows.js';
import { invalid, readPath, recipients } from './lists.js';

/** Cells of what CSV is about: its own signs, more often than other text. */
const CELL = fc
  .array(
    fc.oneof(
      fc.constantFrom('"', '""', ',', '\n', '\r\n', '\r', ' ', 'é', '🎉', 'a'),
      fc.string({ unit: 'binary' }),
    ),
    {
      maxLength: 6,
    },
  )
  .map((parts) => parts.join(''));

test('any cells are read back as they were written, with their lines, however the octets are cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(CELL, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 8 }),
      fc.constantFrom('\n', '\r\n'),
      fc.integer({ min: 1, max: 40 }),
      async (table, end, size) => {
        const quoted = table.map((cells) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(','));
        const octets = Buffer.from(quoted.map((row) => row + end).join(''));
        const reader = new CsvRows('x', { delimiter: ',', lineEnds: ['\r\n', '\n'] }, 1);
        const rows = [];
        for (let i = 0; i < octets.length; i += size)
          rows.push(...(await reader.write(octets.subarray(i, i + size))));
        rows.push(...(await reader.end()));
        // Octets know no lone surrogates; a generated one has become U+FFFD.
        const expected = table.map((cells) => cells.map((cell) => Buffer.from(cell).toString()));
        assert.deepEqual(
          rows.map((row) => row.cells),
          expected,
        );
        let line = 1;
        for (const [i, row] of rows.entries()) {
          assert.equal(row.line, line);
          line += quoted[i]!.split('\n').length;
          assert.equal(row.lastLine, line - 1);
        }
      },
    ),
    { numRuns: 300 },
  );
});

const sample = (name: string) => fileURLToPath(new URL(`../../samples/${name}`, import.meta.url));

test('both samples serve the same template', async () => {
  for (const name of ['people.csv', 'awkward.csv']) {
    const folded = (await readPath(sample(name))).names.map(foldColumn);
    for (const field of ['first_name', 'city', 'plan'])
      assert.ok(folded.includes(field), `${name}: ${field}`);
  }
});

test('every person of the sample list can be mailed', async () => {
  const read = await readPath(sample('people.csv'));
  assert.equal(recipients(read).length, 13);
  assert.equal(invalid(read).length, 0);
  assert.equal(new Set(recipients(read).map((row) => row.key)).size, 13);
});

test('the awkward sample has a row of every kind', async () => {
  const read = await readPath(sample('awkward.csv'));
  assert.deepEqual(
    invalid(read).map((row) => [row.line, row.reason.replace(/ where.*| needs.*/, '')]),
    [
      [6, 'the address is missing'],
      [7, 'the address has no @'],
      [9, 'the row has 2 cells'],
      [10, 'the row has 7 cells'],
      [16, 'the column "First Name" holds the control character U+0007'],
    ],
  );
  assert.equal(recipients(read).length, 10);
  assert.equal(new Set(recipients(read).map((row) => row.key)).size, 9);
});
