// Columns that hold JSON: walked, compared and shown, whatever a row has in them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MailblastError, UnmergeableRow } from '../../src/domain/errors.js';
import { compileBody, inColumn, merge, mergeAll, row } from './rows.js';

const LIST = row({ items: '[{"n":"one","tags":["a","b"]},{"n":"two"}]', city: 'Paris' });
const json = { jsonColumns: ['items'] };

/** A source merged with this in the column `items`. */
const withItems = (source: string, items: unknown, onEmpty?: (field: string) => void): string => {
  const text = typeof items === 'string' ? items : JSON.stringify(items);
  return merge('text', source, row({ items: text, city: 'Paris' }), {
    ...json,
    ...(onEmpty ? { onEmpty } : {}),
  });
};

test('each and with walk a JSON column: index, outer fields, root fields, block parameters', () => {
  const walk = (source: string, fields = LIST) => merge('text', source, fields, json);
  assert.equal(
    walk('{{#each items}}{{@index}}{{n}}{{../city}}{{@root.city}};{{/each}}'),
    '0oneParisParis;1twoParisParis;',
  );
  assert.equal(
    walk('{{#each items}}{{#each tags}}{{this}}{{../n}}{{../../city}} {{/each}}{{/each}}'),
    'aoneParis boneParis ',
  );
  assert.equal(walk('{{#each items as |item i|}}{{i}}{{item.n}}{{/each}}'), '0one1two');
  assert.equal(
    walk('{{#with items.[1]}}{{n}}{{#if @root.city}}!{{/if}}{{/with}} {{items.length}}'),
    'two! 2',
  );
  assert.equal(walk('{{#each items}}x{{else}}none{{/each}}', row({ items: '[]', city: '' })), 'none');
  assert.equal(walk('{{#each items}}x{{else}}none{{/each}}', row({ items: '', city: '' })), 'none');
});

test("an item's own names are not checked against the columns, and reach no prototype", () => {
  const source = '{{#each items}}[{{constructor}}{{__proto__}}{{this.toString}}{{nothing}}]{{/each}}';
  assert.equal(merge('text', source, LIST, json), '[][]');
});

test('a row whose JSON cannot be read, or is shown as a whole, cannot be merged', () => {
  const unfit = (source: string, items: string) =>
    assert.throws(
      () => merge('text', source, row({ items }), json),
      (error) => error instanceof UnmergeableRow && error.field === 'items',
    );
  unfit('{{#each items}}x{{/each}}', '[1,');
  unfit('{{items}}', '[1]');
});

test('--json-column means a column by its name or its folded name, and says when there is none', async () => {
  const fields = row({ 'Order Lines': '["a","b"]' });
  for (const name of ['Order Lines', 'order_lines']) {
    const source = '{{#each order_lines}}{{this}};{{/each}}';
    assert.equal(merge('text', source, fields, { jsonColumns: [name] }), 'a;b;');
  }
  await assert.rejects(
    compileBody(inColumn('<mj-text>x</mj-text>'), ['Order Lines'], ['order_line']),
    (error) =>
      error instanceof MailblastError &&
      error.message.startsWith(
        '--json-column order_line: no column is called order_line; did you mean order_lines?',
      ),
  );
});

test('arrays of strings, numbers, booleans and null are shown as people write them', () => {
  const each = '{{#each items}}[{{this}}]{{/each}}';
  assert.equal(withItems(each, ['a', '<b>']), '[a][<b>]');
  assert.equal(withItems(each, [0, -1.5, 1e3, true, false, null, '']), '[0][-1.5][1000][true][false][][]');
  assert.equal(
    withItems('{{#each items}}{{#if this}}1{{else}}0{{/if}}{{/each}}', [
      0,
      1,
      '',
      'x',
      false,
      true,
      null,
      [],
      [0],
      {},
    ]),
    '0101010011',
  );
  assert.equal(
    withItems('{{#equals items.a 1}}=1{{/equals}}{{#greaterThan items.b 9}}>9{{/greaterThan}}', {
      a: '1.0',
      b: 10,
    }),
    '=1>9',
  );
});

test('objects are walked with their keys, and reached by paths', () => {
  assert.equal(
    withItems('{{#each items}}{{@key}}={{this}}{{#unless @last}},{{/unless}}{{/each}}', { a: 1, b: 'x' }),
    'a=1,b=x',
  );
  assert.equal(
    withItems('{{items.a.b.[0].c}}|{{#with items.a}}{{b.length}}{{/with}}', { a: { b: [{ c: 'deep' }] } }),
    'deep|1',
  );
  assert.equal(
    withItems('{{length items}} {{length items.[0]}} {{items.[0].length}}', ['four', 'x']),
    '2 4 4',
  );
  assert.equal(
    withItems('{{#with items}}{{name}} in {{../city}}{{else}}nobody{{/with}}', { name: 'Ada' }),
    'Ada in Paris',
  );
});

