// What single templates say to whom: paragraphs for some readers, and blocks with any number of items.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertBalanced } from '../template/balanced.js';
import { letterOf, rowWith, SHIPPED, shipped } from './shipped.js';
import { readHtml } from './visible.js';

const NAMES = ['alpha', 'beta', 'gamma', 'delta', 'epsilon'];

/** Entries that each template with a repeated block can show. */
function itemsOf(names: readonly string[]): string {
  return JSON.stringify(
    names.map((name) => ({
      ...{ topic: 'Topic', title: name, url: 'https://example.com/e', summary: 'Words.', author: 'A' },
      ...{ name, quantity: 1, price: 2.5 },
    })),
  );
}

const REPEATING = SHIPPED.filter(({ jsonColumns }) => jsonColumns.length > 0);

for (const template of REPEATING) {
  test(`${template.name}: the block stands right with no item, with one and with five`, async () => {
    for (const count of [0, 1, 5]) {
      const names = NAMES.slice(0, count);
      const { html, text } = await letterOf(template, rowWith(template, { items: itemsOf(names) }));
      assertBalanced(html);
      assert.deepEqual(readHtml(html).errors, []);
      const shown = readHtml(html).sentences.filter((sentence) => NAMES.includes(sentence));
      assert.deepEqual(shown, names);
      const said = text.match(new RegExp(NAMES.join('|'), 'g')) ?? [];
      assert.deepEqual(said, names);
      assert.doesNotMatch(text, /\n\n\n|\{\{/);
    }
  });

  test(`${template.name}: whatever its items say stands as words, and the HTML stays sound`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ minLength: 1 }), { maxLength: 6 }), async (names) => {
        const { html } = await letterOf(template, rowWith(template, { items: itemsOf(names) }));
        assertBalanced(html);
        const wrong = readHtml(html).errors.filter((code) => !/character/.test(code));
        assert.deepEqual(wrong, []);
      }),
      { numRuns: 15 },
    );
  });
}

test('the newsletter leads to the same page near the reader in text and HTML, and nowhere without a city', async () => {
  const newsletter = shipped('newsletter');
  const { html, text } = await letterOf(newsletter, rowWith(newsletter, { city: 'New York' }));
  assert.ok(text.includes('Near you in New York'));
  assert.ok(text.includes('<https://example.com/lantern/events?city=New%20York>'));
  assert.ok(html.includes('href="https://example.com/lantern/events?city=New%20York"'));
  const nowhere = await letterOf(newsletter, rowWith(newsletter, { city: '', plan: '' }));
  assert.doesNotMatch(nowhere.html, /Near you|members? (?:can )?read/i);
});

test('the announcement says what changes to members and to everybody else', async () => {
  const announcement = shipped('announcement');
  const textFor = async (plan: string) =>
    (await letterOf(announcement, rowWith(announcement, { plan }))).text;
  assert.match(await textFor('free'), /Desks can be booked/);
  assert.doesNotMatch(await textFor('pro'), /Desks can be booked/);
});

test('the digest is named after its first entry, and a digest of nothing says so', async () => {
  const digest = shipped('digest');
  const one = await letterOf(digest, rowWith(digest, { items: itemsOf(['alpha']) }));
  assert.match(one.mail.subject!, /^alpha: /);
  const none = await letterOf(digest, rowWith(digest, { items: '[]' }));
  assert.match(none.mail.subject!, /^A quiet week: /);
  assert.match(none.text, /nobody wrote anything/);
});

test('the two answers to an invitation are told apart, and know their guest', async () => {
  const invitation = shipped('invitation');
  const { html } = await letterOf(invitation, invitation.rows[0]!);
  const answers = readHtml(html).links.filter((link) => link.includes('coming='));
  assert.deepEqual(
    answers.map((link) => link.replace(/guest=[\w-]{20,}/, 'guest=…')),
    [
      'https://example.com/prints/answer?guest=…&coming=yes',
      'https://example.com/prints/answer?guest=…&coming=no',
    ],
  );
});

test('an order says what it costs, line by line, and that shipping is free when it is', async () => {
  const order = shipped('order-confirmation');
  const { text } = await letterOf(order, order.rows[0]!);
  assert.match(text, /^2 × Notes from a Small Harbour \| €25\.80\n/m);
  assert.match(text, /^Shipping \| €4\.90\nTotal \| €77\.20\n/m);
  assert.match((await letterOf(order, rowWith(order, { shipping: '0' }))).text, /^Shipping \| free$/m);
});

test('the reset link stands in the button, and as an address to copy', async () => {
  const reset = shipped('password-reset');
  const url = 'https://example.com/reset?key=a1&next=b2';
  const { html, text } = await letterOf(reset, rowWith(reset, { reset_url: url }));
  assert.deepEqual(readHtml(html).links, [url]);
  assert.ok(text.includes(`Choose a new password <${url}>`));
  assert.ok(text.includes(`\n${url}\n`));
});
