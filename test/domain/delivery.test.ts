// The state machine: what no attempt can do to a delivery.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENDED, MARK_MOVES, OUTCOME_MOVES, STATES } from '../../src/domain/delivery.js';

const MOVES = Object.entries(OUTCOME_MOVES);

test('no attempt moves a delivery that has ended, or that is in doubt: that is for the user’s word alone', () => {
  for (const [to, from] of MOVES) {
    for (const state of from) {
      assert.ok(!ENDED.includes(state) && state !== 'in_doubt', `${state} becomes ${to}`);
    }
  }
  for (const state of MARK_MOVES)
    assert.ok(!ENDED.includes(state) && state !== 'in_doubt', `${state} is marked`);
});

test('only what was marked is accepted or in doubt, and what is marked is not marked again', () => {
  assert.deepEqual(OUTCOME_MOVES.accepted, ['transmitting']);
  assert.deepEqual(OUTCOME_MOVES.in_doubt, ['transmitting']);
  assert.ok(!MARK_MOVES.includes('transmitting'));
});

test('every state that a delivery can come to by itself is one that it can be shown in', () => {
  for (const [to, from] of MOVES)
    for (const state of [to, ...from]) assert.ok(STATES.some((each) => each === state));
});
