// Memory that is used again: what is kept, what is not, and that nobody is handed what somebody else still has.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Slates } from '../../src/message/slates.js';

test('a slate that was wiped is used again, whatever part of it was written on', () => {
  const slates = new Slates();
  const first = slates.take(30_000);
  slates.wipe(first.subarray(2_000));
  const second = slates.take(32_000);
  assert.equal(second.length, 32_000);
  assert.equal(second.buffer, first.buffer);
});

test('nobody is given a slate that another one has', () => {
  const slates = new Slates();
  const [one, other] = [slates.take(100), slates.take(100)];
  assert.notEqual(one.buffer, other.buffer);
  slates.wipe(one);
  const again = slates.take(100);
  assert.equal(again.buffer, one.buffer);
  assert.notEqual(slates.take(100).buffer, one.buffer);
});

test('a slate that is too small makes way for one that is not', () => {
  const slates = new Slates();
  const small = slates.take(5_000);
  slates.wipe(small);
  assert.equal(slates.take(9_000).length, 9_000);
  assert.notEqual(slates.take(5_000).buffer, small.buffer);
});

test('large ones, and others’ memory, are not kept', () => {
  const slates = new Slates();
  const large = slates.take(1_000_000);
  slates.wipe(large);
  assert.notEqual(slates.take(1_000_000).buffer, large.buffer);
  const foreign = Buffer.allocUnsafeSlow(5_000);
  slates.wipe(foreign);
  assert.notEqual(slates.take(1_000).buffer, foreign.buffer);
});

test('what Node keeps for small buffers is not taken for a slate', () => {
  const slates = new Slates();
  const small = Buffer.concat([Buffer.from('a header '), Buffer.from('and a short message')]);
  slates.wipe(small);
  assert.notEqual(slates.take(100).buffer, small.buffer);
});

test('a slate that is given back twice is lent once', () => {
  const slates = new Slates();
  const slate = slates.take(100);
  slates.wipe(slate);
  slates.wipe(slate);
  assert.notEqual(slates.take(100).buffer, slates.take(100).buffer);
});

test('no more than a run has on its way are kept', () => {
  const slates = new Slates();
  const many = Array.from({ length: 300 }, () => slates.take(1_000));
  for (const slate of many) slates.wipe(slate);
  const kept = many
    .map(() => slates.take(1_000))
    .filter(({ buffer }) => many.some((one) => one.buffer === buffer));
  assert.equal(kept.length, 128);
});
