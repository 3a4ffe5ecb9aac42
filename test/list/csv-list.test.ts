// The rows of a list: which become recipients, which are invalid and why, and which lists are refused.

import assert from 'node:assert/strict';
import { readdirSync, readlinkSync } from 'node:fs';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { openList } from '../../src/list/csv-list.js';
import { invalid, listOf, readList, recipients, trouble } from './lists.js';

test('a row becomes a recipient with its line, address, key and every field', async (t) => {
  const read = await readList(t, 'email,name\nAda@Example.COM,Ada\n');
  assert.deepEqual(read.names, ['email', 'name']);
  assert.equal(read.email, 'email');
  const [row] = recipients(read);
  assert.equal(row?.line, 2);
  assert.equal(row?.address, 'Ada@example.com');
  assert.equal(row?.key, 'ada@example.com');
  assert.deepEqual({ ...row?.fields }, { email: 'Ada@Example.COM', name: 'Ada' });
  assert.deepEqual(read.notes, []);
});

test('a byte order mark is no part of the first name', async (t) => {
  assert.deepEqual((await readList(t, '\ufeffemail,name\na@example.com,Ann')).names, ['email', 'name']);
  assert.deepEqual((await readList(t, '\ufeff"email",name\na@example.com,Ann')).names, ['email', 'name']);
});

for (const [name, end] of [
  ['LF', '\n'],
  ['CRLF', '\r\n'],
  ['CR', '\r'],
] as const) {
  test(`${name} ends rows, and lines are counted through quotes and blank lines`, async (t) => {
    const lines = [
      '',
      'email,name',
      '',
      'a@example.com,Ann',
      `b@example.com,"Bo${end}b"`,
      '',
      '',
      'c@example.com,Cy',
    ];
    const read = await readList(t, lines.join(end) + end);
    assert.deepEqual(
      recipients(read).map((row) => [row.line, row.fields.name]),
      [
        [4, 'Ann'],
        [5, `Bo${end}b`],
        [9, 'Cy'],
      ],
    );
  });
}

test('line ends may be mixed', async (t) => {
  const read = await readList(t, 'email,name\na@example.com,Ann\r\nb@example.com,Bob\nc@example.com,Cy');
  assert.deepEqual(
    recipients(read).map((row) => [row.line, row.fields.name]),
    [
      [2, 'Ann'],
      [3, 'Bob'],
      [4, 'Cy'],
    ],
  );
});

test('a lone CR in a list of LF is data', async (t) => {
  const read = await readList(t, 'email,name\na@example.com,An\rn\nb@example.com,Bob\n');
  assert.deepEqual(
    recipients(read).map((row) => [row.line, row.fields.name]),
    [
      [2, 'An\rn'],
      [3, 'Bob'],
    ],
  );
});

test('blanks around names and addresses are taken off, values keep theirs', async (t) => {
  const read = await readList(t, ' email ,\tFirst\n  a@example.com ,  Ann \n');
  assert.deepEqual(read.names, ['email', 'First']);
  assert.equal(recipients(read)[0]?.address, 'a@example.com');
  assert.deepEqual({ ...recipients(read)[0]?.fields }, { email: 'a@example.com', First: '  Ann ' });
});

test('a quote inside an unquoted cell is data, and quoted cells beside it still work', async (t) => {
  const read = await readList(
    t,
    'email,name,size\na@example.com,Ann "Annie" Lee,"5"" x 3"""\nb@example.com,"Bob" Ray,5"\nc@example.com,Cy,7\n',
  );
  assert.deepEqual(
    recipients(read).map((row) => [row.fields.name, row.fields.size]),
    [
      ['Ann "Annie" Lee', '5" x 3"'],
      ['"Bob" Ray', '5"'],
      ['Cy', '7'],
    ],
  );
});

test('too few and too many cells make a row invalid with both counts', async (t) => {
  const read = await readList(
    t,
    'email,name,city,plan\na@example.com,Ann,Rome\nb@example.com,Bob,Rome,free,x\nc@example.com,Cy,Rome,free\n',
  );
  assert.deepEqual(
    invalid(read).map((row) => [row.line, row.address, row.reason]),
    [
      [2, 'a@example.com', 'the row has 3 cells where the header has 4'],
      [3, 'b@example.com', 'the row has 5 cells where the header has 4'],
    ],
  );
  assert.equal(recipients(read).length, 1);
});

