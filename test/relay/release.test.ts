// When a session says that a message's memory may be written over: once the reply is there, and nothing of what was
// written waits in the socket any more. A relay may answer what it has not read to its end.

import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import type { Outgoing } from '../../src/domain/attempt.js';
import { Conversation } from '../../src/relay/conversation.js';
import { Line } from '../../src/relay/line.js';
import { Manners } from '../../src/relay/manners.js';
import { SmtpSession } from '../../src/relay/session.js';
import { TIMEOUTS } from '../../src/relay/timeouts.js';
import { inWords, letter, listSource } from './list-source.js';

/** A socket to a relay that answers all at once, in its order; its system takes what is written when `takes` says so. */
function socketTo(replies: readonly string[], takes: (written: string) => boolean): Socket {
  const left = [...replies];
  const socket = new Duplex({
    read() {},
    write(octets: Buffer, _, taken) {
      const written = octets.toString('latin1');
      if (takes(written)) taken();
      // `MAIL`, `RCPT` and `DATA`, or the end of a body, or `QUIT`.
      const asked = written.match(/^(?:MAIL|RCPT|DATA|\.|QUIT).*\r$/gm)?.length ?? 0;
      setImmediate(() => {
        for (const reply of left.splice(0, asked)) this.push(reply);
      });
    },
  });
  return Object.assign(socket, { destroySoon: () => socket.destroy() }) as unknown as Socket;
}

async function run(takes: (written: string) => boolean): Promise<{ ends: string[]; released: Outgoing[] }> {
  const ok = ['250 ok\r\n', '250 ok\r\n', '354 go\r\n', '250 taken\r\n', '221 bye\r\n'];
  const talk = new Conversation(socketTo(ok, takes));
  const session = new SmtpSession(new Line(talk, new Map(), { ...TIMEOUTS, quit: 50 }, new Manners()));
  const released: Outgoing[] = [];
  const source = { ...listSource([letter()]), release: (message: Outgoing) => released.push(message) };
  await session.run(source);
  return { ends: source.attempts.map(inWords), released };
}

test('a message that was taken to its end, and answered, is released', async () => {
  const { ends, released } = await run(() => true);
  assert.deepEqual(ends, ['replied body 250']);
  assert.equal(released.length, 1);
});

test('a message that was answered while its end waits in the socket is not', async () => {
  const { ends, released } = await run((written) => written !== '.\r\n');
  assert.deepEqual(ends, ['replied body 250']);
  assert.equal(released.length, 0);
});
