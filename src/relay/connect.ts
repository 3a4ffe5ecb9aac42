// Opens a connection to an SMTP relay: name lookup, TCP, TLS, EHLO and login are nodemailer's work, whose socket is
// then taken over. The only file that knows nodemailer; knows nothing of messages.

import { isIP, type Socket } from 'node:net';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { explainFailure, type Failing } from './connect-failure.js';
import { Conversation } from './conversation.js';
import { RelayNotOpened } from './relay.js';
import { isLoopback, type SmtpTarget } from './relay-url.js';
import type { Timeouts } from './timeouts.js';
import type { Extensions } from './transaction.js';

/** User name and password. */
export interface Login {
  readonly user: string;
  readonly password: string;
}

/** How a connection is made safe. */
export interface Safety {
  /** TLS before the first octet. */
  readonly implicit: boolean;
  /** STARTTLS: `required`, `if offered`, or `never`. Only `never` together with `implicit`. */
  readonly startTls: 'required' | 'if offered' | 'never';
  /** Whether the relay must prove who it is. */
  readonly checkCertificate: boolean;
}

/** A relay that is ready for its first transaction. */
export interface Connected {
  readonly talk: Conversation;
  readonly extensions: Extensions;
  readonly tls: boolean;
}

/**
 * The rule of R10: everything is encrypted and checked, except what stays on this machine or was asked for as plain.
 * A certificate authority that was named is meant to be asked, on this machine too.
 */
export function safetyOf(target: SmtpTarget, ca: string | undefined): Safety {
  const strict = !target.loopback || ca !== undefined;
  switch (target.scheme) {
    case 'smtps':
      return { implicit: true, startTls: 'never', checkCertificate: strict };
    case 'smtp':
      return { implicit: false, startTls: strict ? 'required' : 'if offered', checkCertificate: strict };
    case 'smtp+plain':
      return { implicit: false, startTls: 'never', checkCertificate: false };
  }
}

/**
 * Connects and, with a login, authenticates. `ca` is PEM that takes the place of the certificate authorities that Node
 * knows.
 * @throws RelayNotOpened
 */
export function connect(
  target: SmtpTarget,
  login: Login | undefined,
  ca: string | undefined,
  timeouts: Timeouts,
): Promise<Connected> {
  const safety = safetyOf(target, ca);
  const connection = new SMTPConnection({
    // `localhost` is this machine, whatever a name server says.
    host: target.host === 'localhost' ? '127.0.0.1' : target.host,
    port: target.port,
    secure: safety.implicit,
    requireTLS: safety.startTls === 'required',
    ignoreTLS: safety.startTls === 'never',
    ...(isIP(target.host) === 0 ? { servername: target.host } : {}),
    tls: { rejectUnauthorized: safety.checkCertificate, ...(ca === undefined ? {} : { ca }) },
    connectionTimeout: timeouts.connect + timeouts.greeting,
    dnsTimeout: timeouts.connect,
    greetingTimeout: timeouts.greeting,
    socketTimeout: timeouts.command,
    socketCloseTimeout: 0,
    maxResponseSize: 64 * 1024,
  });
  return new Promise((resolve, reject) => {
    let loggingIn = false;
    const tooLate = setTimeout(() => {
      if (connection.stage === 'init') fail({ timeoutType: 'CONNECT_TIMEOUT' });
    }, timeouts.connect);
    const fail = (error: Failing) => {
      clearTimeout(tooLate);
      const progress = {
        connected: connection.stage === 'connected',
        greeted: connection.lastServerResponse !== false,
        upgrading: connection.upgrading === true,
        loggingIn,
      };
      const failure = explainFailure(target, error, progress);
      reject(new RelayNotOpened(target.name, failure, error instanceof Error ? error : undefined));
      connection.close();
    };
    const done = (extensions: Extensions) => {
      clearTimeout(tooLate);
      try {
        resolve({ talk: takeOver(connection), extensions, tls: connection.secure });
      } catch (bug) {
        connection.close();
        reject(bug);
      }
    };
    // Closing emits an end, and an end may follow an error; what was told first stands.
    connection.on('error', fail);
    connection.on('end', () => fail({}));
    connection.connect((error) => {
      if (error) return fail(error);
      const extensions = readExtensions(connection.lastServerResponse || '');
      if (login === undefined) return done(extensions);
      loggingIn = true;
      const refusal = mayLogIn(connection, extensions);
      if (refusal !== undefined) return fail({ refusal });
      connection.login({ user: login.user, pass: login.password }, (failed) =>
        failed ? fail(failed) : done(extensions),
      );
    });
  });
}

