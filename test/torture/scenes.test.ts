// Every scene that the torture has to hold has its rows and its tests: none is lost unseen.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import type { Row } from './row.js';
import { ROWS } from './rows.js';
import { SCENES } from './scenes.js';

const matching = (part: string): Row[] => {
  const [beginning = '', end = ''] = part.split('%');
  return ROWS.filter(({ name }) => {
    const at = name.indexOf(beginning);
    return at >= 0 && name.indexOf(end, at + beginning.length) >= 0;
  });
};

for (const { scene, rows = [], tests = [] } of SCENES) {
  test(`${scene}: ${rows.length} kinds of rows, ${tests.length} tests beside them`, () => {
    for (const part of rows) assert.ok(matching(part).length > 0, `no row: ${part}`);
    for (const file of tests) assert.ok(existsSync(new URL(`../../${file}`, import.meta.url)), file);
  });
}

test('every row has a name of its own, its expected end beside it, and a way to be begun', () => {
  assert.equal(new Set(ROWS.map(({ name }) => name)).size, ROWS.length);
  for (const { name, end } of ROWS) assert.ok(end.length > 0, name);
});
