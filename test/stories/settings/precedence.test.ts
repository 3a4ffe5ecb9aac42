// Flags before the environment before .env before the settings file before defaults: told by the real command.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startFakeRelay } from '../../servers/fake-relay.js';
import { Desk } from '../mailblast.js';
import { BARE, config } from './in-force.js';

/** Strongest first, each with a value of its own. */
const SOURCES = ['flag', 'environment', '.env', 'settings file', 'default'] as const;
type Source = (typeof SOURCES)[number];

interface Case {
  readonly key: string;
  readonly flag: readonly string[];
  readonly variable: string;
  /** What each source says, as it stands there; a default only to compare with. */
  readonly says: Readonly<Record<Source, string | number | boolean>>;
}

const CASES: readonly Case[] = [
  {
    key: 'rate',
    flag: ['--rate', '1/s'],
    variable: 'MAILBLAST_RATE',
    says: { flag: '1/s', environment: '2/s', '.env': '3/s', 'settings file': '4/s', default: '10/s' },
  },
  {
    key: 'connections',
    flag: ['--connections', '1'],
    variable: 'MAILBLAST_CONNECTIONS',
    says: { flag: 1, environment: 2, '.env': 3, 'settings file': 4, default: 5 },
  },
  {
    key: 'wait',
    flag: ['--wait'],
    variable: 'MAILBLAST_WAIT',
    says: { flag: true, environment: false, '.env': true, 'settings file': true, default: false },
  },
];

for (const [index, stronger] of SOURCES.entries()) {
  for (const weaker of SOURCES.slice(index + 1)) {
    test(`${stronger} wins over ${weaker}`, async (t) => {
      const desk = new Desk();
      t.after(() => desk.close());
      const given = new Set<Source>([stronger, weaker]);
      const when = <T>(source: Source, value: T, otherwise: T) => (given.has(source) ? value : otherwise);
      if (given.has('.env')) {
        desk.write('.env', CASES.map(({ variable, says }) => `${variable}=${says['.env']}\n`).join(''));
      }
      if (given.has('settings file')) {
        const settings = CASES.map(({ key, says }) => [key, says['settings file']]);
        desk.write('mailblast.config.json', JSON.stringify(Object.fromEntries(settings)));
      }
      const variables = CASES.map(({ variable, says }) => [variable, String(says.environment)]);
      const { setting } = await config(
        desk,
        when(
          'flag',
          CASES.flatMap(({ flag }) => flag),
          [],
        ),
        when('environment', Object.fromEntries(variables), {}),
      );
      for (const { key, says } of CASES) {
        assert.deepEqual([setting(key).value, setting(key).from], [says[stronger], stronger], key);
      }
    });
  }
}

test('header lines of the command line replace those of the settings file', async (t) => {
  const desk = new Desk();
  t.after(() => desk.close());
  desk.write('mailblast.config.json', '{"header": ["X-A: file", "X-B: file"]}');
  assert.deepEqual((await config(desk)).setting('header').value, ['X-A: file', 'X-B: file']);
  const { setting } = await config(desk, ['--header', 'X-A: flag']);
  assert.deepEqual(setting('header').value, ['X-A: flag']);
});

test('an empty variable counts as not set', async (t) => {
  const desk = new Desk();
  t.after(() => desk.close());
  desk.write('.env', 'MAILBLAST_RATE=\n');
  desk.write('mailblast.config.json', '{"rate": "4/s", "from": "a@example.com"}');
  const { setting } = await config(desk, [], { MAILBLAST_RATE: '', MAILBLAST_FROM: '' });
  assert.deepEqual([setting('rate').value, setting('from').value], ['4/s', 'a@example.com']);
});

