// Dates and numbers as people of each language write them: formatDate and formatNumber.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MailblastError, UnmergeableRow } from '../../src/domain/errors.js';
import { compileBody, inColumn, merge, mergeAll, row } from './rows.js';

const NBSP = '\u00a0';

const date = (value: string, call: string, more: Record<string, string> = {}, locale?: string) =>
  merge(
    'text',
    `{{formatDate due ${call}}}`,
    row({ due: value, ...more }),
    locale === undefined ? {} : { locale },
  );
const number = (value: string, call = '', more: Record<string, string> = {}, locale?: string) =>
  merge(
    'text',
    `{{formatNumber sum ${call}}}`,
    row({ sum: value, ...more }),
    locale === undefined ? {} : { locale },
  );

function unmergeable(render: () => string, sentence: string): void {
  assert.throws(render, (error) => {
    assert.ok(error instanceof UnmergeableRow, String(error));
    assert.equal(error.message, sentence);
    return true;
  });
}

function refused(source: string, sentence: RegExp): void {
  assert.throws(
    () => merge('text', `one\n ${source}`, row({ due: '', sum: '', how: '' })),
    (error) =>
      error instanceof MailblastError &&
      error.message.startsWith('news.mjml:2:2: ') &&
      sentence.test(error.message),
    source,
  );
}

test("formatDate writes dates by SendGrid's letters, without moving days", () => {
  assert.equal(date('2026-03-01', '"dddd, MMMM D, YYYY"'), 'Sunday, March 1, 2026');
  assert.equal(
    date('2026-03-01T22:05:09Z', '"ddd MMM DD YY HH:mm:ss Z" "-0800"'),
    'Sun Mar 01 26 14:05:09 -08:00',
  );
  assert.equal(date('2026-07-01T22:05:09Z', '"h:mm A [at] D" "Europe/Berlin"'), '12:05 AM at 2');
  assert.equal(date('2026-07-01T09:30', '"hh:mm a H s M/D ZZ"'), '09:30 am 9 0 7/1 +0000');
  assert.equal(date('2026-07-01 09:30:15+05:30', '"YYYY-MM-DD HH:mm"'), '2026-07-01 04:00');
  assert.equal(date('1767225600', '"YYYY-MM-DD"'), '2026-01-01');
  assert.equal(date('1767225600000', '"YYYY-MM-DD"'), '2026-01-01');
  assert.equal(date('0044-03-15', '"D MMMM YYYY"'), '15 March 0044');
  assert.equal(date('', '"YYYY"'), '');
  assert.equal(date('  ', 'style="long"'), '');
});

test('names of months, days and halves of the day are those of the locale, bent as they are beside a day', () => {
  const day = '2026-03-01T14:00';
  assert.equal(date(day, '"dddd, D. MMMM YYYY" locale="de"'), 'Sonntag, 1. März 2026');
  assert.equal(date(day, '"D MMMM YYYY" locale="pl"'), '1 marca 2026');
  assert.equal(date(day, '"MMMM YYYY" locale="pl"'), 'marzec 2026');
  assert.equal(date(day, '"D MMMM" locale="ru"'), '1 марта');
  assert.equal(date(day, '"YYYY年MMMMD日" locale="ja"'), '2026年3月1日');
  assert.equal(date(day, '"h A" locale="ja"'), '2 午後');
  assert.equal(date(day, '"D MMM YYYY" locale="fr"'), '1 mars 2026');
  // Letters count Gregorian years, so the month is Gregorian, too.
  assert.equal(date(day, '"D MMMM YYYY" locale="fa"'), '1 مارس 2026');
  assert.equal(date(day, '"MMMM" locale="pt_BR"'), 'março');
});

test("styles are the locale's own", () => {
  assert.equal(date('2026-03-01', 'style="long" locale="de"'), '1. März 2026');
  assert.equal(date('2026-03-01', 'style="full" locale="de"'), 'Sonntag, 1. März 2026');
  assert.equal(date('2026-03-01', 'style="short"'), '3/1/26');
  assert.equal(date('2026-03-01', 'style="medium" locale="fr"'), '1 mars 2026');
  assert.equal(
    date('2026-03-01T13:05:00Z', 'timeStyle="short" timeZone="Europe/Berlin" locale="de"'),
    '14:05',
  );
  // Which blank it is depends on Node's version; the narrow one that few fonts have it never is.
  assert.match(date('2026-03-01T13:05:00Z', 'timeStyle="short"'), /^1:05[ \u00a0]PM$/);
  assert.equal(
    date('2026-06-01T13:05:00Z', 'style="short" timeStyle="short" timeZone="America/New_York" locale="es"'),
    '1/6/26, 9:05',
  );
});

