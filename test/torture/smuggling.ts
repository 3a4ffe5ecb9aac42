// End-of-data corpora in every part of a message that carries data, over DATA and BDAT, to servers that are ours and to
// servers that are not: each sees exactly the messages that were meant, with the expected octets.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Outgoing } from '../../src/domain/attempt.js';
import { parseRelayUrl, type SmtpTarget } from '../../src/relay/relay-url.js';
import { smtpRelay } from '../../src/relay/smtp-relay.js';
import { writeRows } from '../engine/written-rows.js';
import { readWithMailparser } from '../message/readers.js';
import { letter, sendAll } from '../relay/list-source.js';
import { startFakeRelay } from '../servers/fake-relay.js';
import { startPostfix } from '../servers/postfix.js';
import { startSmtpSink } from '../servers/smtp-sink.js';
import { isRefused, SMUGGLES } from './corpora.js';
import { HastyClock } from './hasty-clock.js';
import { DIALECTS, type Dialect } from './misdeed.js';
import { inFolder, type Row } from './row.js';
import { Stage } from './stage.js';

const LITERALS = SMUGGLES.filter((each) => !isRefused(each)).join('|');

/** Everything in the template's own words too; in attributes as far as they can be written there. */
const TEMPLATE = `<mjml><mj-head><mj-title>{{value}}</mj-title></mj-head><mj-body><mj-section><mj-column>
<mj-text><span id="here">{{value}}</span><i title="{{value}}">i</i></mj-text>
<mj-raw><pre>${LITERALS.replace(/[&<>]/g, '_')}</pre></mj-raw>
</mj-column></mj-section></mj-body></mjml>`;

/** A message for each value, from a list, with the value in each part; the values that the list's rules refuse left out. */
function messagesOf(folder: string): Promise<Outgoing[]> {
  mkdirSync(join(folder, 'files'));
  const attachments = ['plain.txt', 'lines\r\n.\r\nnamed.txt', '.', ' .eml'].flatMap((name) => {
    const path = join(folder, 'files', name);
    if (name !== '.') writeFileSync(path, SMUGGLES.join('\n'));
    return name === '.' ? [] : [path];
  });
  return writeRows({
    columns: ['email', 'value'],
    rows: SMUGGLES.map((value, index) => [`p${index}@example.org`, value]),
    template: TEMPLATE,
    text: `{{value}}\n.\n${LITERALS}\r\n.\r\n.`,
    settings: { headers: [['X-Value', '{{value}}']], attachments },
  }).then((rows) => {
    const refused = rows.flatMap((row, index) => ('reason' in row ? [SMUGGLES[index]!] : []));
    assert.deepEqual(refused, SMUGGLES.filter(isRefused), 'refused, by the rules of lists');
    return rows.flatMap((row) => ('message' in row ? [row.message] : []));
  });
}

/** Bodies of which each piece that a session writes at once ends at another octet of a line that a dot ends. */
const AT_BORDERS: readonly Outgoing[] = [0, 1, 2, 3].flatMap((shift) => [
  letter(2 * shift + 1, `${'x'.repeat(shift)}\r\n${'a.\r\n'.repeat(140_000)}`),
  letter(2 * shift + 2, `${'x'.repeat(shift)}\r\n${'a..\r\n\r\nb'.repeat(60_000)}`),
]);

const open = (port: number, caFile?: string) =>
  smtpRelay(parseRelayUrl(`smtp://localhost:${port}`, 'environment') as SmtpTarget, { caFile }).open();

async function assertAllAccepted(
  port: number,
  messages: readonly Outgoing[],
  caFile?: string,
): Promise<void> {
  for (const attempt of await sendAll(await open(port, caFile), messages)) {
    assert.ok(attempt.ended === 'replied' && attempt.reply.code === 250, JSON.stringify(attempt));
  }
}

function toOurs(dialect: Dialect): Row {
  return {
    name: `smuggling: every corpus in every part, to the strict relay (${dialect.name})`,
    end: 'one message each, octet for octet; no fault of the client',
    run: () =>
      inFolder(async (folder) => {
        const messages = [...(await messagesOf(folder)), ...AT_BORDERS];
        const relay = await startFakeRelay({ extensions: dialect.extensions });
        try {
          await assertAllAccepted(relay.port, messages);
          assert.deepEqual(relay.faults, []);
          assert.deepEqual(
            relay.journal.map(({ from, to }) => [from, ...to]),
            messages.map(({ envelope }) => [envelope.returnPath, envelope.recipient]),
          );
          for (const [i, { octets }] of messages.entries()) {
            assert.ok(relay.journal[i]!.octets.equals(Buffer.from(octets)), `message ${i} has other octets`);
          }
        } finally {
          await relay.stop();
        }
        return { recipients: messages.length };
      }),
  };
}