test('cells that spreadsheets leave behind do no harm', async (t) => {
  const read = await readList(
    t,
    'email,name,,\na@example.com,Ann,,\nb@example.com,Bob\nc@example.com,Cy,,,,\n,,,\n',
  );
  assert.deepEqual(
    recipients(read).map((row) => row.fields.name),
    ['Ann', 'Bob', 'Cy'],
  );
  assert.equal(invalid(read).length, 0);
  assert.deepEqual(read.notes, [
    '2 columns have no name and cannot be merged.',
    '1 row of blank cells only passed over.',
  ]);
});

test('a row that goes on over lines and has the wrong count of cells says so', async (t) => {
  const read = await readList(
    t,
    'email,name,city\na@example.com,"Ann\nb@example.com,Bob",Rome,x\nc@example.com,Cy,Rome\n',
  );
  assert.match(invalid(read)[0]?.reason ?? '', /has 4 cells where the header has 3; it goes on to line 3/);
});

test('a missing or invalid address makes a row invalid with the reason', async (t) => {
  const read = await readList(t, 'email,name\n,Ann\nbob,Bob\nc@example.com,Cy\njo sé@example.com,José\n');
  assert.deepEqual(
    invalid(read).map((row) => [row.line, row.address, row.reason]),
    [
      [2, '', 'the address is missing'],
      [3, 'bob', 'the address has no @'],
      [5, 'jo sé@example.com', 'the part before the @ is not a valid local part'],
    ],
  );
});

for (const [character, code] of [
  ['\0', '0000'],
  ['\x1b', '001B'],
  ['\x0b', '000B'],
  ['\x7f', '007F'],
  ['\x85', '0085'],
]) {
  test(`U+${code} in any cell makes a row invalid with the column named`, async (t) => {
    const read = await readList(t, `email,name\na@example.com,An${character}n\nb@example.com,Bob\n`);
    assert.deepEqual(
      invalid(read).map((row) => row.reason),
      [`the column "name" holds the control character U+${code}`],
    );
    assert.equal(recipients(read).length, 1);
  });
}

test('tab, CR and LF are data, and so are the separators of Unicode', async (t) => {
  const read = await readList(t, 'email,name\na@example.com,"A\tn\r\nn\u2028e"\n');
  assert.equal(recipients(read)[0]?.fields.name, 'A\tn\r\nn\u2028e');
});

test('an invalid address is shown without control characters, and not at any length', async (t) => {
  const read = await readList(t, `email\na\0\x1b[2Jb@example.com\n${'x'.repeat(300)}\nc@example.com\n`);
  assert.deepEqual(
    invalid(read).map((row) => row.address),
    ['a␀␛[2Jb@example.com', 'x'.repeat(254)],
  );
});

test('columns named as the prototype of objects are plain columns', async (t) => {
  const read = await readList(t, 'email,__proto__,constructor,toString\na@example.com,1,2,3\n');
  const fields = recipients(read)[0]!.fields;
  assert.equal(Object.getPrototypeOf(fields), null);
  assert.deepEqual(Object.entries(fields), [
    ['email', 'a@example.com'],
    ['__proto__', '1'],
    ['constructor', '2'],
    ['toString', '3'],
  ]);
});

test('an internationalised domain becomes A-labels, the field stays as written', async (t) => {
  const [row] = recipients(await readList(t, 'email\npost@bücher.example\n'));
  assert.equal(row?.address, 'post@xn--bcher-kva.example');
  assert.equal(row?.fields.email, 'post@bücher.example');
});

const REFUSED: readonly [what: string, list: string, line: number | undefined, sentence: RegExp][] = [
  ['an empty list', '', undefined, /is empty/],
  ['a list of a byte order mark', '\ufeff', undefined, /is empty/],
  ['a list of blank lines', '\n\r\n\n', undefined, /is empty/],
  ['a list without rows', '\nemail,name\n\n', 2, /no rows/],
  ['a list of blank rows', 'email,name\n,\n , \n', undefined, /nothing but blank rows/],
  [
    'a list without a usable address',
    'email,name\n\nann,Ann\nbob,Bob\n',
    3,
    /None of the 2 rows.*the address has no @.*"email"/,
  ],
  [
    'a quote that the list leaves open',
    'email,name\na@example.com,Ann\nb@example.com,"Bob\nc@example.com,Cy\n',
    3,
    /cell 2 .*not closed before the end/,
  ],
  ['an open quote in the header', 'email,"name\na@example.com,Ann\n', 1, /cell 2 .*not closed/],
  [
    'a quote left open behind a quoted line break',
    'email,name,city\n\na@example.com,"A\r\nnn","Rome\nb@example.com,Bob,Oslo\n',
    4,
    /cell 3 .*not closed/,
  ],
  ['a quote at the very end', 'email,name\na@example.com,Ann\nb@example.com,"', 3, /cell 2 .*not closed/],
  [
    'an open quote that ends in an escape',
    'email,name\na@example.com,Ann\nb@example.com,"x""',
    3,
    /cell 2 .*not closed/,
  ],
];
for (const [what, list, line, sentence] of REFUSED) {
  test(`${what} is refused`, async (t) => {
    await assert.rejects(readList(t, list), trouble('data', line, sentence));
  });
}