test('the time zone is UTC unless one is given, by SendGrid’s offset, a name or a field', () => {
  const moment = '2026-12-31T23:30:00Z';
  assert.equal(date(moment, '"D MMMM YYYY HH:mm"'), '31 December 2026 23:30');
  assert.equal(
    date(moment, '"D MMMM YYYY HH:mm" locale="de" timeZone="Europe/Berlin"'),
    '1 Januar 2027 00:30',
  );
  assert.equal(date(moment, '"D HH:mm" "+05:30"'), '1 05:00');
  assert.equal(date(moment, '"D HH:mm" timezoneOffset', { timezoneOffset: '-0800' }), '31 15:30');
  assert.equal(date(moment, '"D HH:mm" zone', { zone: '' }), '31 23:30');
  assert.equal(date(moment, '"D HH:mm" timeZone=zone', { zone: 'Asia/Kolkata' }), '1 05:00');
  // A day, or a time on the wall, is the same everywhere.
  assert.equal(date('2026-12-31', '"D" "Pacific/Auckland"'), '31');
  assert.equal(date('2026-12-31T23:30', '"D HH:mm" "Pacific/Auckland"'), '31 23:30');
  // Either side of the hour that Berlin's clocks leave out.
  assert.equal(date('2026-03-29T00:59:59Z', '"HH:mm" "Europe/Berlin"'), '01:59');
  assert.equal(date('2026-03-29T01:00:00Z', '"HH:mm" "Europe/Berlin"'), '03:00');
});

test('numbers are written for the locale: plain, as money, in percent, short', () => {
  assert.equal(number('1234.5'), '1,234.5');
  assert.equal(number('1234.5', 'locale="de"'), '1.234,5');
  assert.equal(
    number('1234.5', 'locale="de" style="currency" currency="EUR" minimumFractionDigits=2'),
    `1.234,50${NBSP}€`,
  );
  assert.equal(number('1234.5', 'currency="eur" locale="fr"'), `1${NBSP}234,50${NBSP}€`);
  assert.equal(number('1234', 'currency="USD" maximumFractionDigits=0'), '$1,234');
  assert.equal(number('1234', 'currency="USD" currencyDisplay="code"'), `USD${NBSP}1,234.00`);
  assert.equal(number('0.256', 'style="percent"'), '26%');
  assert.equal(number('0.256', 'style="percent" maximumFractionDigits=1 locale="de"'), `25,6${NBSP}%`);
  assert.equal(number('1234567', 'notation="compact"'), '1.2M');
  assert.equal(number('1234567', 'useGrouping=false'), '1234567');
  assert.equal(number(' -0.5 '), '-0.5');
  assert.equal(number('12345678901234567890.12', 'locale="en"'), '12,345,678,901,234,567,890.12');
  assert.equal(number('7', 'currency=how locale=lang', { how: 'GBP', lang: 'en_GB' }), '£7.00');
  assert.equal(number(' '), '');
});

test('numbers of JSON are numbers', () => {
  const fields = row({ items: '[{"sum":1234.5},{"sum":"2"},{"sum":null}]' });
  const source = '{{#each items}}[{{formatNumber sum currency="EUR" locale="de"}}]{{/each}}';
  assert.equal(
    merge('text', source, fields, { jsonColumns: ['items'] }),
    `[1.234,50${NBSP}€][2,00${NBSP}€][]`,
  );
});

test('the locale is the template’s language unless a tag names one', async () => {
  const body = inColumn(
    '<mj-text>{{formatDate due "D. MMMM"}} {{formatNumber sum}} {{formatDate due "MMMM" locale=how}}</mj-text>',
  );
  const compiled = async (lang: string) => {
    const made = await compileBody(body, ['due', 'sum', 'how'], [], { lang });
    return {
      locale: made.locale,
      text: mergeAll(made, row({ due: '2026-03-01', sum: '1.5', how: '' })).text,
    };
  };
  assert.deepEqual(await compiled(' lang="de-AT"'), { locale: 'de-AT', text: '1. März 1,5 März\n' });
  assert.deepEqual(await compiled(''), { locale: 'en', text: '1. March 1.5 March\n' });
  // Klingon is a language of HTML, and no locale of this machine.
  assert.deepEqual(await compiled(' lang="tlh"'), { locale: 'en', text: '1. March 1.5 March\n' });
});

