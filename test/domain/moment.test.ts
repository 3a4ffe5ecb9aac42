// Moments with their offset, and what is none.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMoment } from '../../src/domain/moment.js';

test('a moment is read with its offset', () => {
  assert.equal(parseMoment('2026-12-01T12:00+01:00'), Date.UTC(2026, 11, 1, 11));
  assert.equal(parseMoment(' 2026-12-01t12:00:30z '), Date.UTC(2026, 11, 1, 12, 0, 30));
  assert.equal(parseMoment('2026-12-31T23:30-05:30'), Date.UTC(2027, 0, 1, 5));
});

test('what names no moment is refused: no offset, no such day, no such time', () => {
  for (const text of [
    '2026-12-01T12:00',
    '2026-12-01',
    'tomorrow',
    '2026-02-30T12:00Z',
    '2026-13-01T12:00Z',
    '2026-12-01T24:01Z',
    '2026-12-01T12:61Z',
    '2026-12-01T12:00+25:00',
    '',
  ]) {
    assert.equal(parseMoment(text), undefined, text);
  }
});
