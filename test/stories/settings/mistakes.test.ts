// What is wrong in settings is answered with file, line and column, the nearest name, and exit code 78 (66 for no file).

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Desk } from '../mailblast.js';
import { BARE, config } from './in-force.js';

interface Mistake {
  readonly what: string;
  readonly json?: string;
  readonly dotenv?: string;
  readonly env?: Record<string, string>;
  readonly args?: readonly string[];
  readonly code?: number;
  readonly says: RegExp;
}

const AT = 'mailblast: mailblast\\.config\\.json:';
const at = (place: string, rest: string) => new RegExp(`^${AT}${place}: ${rest}`);

const MISTAKES: readonly Mistake[] = [
  { what: 'an unknown key', json: '{\n  "raet": "1/s"\n}', says: at('2:3', '.*did you mean rate\\?') },
  { what: 'a key as the flag writes it', json: '{"retry-for": "1h"}', says: at('1:2', '.*written retryFor') },
  {
    what: 'a rate that is none',
    json: '{\n  "rate": "fast"\n}',
    says: at('2:3', 'rate is "fast"\\. .*10/s'),
  },
  {
    what: 'a duration that is none',
    json: '{"retryFor": "1 day"}',
    says: at('1:2', 'retryFor is "1 day".*4h'),
  },
  { what: 'no connections', json: '{"connections": 0}', says: at('1:2', 'connections is 0\\. .*1 or more') },
  {
    what: 'half a connection',
    json: '{"connections": 2.5}',
    says: at('1:2', 'connections is 2\\.5\\. .*whole'),
  },
  {
    what: 'a word that is none',
    json: '{"inDoubt": "retry"}',
    says: at('1:2', 'inDoubt is "retry".*resend'),
  },
  {
    what: 'a number in quotes',
    json: '{"connections": "5"}',
    says: at('1:17', 'connections must be a number'),
  },
  { what: 'a number for a text', json: '{"campaign": 2026}', says: at('1:14', 'campaign must be a text') },
  { what: 'a text for a flag', json: '{"wait": "true"}', says: at('1:10', 'wait must be true or false') },
  { what: 'null', json: '{"subject": null}', says: at('1:13', 'subject must be a text') },
  { what: 'one text for a list', json: '{"header": "X-A: b"}', says: at('1:12', 'header must be a list') },
  {
    what: 'a list with a number',
    json: '{"header": ["X-A: b", 5]}',
    says: at('1:23', 'header must be a list'),
  },
  {
    what: 'a header that is none',
    json: '{"header": ["X-A"]}',
    says: at('1:2', 'header "X-A" is not of the form'),
  },
  { what: 'a header that is ours', json: '{"header": ["To: x"]}', says: at('1:2', 'header cannot set To') },
  { what: 'a sender that is none', json: '{"from": "news"}', says: at('1:2', 'from is "news": .*no @') },
  { what: 'a relay that is none', json: '{"relay": "http://x"}', says: at('1:2', 'relay: .*smtps://') },
  { what: 'a list id that is none', json: '{"listId": "a b"}', says: at('1:2', 'listId "a b" is not') },
  {
    what: 'the settings file’s own name',
    json: '{"config": "x.json"}',
    says: at('1:2', 'There is no setting config'),
  },
  {
    what: 'a missing comma',
    json: '{\n  "rate": "1/s"\n  "limit": 1\n}',
    says: at('3:3', 'A comma is expected'),
  },
  {
    what: 'a wrong value that a flag would override',
    json: '{"rate": "fast"}',
    args: ['config', '--rate', '1/s'],
    says: at('1:2', 'rate is "fast"'),
  },
  {
    what: 'a wrong value of which this command has no use',
    json: '{"rate": "fast"}',
    args: ['status'],
    says: at('1:2', 'rate is "fast"'),
  },
  {
    what: 'a wrong value in .env',
    dotenv: '\nMAILBLAST_RATE=fast',
    says: /^mailblast: \.env:2: MAILBLAST_RATE is "fast"\. .*10\/s/,
  },
  {
    what: 'a broken line in .env',
    dotenv: 'MAILBLAST_RATE fast',
    says: /^mailblast: \.env:1: MAILBLAST_RATE is not read/,
  },
  {
    what: 'a wrong value in the environment',
    env: { MAILBLAST_CONNECTIONS: 'many' },
    says: /^mailblast: MAILBLAST_CONNECTIONS is many\. .*whole number/,
  },
  {
    what: 'a settings file that is not there',
    args: ['config', '--config', 'none.json'],
    code: 66,
    says: /^mailblast: The settings file none\.json cannot be read: there is no such file\./,
  },
  {
    what: 'a variable that names no settings file',
    env: { MAILBLAST_CONFIG: 'none.json' },
    code: 66,
    says: /none\.json cannot be read: there is no such file/,
  },
];