test('a flag in a variable is what the word says, and another word is refused', async (t) => {
  const desk = new Desk();
  t.after(() => desk.close());
  for (const [word, value] of [
    ['yes', true],
    ['false', false],
  ] as const) {
    assert.equal((await config(desk, [], { MAILBLAST_YES: word })).setting('yes').value, value, word);
  }
  const { code, stderr } = await desk.run(['config'], { MAILBLAST_YES: 'perhaps' });
  assert.equal(code, 78);
  assert.match(stderr, /MAILBLAST_YES is "perhaps"\. Write true or false\./);
});

test('--config names another file, by flag or variable, and then the usual one is not read', async (t) => {
  const desk = new Desk();
  t.after(() => desk.close());
  desk.write('mailblast.config.json', '{"rate": "1/s", "limit": 7}');
  const other = desk.write('other.json', '{"rate": "2/s"}');
  const third = desk.write('third.json', '{"rate": "3/s"}');
  const byFlag = await config(desk, ['--config', 'other.json'], { MAILBLAST_CONFIG: third });
  assert.deepEqual([byFlag.setting('rate').value, byFlag.setting('limit').value], ['2/s', 0]);
  assert.equal(byFlag.settings_file, other);
  desk.write('.env', 'MAILBLAST_CONFIG=other.json\n');
  assert.equal((await config(desk)).settings_file, other);
  assert.equal((await config(desk, [], { MAILBLAST_CONFIG: third })).settings_file, third);
});

test('send goes by the settings file and .env alone', async (t) => {
  const desk = new Desk();
  const relay = await startFakeRelay({ login: { user: 'news', password: 'p#ss' } });
  t.after(async () => {
    desk.close();
    await relay.stop();
  });
  desk.campaign(2);
  desk.write('.env', `MAILBLAST_RELAY=smtp://127.0.0.1:${relay.port}\nMAILBLAST_PASSWORD="p#ss"\n`);
  desk.write(
    'mailblast.config.json',
    '{"from": "The File <file@example.com>", "template": "news.mjml", "user": "news", "header": ["X-From-File: yes"]}',
  );
  const { code, stderr } = await desk.run(['send', 'list.csv'], BARE);
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '');
  assert.equal(relay.journal.filter(({ accepted }) => accepted).length, 2);
  assert.match(String(relay.journal[0]!.octets), /^X-From-File: yes\r$/m);
});

test('resume: flags, then the last run’s options, then the settings; the login comes from the settings', async (t) => {
  const desk = new Desk();
  const login = { user: 'news', password: 'secret' };
  const [first, second] = [await startFakeRelay({ login }), await startFakeRelay({ login })];
  t.after(async () => {
    desk.close();
    await first.stop();
    await second.stop();
  });
  desk.campaign(3);
  const accepted = (relay: typeof first) => relay.journal.filter((entry) => entry.accepted).length;
  const url = (relay: typeof first) => `smtp://news@127.0.0.1:${relay.port}`;
  desk.write('.env', 'MAILBLAST_PASSWORD=secret\n');
  desk.write('mailblast.config.json', JSON.stringify({ relay: url(first), limit: 1, state: 'kept.db' }));

  assert.equal((await desk.run(['send', 'list.csv', '--template', 'news.mjml'])).code, 75);
  assert.deepEqual([accepted(first), accepted(second)], [1, 0]);

  const again = await desk.run(['resume']);
  assert.equal(again.code, 75, again.stderr);
  assert.deepEqual([accepted(first), accepted(second)], [2, 0]);

  desk.write('mailblast.config.json', JSON.stringify({ relay: url(second), state: 'kept.db' }));
  const remembered = await desk.run(['resume', '--limit', '1'], { MAILBLAST_USER: 'news' });
  assert.equal(remembered.code, 0, remembered.stderr);
  assert.deepEqual([accepted(first), accepted(second)], [3, 0], 'the last run’s relay was not kept');

  const { code, stdout } = await desk.run(['recipients', 'list-news', '--state', 'accepted', '--json']);
  assert.equal(code, 0);
  assert.equal(stdout.trim().split('\n').length, 3, 'recipients did not find the ledger that the file names');
});
