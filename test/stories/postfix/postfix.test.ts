// A campaign through Debian's Postfix, whose own log is the oracle: whole, cut off by SIGKILL and resumed, over TLS.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { missing } from '../../servers/free-port.js';
import { type Postfix, type PostfixEntry, startPostfix } from '../../servers/postfix.js';
import { Desk, listOf, person, TEMPLATE, until } from '../mailblast.js';
import { startTlsFront } from './tls-front.js';

const PEOPLE = 300;
const CONNECTIONS = 4;
const COMMAND = ['send', 'list.csv', '--template', 'news.mjml', '--connections', String(CONNECTIONS)];

/** Postfix has their whole messages in hand for two seconds before it says yes: long enough to be killed meanwhile. */
const SLOW = [1060, 1061, 1160].map(person);

interface Known {
  readonly address: string;
  readonly state: string;
  readonly message_id: string;
}

async function recipients(desk: Desk): Promise<Known[]> {
  const { stdout } = await desk.run(['recipients', 'list-news', '--json']);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Known);
}

/** Each story mails people of its own, so that the journal tells them apart. */
function campaignOf(first: number): { readonly desk: Desk; readonly addresses: readonly string[] } {
  const numbers = Array.from({ length: PEOPLE }, (_, index) => first + index);
  const desk = new Desk();
  desk.write('list.csv', listOf(numbers));
  desk.write('news.mjml', TEMPLATE);
  return { desk, addresses: numbers.map(person) };
}

describe('through Postfix', { skip: missing('postfix') }, () => {
  let postfix: Postfix;
  before(async () => {
    // No mail without TLS, though mailblast takes what a loopback relay offers.
    const tls = ['smtpd_tls_security_level = encrypt', 'smtpd_tls_loglevel = 1'];
    const slow = SLOW.map((address) => `{${address} = sleep 2}`).join(', ');
    const settings = [...tls, `smtpd_end_of_data_restrictions = check_recipient_access inline:{${slow}}`];
    postfix = await startPostfix({ settings });
  });
  after(() => postfix?.stop());

  const journalOf = async (addresses: readonly string[]): Promise<PostfixEntry[]> => {
    await postfix.idle();
    const wanted = new Set(addresses);
    return (await postfix.journal()).filter(({ to }) => wanted.has(to));
  };

  test('everybody is in its journal once, with the Message-ID that mailblast names, over STARTTLS', async (t) => {
    const { desk, addresses } = campaignOf(1);
    t.after(() => desk.close());
    const env = { MAILBLAST_RELAY: `smtp://127.0.0.1:${postfix.port}` };
    const { code, stderr } = await desk.run([...COMMAND, '--rate', 'unlimited'], env);
    assert.equal(code, 0, stderr);

    const journal = await journalOf(addresses);
    const named = await recipients(desk);
    assert.ok(named.every(({ state }) => state === 'accepted'));
    const pairs = (entries: readonly (readonly [string, string])[]) =>
      entries.map((pair) => pair.join(' ')).sort();
    assert.deepEqual(
      pairs(journal.map(({ to, messageId }) => [to, messageId])),
      pairs(named.map(({ address, message_id }) => [address, message_id])),
    );
    assert.deepEqual(named.map(({ address }) => address).sort(), [...addresses].sort());
    assert.ok(journal.every(({ from }) => from === 'news@example.com'));

    const sessions = (await postfix.log()).match(/disconnect from .* mail=\d+.*/g) ?? [];
    assert.ok(sessions.length > 0 && sessions.length <= CONNECTIONS, `${sessions.length} sessions`);
    for (const session of sessions) assert.match(session, /ehlo=2 starttls=1 .*quit=1/);
    assert.match(await postfix.log(), /TLS connection established from .*TLSv1\.[23]/);
  });

  test('killed twice in mid-campaign and resumed, nobody is in its journal twice, nobody is left out', async (t) => {
    const { desk, addresses } = campaignOf(1001);
    t.after(() => desk.close());
    const env = { MAILBLAST_RELAY: `smtp://127.0.0.1:${postfix.port}` };
    const taken = async (wanted: readonly string[]) =>
      new Set((await postfix.journal()).map(({ to }) => to).filter((to) => wanted.includes(to))).size;
    let doubtful = 0;
    for (const goal of [75, 175]) {
      const running = desk.start([...COMMAND, '--rate', '150/s'], env);
      await until(`${goal} messages (${running.stderr()})`, async () => (await taken(addresses)) >= goal);
      running.process.kill('SIGKILL');
      assert.equal((await running.finished).code, 'SIGKILL');
      const { state, counts } = await desk.status();
      assert.equal(state, 'interrupted');
      const now = counts.in_doubt! + counts.transmitting!;
      assert.ok(now > doubtful && now - doubtful <= CONNECTIONS, `${now - doubtful} more in doubt`);
      doubtful = now;
    }
    const resumed = await desk.run(['resume', '--rate', 'unlimited'], env);
    assert.equal(resumed.code, 75, resumed.stderr);

    await until('Postfix has said yes to all', async () => (await taken(SLOW)) === SLOW.length);
    const journal = await journalOf(addresses);
    const named = await recipients(desk);
    const inJournal = new Set(journal.map(({ messageId }) => messageId));
    assert.equal(inJournal.size, journal.length, 'somebody was mailed twice');
    assert.equal(named.length, PEOPLE);
    for (const { address, state, message_id } of named) {
      if (state === 'accepted') assert.ok(inJournal.has(message_id), `${address}: Postfix does not know it`);
      else assert.equal(state, 'in_doubt', address);
    }
    for (const address of SLOW)
      assert.equal(named.find((known) => known.address === address)!.state, 'in_doubt');
    t.diagnostic(`${doubtful} in doubt`);
  });

  test('a relay with TLS from the first octet is spoken to in TLS alone', async (t) => {
    const plain = await startPostfix();
    const desk = new Desk();
    const front = await startTlsFront(plain.port, desk.folder);
    t.after(async () => {
      desk.close();
      await front.stop();
      await plain.stop();
    });
    desk.campaign(20);
    const { code, stderr } = await desk.run([...COMMAND, '--rate', 'unlimited'], {
      MAILBLAST_RELAY: `smtps://127.0.0.1:${front.port}`,
    });
    assert.equal(code, 0, stderr);
    await plain.idle();
    assert.equal(new Set((await plain.journal()).map(({ to }) => to)).size, 20);
    assert.ok(front.secured() > 0 && front.secured() <= CONNECTIONS);
  });
});
