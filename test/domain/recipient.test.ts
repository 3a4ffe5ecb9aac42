// The folded form of a column's name, by which a template may call it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldColumn } from '../../src/domain/recipient.js';

const FOLDED: readonly [name: string, folded: string][] = [
  ['first_name', 'first_name'],
  ['First Name', 'first_name'],
  ['  FIRST -- NAME!! ', 'first_name'],
  ['E-Mail', 'e_mail'],
  ['Prénom', 'prénom'],
  ['Pre\u0301nom', 'prénom'],
  ['Имя', 'имя'],
  ['पहला नाम', 'पहला_नाम'],
  ['2024', '2024'],
  ['???', ''],
  ['', ''],
  ['__proto__', 'proto'],
];
for (const [name, folded] of FOLDED) {
  test(`${JSON.stringify(name)} answers to ${JSON.stringify(folded)}`, () =>
    assert.equal(foldColumn(name), folded));
}

test('folding a folded name changes nothing', () => {
  for (const [, folded] of FOLDED) assert.equal(foldColumn(folded), folded);
});
