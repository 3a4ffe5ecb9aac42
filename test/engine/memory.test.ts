// Messages are written on memory that earlier ones left. Whatever the relay answers, and however many are on their way,
// what arrives is each recipient's own message, octet for octet.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Campaign } from '../../src/domain/campaign.js';
import type { Delivery } from '../../src/domain/delivery.js';
import { Letters, type PersonalMessage } from '../../src/engine/letters.js';
import type { Source } from '../../src/relay/relay.js';
import { parseRelayUrl, type SmtpTarget } from '../../src/relay/relay-url.js';
import { smtpRelay } from '../../src/relay/smtp-relay.js';
import { startFakeRelay } from '../servers/fake-relay.js';
import { CONTENT } from './campaigns.js';

const PEOPLE = 400;
const SECRET = new Uint8Array(32);
/** Of very different lengths, so that memory goes from one to another. */
const STORY = 'A sentence for {{name}} alone, whatever else there is. ';

const CAMPAIGN: Campaign = {
  number: 1,
  name: 'test',
  id: '0123456789abcdef0123456789abcdef',
  rehearsal: false,
  contentHash: '',
  content: {
    ...CONTENT,
    html: `${CONTENT.html}{{#each items}}${STORY.replace('name', 'this')}{{/each}}`,
    jsonColumns: ['items'],
  },
  contentNumber: 1,
  columns: ['name', 'link', 'items'],
  createdAt: 0,
  abandonedAt: undefined,
  braked: undefined,
  options: {},
  listHash: '',
};

function delivery(number: number): Delivery {
  const address = `p${number}@example.org`;
  const items = JSON.stringify(Array.from({ length: (number * 37) % 400 }, (_, i) => `${number}-${i}`));
  const fields = { name: `P${number}`, link: 'https://example.com/', items };
  const never = { firstAttemptAt: undefined, markedAt: undefined, content: undefined };
  return { id: number, address, key: address, line: number, fields, dueAt: 0, attempts: 0, ...never };
}

const sign = async (octets: Uint8Array): Promise<string> => `DKIM-Signature: v=1; of=${octets.length}\r\n`;

/** Sends everybody through `connections` sessions; gives what arrived by address, and how often memory was given back. */
async function arrived(
  connections: number,
  depth: number,
  extensions: readonly string[],
): Promise<{ readonly octets: Map<string, Buffer>; readonly released: number }> {
  const relay = await startFakeRelay({
    extensions,
    script: {
      rcpt: ({ count }) => (count % 11 === 0 ? '550 5.1.1 nobody' : undefined),
      body: ({ count }) => (count % 7 === 0 ? '451 4.3.0 later' : undefined),
    },
  });
  try {
    const letters = new Letters(CAMPAIGN, SECRET, sign);
    const made: PersonalMessage[] = [];
    let next = 0;
    let released = 0;
    const ahead = async () => {
      while (made.length < connections * depth && next < PEOPLE) {
        made.push(await letters.sign(letters.write(delivery(next++), 1e12)));
      }
    };
    const source: Source<PersonalMessage> = {
      next: async () => {
        await ahead();
        return made.shift();
      },
      nextNow: () => {
        void ahead();
        return made.shift();
      },
      mark: async () => {},
      ended: () => {},
      release: (message) => {
        released++;
        letters.wipe(message);
      },
      notice: () => {},
    };
    const target = parseRelayUrl(`smtp://127.0.0.1:${relay.port}`, 'environment') as SmtpTarget;
    const smtp = smtpRelay(target, { depth });
    const sessions = await Promise.all(Array.from({ length: connections }, () => smtp.open()));
    await Promise.all(sessions.map((session) => session.run(source)));
    const bodies = relay.journal.filter(({ octets }) => octets.length > 0);
    return { octets: new Map(bodies.map(({ to, octets }) => [to[0]!, octets])), released };
  } finally {
    await relay.stop();
  }
}

for (const [what, connections, depth, extensions] of [
  ['in groups', 5, 1, ['PIPELINING', 'SIZE 10485760']],
  ['one command at a time', 5, 1, ['SIZE 10485760']],
  ['in chunks', 3, 6, ['PIPELINING', 'CHUNKING']],
] as const) {
  test(`${what}: everybody's message arrives as it was written`, async () => {
    const { octets, released } = await arrived(connections, depth, extensions);
    const letters = new Letters(CAMPAIGN, SECRET, sign);
    for (const [address, received] of octets) {
      const { octets: meant } = await letters.sign(
        letters.write(delivery(Number(address.match(/\d+/)![0])), 1e12),
      );
      assert.ok(received.equals(meant), `${address} got another message`);
    }
    // One in eleven was refused at RCPT.
    assert.ok(octets.size >= PEOPLE * 0.8, `${octets.size} messages arrived`);
    assert.ok(released >= PEOPLE * 0.8, `memory was given back ${released} times`);
  });
}
