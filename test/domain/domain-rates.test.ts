// Rates of their own for groups of recipient domains.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { type DomainGroup, DomainRates, parseDomainRates } from '../../src/domain/domain-rates.js';

function groups(...texts: string[]): readonly DomainGroup[] {
  const parsed = parseDomainRates(texts);
  assert.ok('groups' in parsed, JSON.stringify(parsed));
  return parsed.groups;
}

test('domains are read with their rate, as A-labels in lower case', () => {
  assert.deepEqual(groups('gmail.com, GoogleMail.com=20/m', 'bücher.example=1/s'), [
    { domains: ['gmail.com', 'googlemail.com'], rate: 1 / 3 },
    { domains: ['xn--bcher-kva.example'], rate: 1 },
  ]);
});

test('what is no group is refused with its reason', () => {
  const reason = (...texts: string[]) => {
    const parsed = parseDomainRates(texts);
    return 'reason' in parsed ? parsed.reason : '';
  };
  assert.match(reason('gmail.com'), /names no rate/);
  assert.match(reason('gmail.com=fast'), /names no rate/);
  assert.match(reason('gmail.com,=1/s'), /is no domain/);
  assert.match(reason('=1/s'), /is no domain/);
  assert.match(reason('gmail.com=1/s', 'GMAIL.com=2/s'), /gmail\.com has two rates/);
});

test('the domains of a group share its rate, and others have none', () => {
  const rates = new DomainRates(groups('a.example,b.example=1/s'), 0);
  rates.take('a.example', 0);
  assert.equal(rates.due('a.example', 0), 1000);
  assert.equal(rates.due('b.example', 0), 1000);
  assert.equal(rates.due('c.example', 0), 0);
  rates.giveBack('b.example');
  assert.equal(rates.due('a.example', 0), 0);
});

test('over any time no group gets more than its rate and one message', () => {
  const domains = fc.array(fc.constantFrom('a.example', 'b.example', 'c.example', 'd.example'), {
    maxLength: 300,
  });
  fc.assert(
    fc.property(domains, fc.integer({ min: 1, max: 50 }), (wanted, perSecond) => {
      const rates = new DomainRates(groups(`a.example,b.example=${perSecond}/s`, 'c.example=2/s'), 0);
      const sent: { domain: string; at: number }[] = [];
      let now = 0;
      for (const domain of wanted) {
        now = Math.max(now, rates.due(domain, now));
        rates.take(domain, now);
        sent.push({ domain, at: now });
      }
      const many = (names: string[]) => sent.filter(({ domain }) => names.includes(domain)).length;
      assert.ok(many(['a.example', 'b.example']) <= (now / 1000) * perSecond + 1 + 1e-6);
      assert.ok(many(['c.example']) <= (now / 1000) * 2 + 1 + 1e-6);
    }),
  );
});
