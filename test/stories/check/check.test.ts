// `mailblast check list.csv --template news.mjml`, as a person and a script run it.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Desk } from '../mailblast.js';

const SOUND = `<mjml lang="en"><mj-head><mj-title>News of the week</mj-title></mj-head><mj-body><mj-section><mj-column>
<mj-text>Hello {{first_name}}, here is what happened in the week that lies behind us, and no more.
<a href="{{unsubscribe_url}}">Unsubscribe</a></mj-text></mj-column></mj-section></mj-body></mjml>`;
const FAULTY = SOUND.replace('Hello', '<a href="">Hello</a>');
const CHECK = ['check', 'list.csv', '--template', 'news.mjml', '--unsubscribe-url', 'https://example.com/u'];

async function withDesk(template: string, work: (desk: Desk) => Promise<void>): Promise<void> {
  const desk = new Desk();
  try {
    desk.write('list.csv', 'email,first_name\nada@example.com,Ada\ninfo@example.com,\n');
    desk.write('news.mjml', template);
    await work(desk);
  } finally {
    desk.close();
  }
}

/** Neither relay nor sender. */
const BARE = { MAILBLAST_FROM: undefined };

test('a letter without errors ends with 0, needs neither relay nor sender, and leaves nothing behind', () =>
  withDesk(SOUND, async (desk) => {
    const { code, stdout, stderr } = await desk.run(CHECK, BARE);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /1 row has no first_name and line 2 has no fallback/);
    assert.match(stdout, /No errors\. 1 warning, 1 note\./);
    assert.equal(existsSync(join(desk.folder, 'mailblast.db')), false);
  }));

test('an error ends with 65; --json gives an object for each finding and one behind them', () =>
  withDesk(FAULTY, async (desk) => {
    const { code, stdout } = await desk.run([...CHECK, '--json'], BARE);
    assert.equal(code, 65);
    const objects = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      objects.map(({ event, rule }) => rule ?? event),
      ['empty-link', 'empty-field', 'role-address', 'checked'],
    );
    assert.equal(objects[0].file, 'news.mjml');
    assert.equal(objects[0].line, 2);
    assert.deepEqual(objects[3].errors, 1);
  }));

test('a line in the settings file silences a rule; one that there is not is refused', () =>
  withDesk(FAULTY, async (desk) => {
    desk.write('mailblast.config.json', '{ "silence": ["empty-link"] }');
    const silent = await desk.run(CHECK, BARE);
    assert.equal(silent.code, 0, silent.stderr);
    assert.doesNotMatch(silent.stdout, /empty-link/);
    desk.write('mailblast.config.json', '{ "silence": ["emty-link"] }');
    const refused = await desk.run(CHECK, BARE);
    assert.equal(refused.code, 78);
    assert.match(refused.stderr, /did you mean empty-link\?/);
  }));

test('colours are for terminals alone', () =>
  withDesk(FAULTY, async (desk) => {
    assert.equal((await desk.run(CHECK, BARE)).stdout.includes('\u001b'), false);
  }));

test('with --relay on the command line the relay is looked at as well', () =>
  withDesk(SOUND, async (desk) => {
    const { code, stdout } = await desk.run([...CHECK, '--relay', 'smtp://127.0.0.1:9'], BARE);
    assert.match(stdout, /2 rows: 2 messages/);
    assert.match(stdout, /was not reached/);
    assert.equal(code, 69);
  }));

test('a relay in the settings alone is not looked at when a list is given', () =>
  withDesk(SOUND, async (desk) => {
    const { code, stdout } = await desk.run(CHECK, { ...BARE, MAILBLAST_RELAY: 'smtp://127.0.0.1:9' });
    assert.equal(code, 0);
    assert.doesNotMatch(stdout, /reached/);
  }));
