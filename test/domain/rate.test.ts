import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Bucket, parseRate } from '../../src/domain/rate.js';

test('a rate is read per second, minute, hour and day, and unlimited', () => {
  assert.equal(parseRate('10/s'), 10);
  assert.equal(parseRate('600/m'), 10);
  assert.equal(parseRate('1800/h'), 0.5);
  assert.equal(parseRate('0.5/s'), 0.5);
  assert.equal(parseRate('unlimited'), Number.POSITIVE_INFINITY);
});

test('what is no rate is not taken for one', () => {
  for (const text of ['', '10', '10/', '/s', '-1/s', '0/s', '10/w', 'ten/s', '1e3/s']) {
    assert.equal(parseRate(text), undefined, text);
  }
});

test('below 100 a second the bucket holds one token: no burst at the start, none after a pause', () => {
  const bucket = new Bucket(10, 0);
  assert.deepEqual([bucket.take(0), bucket.take(0), bucket.take(0)], [0, 100, 200]);
  const paused = new Bucket(10, 0);
  paused.take(0);
  assert.deepEqual([paused.take(5_000), paused.take(5_000)], [5_000, 5_100]);
});

test('at 1000 a second the bucket holds ten tokens', () => {
  const bucket = new Bucket(1000, 0);
  const moments = Array.from({ length: 12 }, () => bucket.take(1_000));
  assert.equal(moments.filter((moment) => moment <= 1_000).length, 10);
  assert.equal(moments[10], 1_001);
});

test('an unlimited bucket never makes anybody wait', () => {
  const bucket = new Bucket(Number.POSITIVE_INFINITY, 0);
  for (let i = 0; i < 1000; i++) assert.equal(bucket.take(7), 7);
});

test('it tells how many tokens could be taken now', () => {
  const bucket = new Bucket(1000, 0);
  assert.equal(bucket.tokens(100), 10);
  for (let taken = 0; taken < 4; taken++) bucket.take(100);
  assert.equal(bucket.tokens(100), 6);
  assert.equal(bucket.tokens(102), 8);
  for (let taken = 0; taken < 8; taken++) bucket.take(102);
  assert.equal(bucket.tokens(102), 0);
  assert.equal(new Bucket(Number.POSITIVE_INFINITY, 0).tokens(0), Number.POSITIVE_INFINITY);
});

test('over any window of w seconds at most rate × w + 1 tokens fall due', () => {
  const bucket = new Bucket(20, 0);
  const taken: number[] = [];
  let now = 0;
  for (let i = 0; i < 500; i++) {
    now = Math.max(now + (i % 7), bucket.take(now));
    taken.push(now);
  }
  for (const start of taken) {
    const inWindow = taken.filter((at) => at >= start && at < start + 1_000).length;
    assert.ok(inWindow <= 21, `${inWindow} in the second from ${start}`);
  }
});
