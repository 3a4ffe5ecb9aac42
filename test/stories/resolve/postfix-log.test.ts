// mailblast is killed while Postfix has messages in hand, and what is in doubt is settled from Postfix's own log; the
// oracle is what Postfix's queue handed on.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { missing } from '../../servers/free-port.js';
import { startPostfix } from '../../servers/postfix.js';
import { Desk, listOf, person, TEMPLATE, until } from '../mailblast.js';
import { startSwallowingFront } from './swallowing-front.js';

const PEOPLE = 120;
const CONNECTIONS = 6;
/** Postfix has the whole message for three seconds before it says yes: it is killed meanwhile, and Postfix takes it. */
const SLOW = [40, 60].map(person);
/** Its end never reaches Postfix. */
const [HEADLESS, ENDLESS] = [50, 70].map(person) as [string, string];

interface Said {
  readonly event: string;
  readonly address: string;
  readonly state: string;
  readonly found: string;
  readonly evidence: string;
}

test('killed in mid-campaign, all in doubt are settled rightly from Postfix’s log, and nobody is mailed twice', {
  skip: missing('postfix'),
}, async (t) => {
  const slow = SLOW.map((address) => `{${address} = sleep 3}`).join(', ');
  const postfix = await startPostfix({
    settings: [
      'smtpd_tls_security_level = none',
      `smtpd_end_of_data_restrictions = check_recipient_access inline:{${slow}}`,
    ],
  });
  const front = await startSwallowingFront(postfix.port, { [HEADLESS]: 'whole', [ENDLESS]: 'end' });
  const desk = new Desk();
  t.after(async () => {
    desk.close();
    await front.stop();
    await postfix.stop();
  });
  desk.write('list.csv', listOf(Array.from({ length: PEOPLE }, (_, index) => index + 1)));
  // Long enough for Postfix to hand its header on to cleanup before it has the end.
  desk.write('news.mjml', TEMPLATE.replace('this is the news.', 'this is the news. '.repeat(2000)));
  const env = { MAILBLAST_RELAY: `smtp://127.0.0.1:${front.port}` };
  const rate = ['--rate', '100/s', '--connections', String(CONNECTIONS)];
  const running = desk.start(['send', 'list.csv', '--template', 'news.mjml', ...rate], env);

  await until(`both are swallowed (${running.stderr()})`, () => front.swallowed.size === 2);
  const atWork = await desk.run(['resolve', 'list-news', '--accepted', 'all']);
  assert.equal(atWork.code, 75);
  assert.match(atWork.stderr, /Another run is at work on campaign list-news/);
  running.process.kill('SIGKILL');
  assert.equal((await running.finished).code, 'SIGKILL');
  const { counts } = await desk.status();
  const doubtful = counts.in_doubt! + counts.transmitting!;
  assert.ok(doubtful >= 2 && doubtful <= CONNECTIONS, `${doubtful} in doubt`);

  const handedOn = async () => {
    await postfix.idle();
    return (await postfix.journal()).map(({ to }) => to);
  };
  await until('Postfix has taken the slow ones', async () => {
    const taken = await handedOn();
    return SLOW.every((address) => taken.includes(address));
  });
  // Some of the log is in a packed one that was rotated away.
  const lines = (await postfix.log()).split(/(?<=\n)/);
  const half = Math.floor(lines.length / 2);
  desk.write('maillog', lines.slice(half).join(''));
  desk.write('maillog.1.gz', gzipSync(lines.slice(0, half).join('')));
  const command = ['resolve', 'list-news', '--from-log', 'maillog', 'maillog.1.gz', '--json'];
  const said = (stdout: string) =>
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Said);

  const dry = await desk.run([...command, '--dry-run']);
  assert.deepEqual((await desk.status()).counts, counts, 'a dry run changes nothing');
  const settled = await desk.run(command);
  assert.equal(settled.code, 75, settled.stderr);
  assert.deepEqual(said(settled.stdout).slice(0, -1), said(dry.stdout).slice(0, -1));
  const taken = new Set(await handedOn());
  const doubts = said(settled.stdout).slice(0, -1);
  assert.equal(doubts.length, doubtful);
  for (const { address, state, found, evidence } of doubts) {
    assert.equal(state, taken.has(address) ? 'accepted' : 'in_doubt', `${address}: ${found}`);
    if (state === 'accepted')
      assert.match(evidence, /^maillog(?:\.1\.gz)?:\d+: .*postfix\/\w+\[\d+\]: \w+: /);
  }
  const found = new Map(doubts.map((doubt) => [doubt.address, doubt.found]));
  assert.equal(found.get(ENDLESS), 'begun');
  assert.match(found.get(HEADLESS)!, /^(?:absent|uncovered)$/);
  t.diagnostic(`${doubtful} in doubt: ${[...found].map((pair) => pair.join(' ')).join(', ')}`);

  const rest = await desk.run(['resolve', 'list-news', '--resend', 'all']);
  assert.equal(rest.code, 0, rest.stderr);
  const relay = `smtp://127.0.0.1:${postfix.port}`;
  const resumed = await desk.run(['resume', '--rate', 'unlimited', '--relay', relay]);
  assert.equal(resumed.code, 0, resumed.stderr);
  assert.deepEqual((await handedOn()).sort(), Array.from({ length: PEOPLE }, (_, i) => person(i + 1)).sort());
});
