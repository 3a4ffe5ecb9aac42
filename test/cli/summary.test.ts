// The table that a terminal gets: every line fits, wide characters count two columns, and a small share is still seen.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import stringWidth from 'string-width';
import { countsTable, factsTable } from '../../src/cli/summary.js';
import { forTerminals, type Terminal, wrapped } from '../../src/cli/terminal.js';

const plain = (width: number): Terminal => ({ width, ink: (_, text) => text });

test('counts have their shares, and what is nobody is left out', () => {
  const rows = [
    { label: 'accepted', count: 1180, ink: 'green' },
    { label: 'deferred', count: 0, ink: 'yellow' },
    { label: 'rejected', count: 1, ink: 'red' },
  ] as const;
  assert.deepEqual(countsTable(rows, plain(80)), [
    `  accepted  1,180   99.9 %  ${'█'.repeat(32)}`,
    '  rejected      1    0.1 %  ▏',
  ]);
});

test('lines fit terminals of any width, also with wide characters', () => {
  const rows = [{ label: 'messages', count: 1_000_000, ink: 'green' }] as const;
  for (const width of [48, 80, 110]) {
    const facts = factsTable(
      [
        ['subject', '新しいお知らせ '.repeat(20)],
        ['from', 'a'],
      ],
      plain(width),
    );
    for (const line of [
      ...countsTable(rows, plain(width)),
      ...facts,
      ...wrapped('新しい お知らせ '.repeat(20), width, '  '),
    ]) {
      assert.ok(stringWidth(line) <= width, `${stringWidth(line)} > ${width}: ${line}`);
    }
  }
});

test('what a terminal would obey is taken out of facts', () => {
  assert.equal(forTerminals('a\u001b[2Jb\u202ec'), 'a?[2Jb?c');
  assert.equal(factsTable([['subject', 'a\u001b[2J']], plain(80))[0]?.includes('\u001b'), false);
});