/** Why no password may be given here; undefined when it may. */
function mayLogIn(connection: SMTPConnection, extensions: Extensions): string | undefined {
  const remote = connection._socket ? (connection._socket.remoteAddress ?? '') : '';
  if (!connection.secure && !isLoopback(remote)) {
    return 'a password would leave this machine in clear; use smtps:// or smtp://';
  }
  const methods = (extensions.get('AUTH') ?? '').toUpperCase().split(' ');
  if (!extensions.has('AUTH')) {
    return 'a user name and password were given, but the relay offers no login (AUTH); leave them out, or use its submission port (465 or 587)';
  }
  if (!['PLAIN', 'LOGIN', 'CRAM-MD5'].some((method) => methods.includes(method))) {
    return `the relay offers no login by password, only ${methods.join(' ')}`;
  }
  return undefined;
}

/** Keywords of an EHLO reply in upper case, with what stands behind them. RFC 5321 4.1.1.1. */
export function readExtensions(reply: string): Extensions {
  const extensions = new Map<string, string>();
  for (const line of reply.split(/\r?\n/).slice(1)) {
    const match = /^250[ -]([a-z0-9][a-z0-9-]*)(?:[ =](.*))?$/i.exec(line.trimEnd());
    if (match === null) continue;
    const keyword = match[1]!.toUpperCase();
    // `AUTH=LOGIN` is an old spelling that may stand beside the right one.
    const parameters = [extensions.get(keyword), match[2]?.trim()].filter(Boolean).join(' ');
    extensions.set(keyword, parameters);
  }
  return extensions;
}

/** nodemailer's own listeners, which its types do not show. */
const LISTENERS = {
  data: '_onSocketData',
  error: '_onSocketError',
  close: '_onSocketClose',
  end: '_onSocketEnd',
  timeout: '_onSocketTimeout',
} as const;

/**
 * Takes the socket away from nodemailer, without a gap in which an event could be missed: nodemailer's listeners go,
 * Node's own stay. Octets that nodemailer had read but not used come along.
 * @throws Error when nodemailer is not built as expected. It is pinned, and a test holds this.
 */
function takeOver(connection: SMTPConnection): Conversation {
  const inside = connection as unknown as Record<string, unknown> & { _socket: Socket | null };
  const socket = inside._socket;
  const { _responseQueue: queue, _remainder: remainder } = inside;
  if (!socket || !Array.isArray(queue) || typeof remainder !== 'string') throw unknownNodemailer('buffers');
  for (const [event, name] of Object.entries(LISTENERS)) {
    const listener = inside[name] as (() => void) | undefined;
    if (typeof listener !== 'function') throw unknownNodemailer(name);
    socket.removeListener(event, listener);
  }
  if (socket.listenerCount('data') > 0) throw unknownNodemailer('listeners');
  socket.setTimeout(0);
  // A message's end leaves as a write of its own. Nagle's algorithm would hold it back until the relay has
  // acknowledged the body: a second round trip for each message.
  socket.setNoDelay(true);
  const early = [...queue.map((line) => `${line}\r\n`), remainder].join('');
  inside._responseQueue = [];
  inside._remainder = '';
  inside._socket = null;
  return new Conversation(socket, Buffer.from(early, 'latin1'));
}

function unknownNodemailer(what: string): Error {
  return new Error(`nodemailer's connection has other ${what} than this version of mailblast was made for`);
}