test('an unclosed quote that another quote ends is refused where it begins: it hides rows', async (t) => {
  const list =
    'email,name,city\nz@example.com,Zoe,Bonn\na@example.com,"Ann,Rome\nb@example.com,Bob,Oslo\nc@example.com,"Cy",Bern\n';
  await assert.rejects(
    readList(t, list),
    trouble('data', 3, /cell 2 of this row is not closed before line 5/),
  );
  const filler = Array.from({ length: 5000 }, (_, i) => `p${i}@example.com,Person,Rome\n`).join('');
  const far = list.replace('z@example.com,Zoe,Bonn\n', filler).replace('b@example.com,Bob,Oslo\n', filler);
  await assert.rejects(
    readList(t, far),
    trouble('data', 5002, /cell 2 of this row is not closed before line 10003/),
  );
});

test('a quoted text of several lines that begins with a quote is data', async (t) => {
  const read = await readList(t, 'email,name\na@example.com,"""Ann""\nLee"\nb@example.com,Bob\n');
  assert.deepEqual(
    recipients(read).map((row) => [row.line, row.fields.name]),
    [
      [2, '"Ann"\nLee'],
      [4, 'Bob'],
    ],
  );
});

test('an unclosed quote before a long list is refused with bounded memory', async (t) => {
  const rest = 'b@example.com,Bob,Rome\n'.repeat(200_000);
  await assert.rejects(
    readList(t, `email,name,city\n\na@example.com,"Ann,Rome\n${rest}`),
    trouble('data', 3, /cell 2 .*not closed before a megabyte/),
  );
});

test('a row longer than a megabyte is refused, be it one cell or a million', async (t) => {
  const begin = 'email,name\na@example.com,Ann\n\n';
  await assert.rejects(
    readList(t, begin + 'x'.repeat(3_000_000)),
    trouble('data', 4, /longer than a megabyte/),
  );
  await assert.rejects(
    readList(t, begin + ','.repeat(3_000_000)),
    trouble('data', 4, /longer than a megabyte/),
  );
  await assert.rejects(readList(t, 'x'.repeat(3_000_000)), trouble('data', 1, /longer than a megabyte/));
});

test('megabytes of blank lines are passed over and counted', async (t) => {
  const read = await readList(t, `email\na@example.com\n${'\n'.repeat(3_000_000)}b@example.com\n`);
  assert.deepEqual(
    read.rows.map((row) => row.line),
    [2, 3_000_003],
  );
});

test('a column count beyond any spreadsheet is refused', async (t) => {
  const header = Array.from({ length: 50_000 }, (_, i) => `c${i}`).join(',');
  await assert.rejects(readList(t, `email,${header}\n`), trouble('data', 1, /50001 columns/));
});

test('rows come in batches, and lines stay right across pieces of the file', async (t) => {
  const list = ['email,name'];
  for (let i = 0; i < 20_000; i++) list.push(`p${i}@example.com,"${i % 3 === 0 ? 'two\nlines' : 'Zoë ✓'}"`);
  const path = await listOf(t, list.join('\r\n'));
  const opened = await openList({ path, emailColumn: '' });
  let line = 2;
  let row = 0;
  let batches = 0;
  for await (const batch of opened.rows) {
    batches++;
    assert.ok(batch.length < 5000);
    for (const each of batch) {
      assert.equal(each.kind, 'recipient');
      assert.equal(each.line, line);
      if (each.kind === 'recipient') assert.equal(each.address, `p${row}@example.com`);
      line += row % 3 === 0 ? 2 : 1;
      row++;
    }
  }
  assert.equal(row, 20_000);
  assert.ok(batches > 5);
});

test('leaving the rows early, or not reading them, leaves nothing open', async (t) => {
  const path = await listOf(t, `email\n${'a@example.com\n'.repeat(50_000)}`);
  const early = await openList({ path, emailColumn: '' });
  for await (const batch of early.rows) {
    assert.ok(batch.length > 0);
    break;
  }
  const unread = await openList({ path, emailColumn: '' });
  await unread.close();
  // Closing a file takes a turn or two of the event loop.
  for (let turn = 0; turn < 1000 && openFiles().includes(path); turn++) await setImmediate();
  assert.ok(!openFiles().includes(path));
});

/** What this process holds open, as far as the system tells. */
function openFiles(): string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return '';
    }
  });
}
