// Sessions on a fake relay, opened as in a run or on a bare socket, and stopped with their relay.

import { once } from 'node:events';
import { connect } from 'node:net';

import { Conversation } from '../../src/relay/conversation.js';
import { Line } from '../../src/relay/line.js';
import { Manners } from '../../src/relay/manners.js';
import type { Session } from '../../src/relay/relay.js';
import { parseRelayUrl, type SmtpTarget } from '../../src/relay/relay-url.js';
import { SmtpSession } from '../../src/relay/session.js';
import { smtpRelay } from '../../src/relay/smtp-relay.js';
import { TIMEOUTS, type Timeouts } from '../../src/relay/timeouts.js';
import { type FakeRelay, type FakeRelayOptions, startFakeRelay } from '../servers/fake-relay.js';

/** A session that was opened by `smtpRelay` in the usual way. */
export async function withRelay(
  options: FakeRelayOptions,
  use: (relay: FakeRelay, session: Session) => Promise<void>,
  timeouts: Partial<Timeouts> = {},
): Promise<void> {
  const relay = await startFakeRelay(options);
  try {
    const target = parseRelayUrl(`smtp://127.0.0.1:${relay.port}`, 'environment') as SmtpTarget;
    await use(relay, await smtpRelay(target, { timeouts: { quit: 200, ...timeouts } }).open());
  } finally {
    await relay.stop();
  }
}

/** A session on a socket that the test can watch: `gone` resolves when the session's own side has seen its end. */
export async function withSocket(
  options: FakeRelayOptions,
  use: (relay: FakeRelay, session: Session, gone: Promise<unknown>) => Promise<void>,
): Promise<void> {
  const relay = await startFakeRelay(options);
  try {
    const socket = connect(relay.port, relay.host);
    await once(socket, 'data');
    socket.pause();
    const gone = new Promise((resolve) => socket.once('close', resolve));
    await use(
      relay,
      new SmtpSession(new Line(new Conversation(socket), new Map(), TIMEOUTS, new Manners())),
      gone,
    );
  } finally {
    await relay.stop();
  }
}
