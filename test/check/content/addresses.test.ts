// Which addresses look mistyped, and which go to a function.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isRole, meantDomain } from '../../../src/check/content/addresses.js';
import { SeenKeys } from '../../../src/check/content/seen-keys.js';

test('a slip next to a large provider has the domain that was meant', () => {
  const slips = {
    'gmial.com': 'gmail.com',
    'gmai.com': 'gmail.com',
    'gmail.con': 'gmail.com',
    'gmail.co': 'gmail.com',
    'gmaill.com': 'gmail.com',
    'hotmial.com': 'hotmail.com',
    'yahooo.com': 'yahoo.com',
    'outlok.com': 'outlook.com',
    'example.con': 'example.com',
  };
  for (const [written, meant] of Object.entries(slips)) assert.equal(meantDomain(written), meant, written);
});

test("domains that are somebody else's own are left alone", () => {
  const own = [
    ...[
      'gmail.com',
      'mail.com',
      'email.com',
      'ymail.com',
      'gmx.ch',
      'web.de',
      'me.com',
      'yahoo.dk',
      'outlook.fr',
    ],
    ...[
      'example.com',
      'hotmail.de',
      'live.nl',
      'proton.me',
      'orange.es',
      'xn--gmil-6na.com',
      'a.de',
      'free.de',
    ],
  ];
  for (const domain of own) assert.equal(meantDomain(domain), undefined, domain);
});

test('a function is told from a person, letter case and +tags ignored', () => {
  for (const local of ['info', 'Sales', 'no-reply', 'support+news']) assert.ok(isRole(local), local);
  for (const local of ['ada', 'information', 'infos', 'sales.ada']) assert.ok(!isRole(local), local);
});

test('an address is seen for the first time exactly once', () => {
  fc.assert(
    fc.property(fc.array(fc.emailAddress(), { maxLength: 3000 }), (addresses) => {
      const seen = new SeenKeys();
      const set = new Set<string>();
      for (const address of addresses) {
        assert.equal(seen.add(address), !set.has(address));
        set.add(address);
      }
    }),
    { numRuns: 30 },
  );
  const seen = new SeenKeys();
  for (let i = 0; i < 200_000; i++) assert.ok(seen.add(`p${i}@example${i % 977}.org`));
  for (let i = 0; i < 200_000; i += 997) assert.ok(!seen.add(`p${i}@example${i % 977}.org`));
});