test('missing keys, null and blank JSON are empty values, and told as such', () => {
  const heard: string[] = [];
  const onEmpty = (field: string) => heard.push(field);
  const source =
    '[{{items.a.b}}]{{#with items.a}}w{{else}}-{{/with}}{{#each items}}e{{else}}-{{/each}}{{default items.a "d"}}';
  for (const empty of ['', '  ', 'null', '{}', '[]'])
    assert.equal(withItems(source, empty, onEmpty), '[]--d', empty);
  assert.deepEqual(
    heard,
    Array.from({ length: 5 }, () => 'items.a.b'),
  );
  assert.equal(withItems('{{#if items}}yes{{else}}no{{/if}}', '[]'), 'no');
  assert.equal(
    withItems('{{#each items}}{{n}};{{/each}}', [{}, { n: null }, null, 5, 'text'], onEmpty),
    ';;;;;',
  );
});

test('a single value is a value, and is walked as nothing', () => {
  for (const [items, shown] of [
    ['"text"', 'text'],
    ['12', '12'],
    ['false', 'false'],
  ] as const) {
    assert.equal(withItems('{{items}}{{#each items}}x{{else}}-{{/each}}', items), `${shown}-`);
  }
});

test('what is no JSON makes the row unmergeable, with the field and where it goes wrong', () => {
  const reason = (items: string) => {
    try {
      withItems('{{#each items}}x{{/each}}', items);
    } catch (error) {
      return error instanceof UnmergeableRow ? error.message : error;
    }
    return undefined;
  };
  assert.equal(reason('[1,'), 'items is not JSON: it breaks off');
  assert.equal(reason('["a" "b"]'), 'items is not JSON from its character 6 on');
  for (const bad of ["['a']", 'undefined', 'NaN', '{a:1}', '[1,]', '\ufeff[]', '[1] x', '\0']) {
    assert.match(String(reason(bad)), /^items is not JSON/, bad);
  }
});

test('names of JavaScript in JSON are keys like others, and reach nothing', () => {
  const hostile =
    '{"__proto__":{"polluted":"p"},"constructor":"c","toString":"t","hasOwnProperty":1,"length":9,"f0":"f"}';
  const show =
    '{{items.__proto__.polluted}}{{items.constructor}}{{items.toString}}{{items.length}}{{items.polluted}}';
  assert.equal(withItems(show, hostile), 'pct9');
  assert.equal(withItems('{{#with items}}{{constructor}}{{polluted}}{{valueOf}}{{/with}}', hostile), 'c');
  assert.equal(
    withItems('{{#each items}}{{@key}} {{/each}}', hostile).trim(),
    '__proto__ constructor toString hasOwnProperty length f0',
  );
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
  assert.equal(withItems('{{items.[0].constructor}}{{items.[0].__proto__}}{{items.map}}', ['x']), '');
});

test('a list or an object that is shown or written as a date makes the row unmergeable, whatever is in it', () => {
  for (const items of [
    '[1]',
    '{"toString":"x","valueOf":1}',
    '[{"toString":null}]',
    '['.repeat(5000) + ']'.repeat(5000),
  ]) {
    for (const source of [
      '{{items}}',
      '{{formatDate items "D"}}',
      '{{formatNumber items}}',
      'https://x/{{linkPart items}}',
      '{{insert items items}}',
    ]) {
      assert.throws(
        () => withItems(source, items),
        (error) => error instanceof UnmergeableRow && error.field === 'items',
        source,
      );
    }
    assert.equal(
      withItems(
        '{{#equals items "x"}}=={{/equals}}{{#notEquals items items}}!={{/notEquals}}{{#lessThan items 2}}<{{/lessThan}}',
        items,
      ),
      '!=',
    );
    assert.equal(
      withItems('{{default items "d"}}'.replace('default items', 'default (equals items 1)'), items),
      'false',
    );
  }
});

test('very deep and very long JSON costs its reading, no more', () => {
  const depth = 200_000;
  const deep = `${'[{"a":'.repeat(depth)}1${'}]'.repeat(depth)}`;
  assert.equal(withItems('{{#if items}}there{{/if}}{{items.[0].b}}', deep), 'there');
  const long = JSON.stringify(Array.from({ length: 100_000 }, (_, n) => n));
  assert.equal(withItems('{{#with items}}{{length}} {{this.[99999]}}{{/with}}', long), '100000 99999');
});

test('values of JSON are escaped for their places like others', async () => {
  const compiled = await compileBody(
    inColumn('<mj-text>{{#each items}}<a href="{{link}}" title="{{t}}">{{t}}</a> {{/each}}</mj-text>'),
    ['items'],
    ['items'],
  );
  const { html } = mergeAll(compiled, row({ items: '[{"link":"https://x.example/?a&b","t":"<\\"&>"}]' }), [
    'items',
  ]);
  assert.ok(
    html.includes('<a href="https://x.example/?a&amp;b" title="&lt;&quot;&amp;&gt;">&lt;&quot;&amp;&gt;</a>'),
  );
  assert.throws(
    () => mergeAll(compiled, row({ items: '[{"link":"javascript:alert(1)","t":""}]' }), ['items']),
    UnmergeableRow,
  );
});