const TO_SINK: Row = {
  name: 'smuggling: every corpus in every part, to smtp-sink',
  end: 'one message each, octet for octet',
  needs: ['smtp-sink'],
  run: () =>
    inFolder(async (folder) => {
      const messages = [...(await messagesOf(folder)), ...AT_BORDERS];
      const sink = await startSmtpSink([], { keep: true });
      try {
        await assertAllAccepted(sink.port, messages);
        const got = (await sink.messages()).map((dump) =>
          dump.slice(dump.search(/^(?:From|Message-ID): /m)).trimEnd(),
        );
        const meant = messages.map(({ octets }) =>
          Buffer.from(octets).toString('latin1').replaceAll('\r\n', '\n').trimEnd(),
        );
        assert.deepEqual(got.sort(), meant.sort());
      } finally {
        await sink.stop();
      }
      return { recipients: messages.length };
    }),
};

const TO_POSTFIX: Row = {
  name: 'smuggling: every corpus in every part, to Postfix',
  end: 'one message each, by its own log, to those it was meant for',
  needs: ['postfix'],
  run: () =>
    inFolder(async (folder) => {
      const messages = await messagesOf(folder);
      const postfix = await startPostfix();
      try {
        await assertAllAccepted(postfix.port, messages, postfix.caFile);
        await postfix.idle();
        const got = (await postfix.journal()).map(({ to, messageId }) => `${to} ${messageId}`);
        const meant = messages.map(({ envelope, octets }) => {
          const id = /^Message-ID: <(.*)>\r$/m.exec(Buffer.from(octets).toString('latin1'))![1];
          return `${envelope.recipient} ${id}`;
        });
        assert.deepEqual(got.sort(), meant.sort());
        assert.doesNotMatch(await postfix.log(), /victim@/);
      } finally {
        await postfix.stop();
      }
      return { recipients: messages.length };
    }),
};

/** One moment for all, so that the messages of a campaign are the same in every dialect. */
class OneMoment extends HastyClock {
  override now(): number {
    return Date.UTC(2026, 10, 24);
  }
}

/** The whole engine over each dialect, by BDAT where it is spoken: what arrives is the same, and reads as it was meant. */
const IN_ALL_DIALECTS: Row = {
  name: 'smuggling: a campaign of corpora over DATA and BDAT',
  end: 'one message each, the same octets in each dialect, every value in it as it was',
  run: async () => {
    const values = SMUGGLES.filter((value) => !isRefused(value));
    let first: Map<string, Buffer> | undefined;
    for (const { name, extensions, depth } of DIALECTS) {
      const options = {
        people: values.length,
        depth,
        clock: new OneMoment(),
        fields: (number: number) => ({ name: values[number - 1]! }),
        content: { html: `<p>{{name}}</p><pre>${LITERALS}</pre>`, text: `{{name}}\n${LITERALS}` },
        relay: { extensions },
      };
      await Stage.with(options, async (stage) => {
        assert.equal((await stage.run()).failure, undefined);
        assert.equal(stage.judge().counts.accepted, values.length);
        const got = new Map(stage.relay.journal.map(({ to, octets }) => [to.join(), octets]));
        assert.equal(stage.relay.journal.length, values.length);
        if (first === undefined) {
          for (const [i, value] of values.entries()) {
            const read = await readWithMailparser(got.get(`p${i + 1}@example.org`)!);
            const lines = (text: string) => text.replace(/\r\n?/g, '\n').trim();
            assert.ok(
              lines(read.text ?? '').startsWith(lines(value)),
              `${JSON.stringify(value)}: ${read.text}`,
            );
            assert.deepEqual(
              [...read.headers.keys()].filter((header) => /evil|bcc|rset/i.test(header)),
              [],
            );
          }
        }
        first ??= got;
        for (const [to, octets] of got) assert.ok(first.get(to)?.equals(octets), `${to} differs by ${name}`);
      });
    }
    return { recipients: values.length * DIALECTS.length };
  },
};

export const SMUGGLING_ROWS: readonly Row[] = [...DIALECTS.map(toOurs), IN_ALL_DIALECTS, TO_SINK, TO_POSTFIX];
