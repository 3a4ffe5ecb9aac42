// Opens a connection to an SMTP relay: name lookup, TCP, TLS, EHLO and login are nodemailer's work, whose socket is
// then taken over. Beside oauth2.ts and proxy.ts the only file that knows nodemailer; knows nothing of messages.

import { isIP, type Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { explainFailure, type Failing } from './connect-failure.js';
import { Conversation } from './conversation.js';
import type { AccessToken } from './oauth2.js';
import { openThrough, proxyName, secure } from './proxy.js';
import { RelayNotOpened } from './relay.js';
import type { SmtpTarget } from './relay-url.js';
import { type Login, loginRefusal, safetyOf, type Way } from './safety.js';
import { type Secured, securedBy } from './secured.js';
import type { Timeouts } from './timeouts.js';
import type { Extensions } from './transaction.js';

/** A relay that is ready for its first transaction. */
export interface Connected {
  readonly talk: Conversation;
  readonly extensions: Extensions;
  readonly tls: boolean;
  /** How it is secured; undefined in clear. */
  readonly secured: Secured | undefined;
}

/** A login as it is given: by its words, or by an access token that all of a relay's connections share. */
export type Given = {
  readonly login: Login;
  readonly token: AccessToken | undefined;
  /** Behind the names of the variables that the login came by; empty but for one of several relays. */
  readonly suffix?: string;
};

/**
 * Connects and, with a login, authenticates.
 * @throws RelayNotOpened
 */
export async function connect(
  target: SmtpTarget,
  given: Given | undefined,
  way: Way,
  timeouts: Timeouts,
): Promise<Connected> {
  const safety = safetyOf(target, way);
  const servername = isIP(target.host) === 0 ? { servername: target.host } : {};
  const tls: ConnectionOptions = {
    // Said outright, so that NODE_TLS_REJECT_UNAUTHORIZED=0 switches nothing off.
    rejectUnauthorized: safety.checkCertificate,
    ...(way.ca === undefined ? {} : { ca: way.ca }),
    ...way.identity,
  };
  const through = way.proxy && (await proxied(way.proxy, target, { ...tls, ...servername }, timeouts));
  const connection = new SMTPConnection({
    // `localhost` is this machine, whatever a name server says.
    host: target.host === 'localhost' ? '127.0.0.1' : target.host,
    port: target.port,
    secure: safety.implicit,
    requireTLS: safety.startTls === 'required',
    ignoreTLS: safety.startTls === 'never',
    ...servername,
    tls,
    ...(through === undefined ? {} : { connection: through, secured: safety.implicit }),
    ...(given?.token === undefined ? {} : { customAuth: { XOAUTH2: given.token.logIn } }),
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
        suffix: given?.suffix ?? '',
      };
      const failure = explainFailure(target, error, progress);
      reject(new RelayNotOpened(target.name, failure, error instanceof Error ? error : undefined));
      connection.close();
    };
    const done = (extensions: Extensions) => {
      clearTimeout(tooLate);
      try {
        const secured = connection._socket ? securedBy(connection._socket) : undefined;
        resolve({ talk: takeOver(connection), extensions, tls: connection.secure, secured });
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
      if (given === undefined) return done(extensions);
      loggingIn = true;
      const { login, token } = given;
      const remote = connection._socket ? (connection._socket.remoteAddress ?? '') : '';
      const refusal = loginRefusal(login, way, connection.secure, remote, extensions.get('AUTH'));
      if (refusal !== undefined) return fail({ refusal });
      const words =
        login.kind === 'oauth2'
          ? { user: login.user, method: 'XOAUTH2', oauth2: token?.generator }
          : { user: login.user, pass: login.password };
      connection.login(words, (failed) => (failed ? fail(failed) : done(extensions)));
    });
  });
}

/** A socket through the proxy, secured where TLS comes first: nodemailer would lose what OpenSSL says of a certificate. */
async function proxied(
  proxy: URL,
  target: SmtpTarget,
  tls: ConnectionOptions,
  timeouts: Timeouts,
): Promise<Socket> {
  let connected = false;
  try {
    const socket = await openThrough(proxy, target.host, target.port, timeouts.connect);
    connected = true;
    return target.scheme === 'smtps' ? await secure(socket, tls, timeouts.greeting) : socket;
  } catch (error) {
    const cause = error as Error & Failing;
    const refusal = connected
      ? undefined
      : `the proxy ${proxyName(proxy)} let nobody through (${cause.message})`;
    const { code, message } = cause;
    const failing: Failing = { code, message, refusal, ...(connected ? {} : { stage: 'connect' }) };
    const progress = { connected: false, greeted: false, upgrading: false, loggingIn: false };
    throw new RelayNotOpened(target.name, explainFailure(target, failing, progress), error);
  }
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
