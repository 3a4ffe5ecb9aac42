// What stops a run before the list is burnt.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Brake, parseShare, refusalOf } from '../../src/domain/brake.js';
import type { Reply } from '../../src/domain/reply.js';

const no = (text: string, code = 550): Reply => ({ code, enhanced: '5.7.1', text });
const yes: Reply = { code: 250, enhanced: '', text: 'ok' };

/** Ends by one letter each: `a` accepted, `r` rejected with words of its own, `e` expired. */
function after(brake: Brake, ends: string): (string | undefined)[] {
  const words = 'abcdefghijklmnopqrstuvwxyz';
  return [...ends].map((end, i) =>
    end === 'a'
      ? brake.ended('accepted', yes, 'example.org')
      : brake.ended(end === 'r' ? 'rejected' : 'expired', no(`${words[i % 26]} says no`), 'example.org'),
  );
}

test('the share of refusals counts from 50 ends on, and only when it is exceeded', () => {
  assert.ok(after(new Brake(0.1), 'r'.repeat(49)).every((why) => why === undefined));
  assert.match(
    after(new Brake(0.1), 'r'.repeat(50)).at(-1)!,
    /^50 of the last 50 .* --max-rejected 10%; .* "550/,
  );
  assert.equal(after(new Brake(0.1), `${'a'.repeat(45)}rrrrr`).at(-1), undefined);
  assert.match(after(new Brake(0.1), `${'a'.repeat(45)}rrrrrr`).at(-1)!, /^6 of the last 51/);
  assert.match(after(new Brake(0.005), `${'a'.repeat(60)}r`).at(-1)!, /--max-rejected 0.5%/);
});

test('only the last 200 ends count, and what expired is an end and no refusal', () => {
  const brake = new Brake(0.1);
  const ends = `${'a'.repeat(180)}${'r'.repeat(20)}${'e'.repeat(180)}`;
  assert.ok(after(brake, ends).every((why) => why === undefined));
  // 19 of the old ones are still among the last 200.
  assert.equal(after(brake, 'r').at(-1), undefined);
});

test('the same refusal from 20 domains in a row stops, whatever is personal in it', () => {
  const brake = new Brake(0.5);
  const say = (n: number, state: 'rejected' | 'accepted' = 'rejected') =>
    brake.ended(
      state,
      no(
        `Mail to <p${n}@d${n}.example> blocked (id A${n}-x, mx${n}.d${n}.example), see https://x.example/${n}`,
      ),
      `d${n}.example`,
    );
  for (let n = 0; n < 19; n++) assert.equal(say(n), undefined);
  // The same domains again tell nothing new.
  for (let n = 0; n < 19; n++) assert.equal(say(n), undefined);
  assert.match(
    say(19)!,
    /^The same refusal came from 20 domains in a row, the last time as "550 5.7.1 Mail to <p19@/,
  );
});

test('an acceptance or other words begin the row anew', () => {
  const brake = new Brake(0.9);
  const refuse = (n: number, text = 'blocked') => brake.ended('rejected', no(text), `d${n}.example`);
  for (let n = 0; n < 19; n++) refuse(n);
  brake.ended('accepted', yes, 'd20.example');
  for (let n = 20; n < 39; n++) assert.equal(refuse(n), undefined);
  assert.equal(refuse(39, 'no such user'), undefined);
  assert.equal(refuse(40), undefined);
});

test('100% is no brake, and states that are no ends are not counted', () => {
  assert.ok(after(new Brake(1), 'r'.repeat(300)).every((why) => why === undefined));
  const brake = new Brake(0.1);
  for (let n = 0; n < 100; n++) brake.ended('deferred', no('later', 450), `d${n}.example`);
  assert.equal(after(brake, 'r').at(-1), undefined);
});

test('code and enhanced code tell refusals apart', () => {
  assert.notEqual(refusalOf(no('blocked'), 'a.example'), refusalOf(no('blocked', 554), 'a.example'));
  assert.equal(refusalOf(no('a.example is blocked'), 'a.example'), refusalOf(no('is blocked.'), 'b.example'));
});

test('a share is written in percent', () => {
  assert.deepEqual(['5%', '0.5 %', '100%', '0%'].map(parseShare), [0.05, 0.005, 1, 0]);
  assert.deepEqual(['5', '101%', '-1%', 'none', '%'].map(parseShare), Array(5).fill(undefined));
});