test('what a tag says outright is checked at its line, before the first message', () => {
  refused(
    '{{formatDate due "D" locale="klingon"}}',
    /due cannot be written for the locale klingon, which is not known/,
  );
  refused('{{formatDate due "D" locale="e!"}}', /the locale e!/);
  refused('{{formatDate due "D" timeZone="Mars/Base"}}', /time zone Mars\/Base, which does not exist/);
  refused('{{formatDate due "D" "+99:00"}}', /time zone \+99:00/);
  refused('{{formatDate due "D" -0800}}', /a time zone in quotes, such as "-0800"/);
  refused('{{formatDate due "D" "Z" timeZone="UTC"}}', /two time zones/);
  refused('{{formatDate due style="lung"}}', /style="lung"; there are full, long, medium, short/);
  refused('{{formatDate due timeStyle="full"}}', /timeStyle="full"; there are medium, short/);
  refused('{{formatDate due}}', /needs a format such as "D MMMM YYYY"/);
  refused('{{formatDate due "D" style="long"}}', /a format or a style, not both/);
  refused(
    '{{formatDate due "D" zone="UTC"}}',
    /takes no zone= \(it takes locale=, timeZone=, style=, timeStyle=\)/,
  );
  refused('{{formatDate "2026-02-30" "D"}}', /is not a day or time that exists/);
  refused('{{formatNumber sum locale="xx"}}', /the locale xx/);
  refused('{{formatNumber sum currency="EURO"}}', /the currency EURO; write a code such as EUR/);
  refused('{{formatNumber sum style="currency"}}', /needs a currency/);
  refused('{{formatNumber sum style="money"}}', /style="money"; there are decimal, currency, percent/);
  refused('{{formatNumber sum style="percent" currency="EUR"}}', /style="percent" and a currency/);
  refused('{{formatNumber sum minimumFractionDigits=21}}', /minimumFractionDigits=21; it takes 0 to 20/);
  refused('{{formatNumber sum minimumFractionDigits=3 maximumFractionDigits=2}}', /at least 3 and at most 2/);
  refused('{{formatNumber sum useGrouping="no"}}', /useGrouping="no"; there are true, false/);
  refused('{{formatNumber sum 2}}', /takes one value, not 2/);
  refused('{{formatNumber "1,5"}}', /is not a number/);
  assert.throws(
    () => merge('text', '{{#if (formatDate due "D" locale="klingon")}}x{{/if}}', row({ due: '' })),
    /news\.mjml:1:7: due cannot be written for the locale klingon/,
  );
});

test('a value that cannot be written makes the row unmergeable, with the field and the reason', () => {
  for (const bad of ['tomorrow', '03/01/2026', '12']) {
    unmergeable(() => date(bad, '"D"'), 'due is not a date such as 2026-03-01 or 2026-03-01T09:30:00Z');
  }
  for (const bad of [
    '2026-02-30',
    '2026-13-01',
    '2026-03-01T24:00',
    '2026-03-01T10:00:75',
    '2026-03-01T10:00+25:00',
  ]) {
    unmergeable(() => date(bad, 'style="long"'), 'due is not a day or time that exists');
  }
  for (const bad of ['1,234.50', '1.234,5', 'ten', '1e5', 'Infinity', '0x10', '1 000']) {
    unmergeable(
      () => number(bad),
      'sum is not a number such as 1234.5, without separators between thousands',
    );
  }
  unmergeable(
    () => date('2026-03-01', '"D" timeZone=zone', { zone: 'Mars' }),
    'due cannot be shown in the time zone Mars, which does not exist; write one such as Europe/Berlin or "-0800"',
  );
  unmergeable(
    () => date('2026-03-01', '"MMMM" locale=lang', { lang: 'xx' }),
    'due cannot be written for the locale xx, which is not known; write one such as de or en-GB',
  );
  unmergeable(() => number('1', 'style="currency" currency=how', { how: ' ' }), 'sum has no currency');
  unmergeable(
    () => number('1', 'currency=how', { how: 'Euros' }),
    'sum cannot be written in the currency EUROS; write a code such as EUR',
  );
});

test('written values are escaped for their places', () => {
  const fields = row({ due: '2026-03-01', sum: '1' });
  assert.equal(
    merge('html', '<p title="{{formatDate due "[<\\"&>] D"}}">', fields),
    '<p title="&lt;\\&quot;&amp;&gt; 1">'.replace('\\', ''),
  );
  assert.equal(merge('url', 'https://x/?d={{formatDate due "D/M"}}', fields), 'https://x/?d=1%2F3');
});

test('a list that names ever new locales and zones does not fill the memory', () => {
  const options = { columns: ['due', 'lang'] };
  const source = '{{formatDate due "MMMM" locale=lang}}';
  for (let n = 0; n < 2000; n++) {
    assert.equal(merge('text', source, row({ due: '2026-03-01', lang: `de-x-a${n}` }), options), 'März');
  }
});