for (const { what, json, dotenv, env = {}, args = ['config'], code = 78, says } of MISTAKES) {
  test(`${what}: ${code}`, async (t) => {
    const desk = new Desk();
    t.after(() => desk.close());
    if (json !== undefined) desk.write('mailblast.config.json', json);
    if (dotenv !== undefined) desk.write('.env', dotenv);
    const finished = await desk.run(args, { ...BARE, ...env });
    assert.equal(finished.code, code, finished.stderr);
    assert.match(finished.stderr, says);
    assert.doesNotMatch(finished.stderr, /\n\s+at .*:\d+:\d+/, 'a stack was shown');
  });
}

test('a settings file that is a folder is an error, a .env that is one is a Python environment', async (t) => {
  const desk = new Desk();
  t.after(() => desk.close());
  mkdirSync(join(desk.folder, '.env'));
  await config(desk);
  mkdirSync(join(desk.folder, 'mailblast.config.json'));
  const { code, stderr } = await desk.run(['config']);
  assert.equal(code, 66);
  assert.match(stderr, /settings file mailblast\.config\.json cannot be read: it is a folder/);
});

test('a settings file or a .env that this user may not read is an error', {
  skip: process.getuid?.() === 0 && 'root may read everything',
}, async (t) => {
  const desk = new Desk();
  t.after(() => desk.close());
  for (const name of ['.env', 'mailblast.config.json']) {
    const path = desk.write(name, '');
    chmodSync(path, 0);
    const { code, stderr } = await desk.run(['config']);
    assert.equal(code, 66);
    assert.ok(stderr.includes(`${name} cannot be read: this user may not read it`), stderr);
    chmodSync(path, 0o600);
    desk.write(name, name === '.env' ? '' : '{}');
  }
});

test('unknown variables are said with the nearest, in the environment and in .env, and stop nothing', async (t) => {
  const desk = new Desk();
  t.after(() => desk.close());
  desk.write('.env', 'OTHER=1\nMAILBLAST_RELAI=sandbox\n');
  const { stderr } = await config(desk, [], { MAILBLAST_RAET: '5/s' });
  assert.match(stderr, /^mailblast: MAILBLAST_RAET is not known; did you mean MAILBLAST_RATE\?$/m);
  assert.match(stderr, /^mailblast: \.env:2: MAILBLAST_RELAI is not known; did you mean MAILBLAST_RELAY\?$/m);
  assert.doesNotMatch(stderr, /OTHER/);
});

test('wrong settings do not stand in the way of --help and --version', async (t) => {
  const desk = new Desk();
  t.after(() => desk.close());
  desk.write('mailblast.config.json', '{');
  desk.write('.env', 'MAILBLAST_RATE fast');
  for (const args of [['--help'], ['--version'], ['send', '--help']]) {
    assert.equal((await desk.run(args, { MAILBLAST_RATE: 'fast' })).code, 0, args.join(' '));
  }
});

test('a yes in the settings does not answer for abandon', async (t) => {
  const desk = new Desk();
  t.after(() => desk.close());
  desk.campaign(2);
  desk.write('mailblast.config.json', '{"yes": true, "state": "kept.db", "relay": "sandbox", "limit": 1}');
  assert.equal((await desk.run(['send', 'list.csv', '--template', 'news.mjml'])).code, 75);
  const { code } = await desk.run(['abandon', 'list-news'], { MAILBLAST_YES: 'true' });
  assert.notEqual(code, 0);
  assert.notEqual((await desk.status()).state, 'abandoned');
});
