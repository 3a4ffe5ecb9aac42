// `relays` in the settings file: what is wrong in it is told with its place, logins come from where secrets come from.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startFakeRelay } from '../../servers/fake-relay.js';
import { Desk } from '../mailblast.js';
import { BARE, config } from '../settings/in-force.js';

const SECRET = 'correct-horse-4711';
const A = '"relay": "smtp://a.example.com"';

const MISTAKES: readonly (readonly [what: string, relays: string, says: RegExp])[] = [
  ['a list', '["a"]', /1:12: relays must hold each relay by a name/],
  ['no relay at all', '{}', /1:2: relays must hold each relay by a name/],
  ['a text for a relay', '{"a": "smtp://a"}', /1:18: a must hold the relay's settings/],
  ['a relay without its URL', '{"a": {"rate": "1/s"}}', /1:13: a needs "relay"/],
  ['a rehearsal', '{"a": {"relay": "sandbox"}}', /a needs "relay".*rehearsals/],
  [
    'a mistyped setting',
    `{"a": {${A}, "raet": "1/s"}}`,
    /1:52: A relay has no setting raet\. Did you mean rate\?/,
  ],
  [
    "a campaign's setting",
    `{"a": {${A}, "template": "x"}}`,
    /A relay has no setting template\. It may have: relay, rate/,
  ],
  ['a rate that is none', `{"a": {${A}, "rate": "fast"}}`, /1:52: rate is "fast"\. .*10\/s/],
  ['a weight of nothing', `{"a": {${A}, "weight": 0}}`, /weight is 0\. .*1 or more/],
  ['a sender that is none', `{"a": {${A}, "from": "news"}}`, /from is "news": .*no @/],
  ['a password', `{"a": {${A}, "password": "${SECRET}"}}`, /A secret does not belong into the settings file/],
  ['a password in the URL', `{"a": {"relay": "smtp://u:${SECRET}@a"}}`, /secret does not belong/],
  ['a name that means another variable', `{"a-file": {${A}}}`, /"a-file" cannot be a relay's name/],
  [
    'two names with one variable',
    `{"a-b": {${A}}, "a_b": {${A}}}`,
    /a-b and a_b would have one MAILBLAST_PASSWORD_A_B/,
  ],
];

for (const [what, relays, says] of MISTAKES) {
  test(`${what} in relays: 78`, async (t) => {
    const desk = new Desk();
    t.after(() => desk.close());
    desk.write('mailblast.config.json', `{"relays": ${relays}}`);
    const { code, stderr } = await desk.run(['config'], BARE);
    assert.equal(code, 78, stderr);
    assert.match(stderr, says);
    assert.match(stderr, /^mailblast: mailblast\.config\.json:1:\d+: /);
    assert.ok(!stderr.includes(SECRET));
  });
}

test('relay beside relays may only name one of them', async (t) => {
  const desk = new Desk();
  t.after(() => desk.close());
  desk.write('mailblast.config.json', `{"relay": "smtp://b.example.com", "relays": {"a": {${A}}}}`);
  const { code, stderr } = await desk.run(['config'], BARE);
  assert.equal(code, 78);
  assert.match(stderr, /relay and relays both say where messages go\. Leave relay out to use a,/);
  desk.write('mailblast.config.json', `{"relay": "a", "relays": {"a": {${A}}}}`);
  assert.equal((await config(desk)).setting('relay').value, 'a');
});

test('a name that is none of them is answered with the nearest one', async (t) => {
  const desk = new Desk();
  t.after(() => desk.close());
  desk.campaign(1);
  desk.write('mailblast.config.json', `{"relays": {"second": {${A}}}}`);
  const send = ['send', 'list.csv', '--template', 'news.mjml', '--relay', 'secnod'];
  const { code, stderr } = await desk.run(send);
  assert.equal(code, 78);
  assert.match(stderr, /names no relay secnod\. Did you mean second\?/);
});

test("each relay's login comes from its own variables, .env or its file, and no relay gets another's", async (t) => {
  const desk = new Desk();
  const login = (name: string) => ({ user: `user-${name}`, password: `${SECRET}-${name}` });
  const names = ['env', 'dotenv', 'held-apart'];
  const relays = await Promise.all(names.map((name) => startFakeRelay({ login: login(name) })));
  const open = await startFakeRelay({});
  t.after(async () => {
    desk.close();
    await Promise.all([...relays, open].map((relay) => relay.stop()));
  });
  desk.campaign(8);
  const url = (i: number) => `smtp://127.0.0.1:${relays[i]!.port}`;
  const passwordFile = desk.write('password', `${SECRET}-held-apart\n`);
  desk.write('.env', `MAILBLAST_PASSWORD_DOTENV=${SECRET}-dotenv\n`);
  const settings = {
    env: { relay: url(0), weight: 1 },
    dotenv: { relay: url(1), weight: 1, user: 'user-dotenv' },
    'held-apart': { relay: url(2), weight: 1, user: 'user-held-apart', passwordFile },
    // Without a login of its own, although there is a general one.
    open: { relay: `smtp://127.0.0.1:${open.port}`, weight: 1 },
  };
  desk.write('mailblast.config.json', JSON.stringify({ relays: settings }));
  const env = {
    MAILBLAST_USER_ENV: 'user-env',
    MAILBLAST_PASSWORD_ENV: `${SECRET}-env`,
    MAILBLAST_USER: 'somebody',
    MAILBLAST_PASSWORD: 'else',
  };
  const sent = await desk.run(['send', 'list.csv', '--template', 'news.mjml', '--rate', 'unlimited'], env);
  assert.equal(sent.code, 0, sent.stderr);
  assert.equal(sent.stderr, '');
  for (const relay of [...relays, open]) assert.ok(relay.journal.length > 0);
  assert.ok(!open.commands.some((line) => /^AUTH/i.test(line)));
  const shown = await desk.run(['config'], env);
  assert.match(shown.stdout, /relays\.held-apart\.password +set/);
  assert.ok(!shown.stdout.includes(SECRET));

  const typo = await desk.run(['config'], { ...env, MAILBLAST_PASSWORD_EVN: 'x' });
  assert.match(
    typo.stderr,
    /MAILBLAST_PASSWORD_EVN names no relay of the settings file; did you mean MAILBLAST_PASSWORD_ENV\?/,
  );
  const half = await desk.run(['resume'], { MAILBLAST_USER_ENV: 'user-env' });
  assert.equal(half.code, 64, half.stderr);
  const missing = await desk.run(['check', '--relay', 'env'], { MAILBLAST_USER_ENV: 'user-env' });
  assert.equal(missing.code, 78);
  assert.match(missing.stderr, /relays\.env: |MAILBLAST_PASSWORD_ENV or MAILBLAST_PASSWORD_ENV_FILE/);
});
