// Says in plain words why a relay could not be reached, secured or logged in to, and what to do about it.
// Knows the error codes of Node, OpenSSL and nodemailer; connects nothing.

import type { ConnectFailure } from '../domain/attempt.js';
import { formatReply, type Reply } from '../domain/reply.js';
import type { SmtpTarget } from './relay-url.js';
import { parseReply } from './replies.js';

/** What is read of an error; nodemailer's have all of these, where they apply. */
export interface Failing {
  /** Our own reason for not going on. */
  readonly refusal?: string | undefined;
  /** Where it failed, when that is known better than from how far the connection had come. */
  readonly stage?: ConnectFailure['stage'] | undefined;
  readonly message?: string | undefined;
  /** nodemailer's kind: ESOCKET, EDNS, ETLS, EAUTH … */
  readonly code?: string | undefined;
  /** The system's or OpenSSL's code: ECONNREFUSED, CERT_HAS_EXPIRED … */
  readonly originalCode?: string | undefined;
  readonly timeoutType?: string | undefined;
  /** The SMTP command that failed; `CONN` for the connection itself. */
  readonly command?: string | undefined;
  /** The relay's words. */
  readonly response?: string | undefined;
}

/** How far the connection had come. */
export interface Progress {
  readonly connected: boolean;
  readonly greeted: boolean;
  readonly upgrading: boolean;
  readonly loggingIn: boolean;
  /** Behind the names of the variables that the login came by. */
  readonly suffix?: string;
}

const NETWORK: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing accepts connections there; is it running, and is the port right?',
  ENOTFOUND: 'this host name is not known; is it spelt right?',
  ENODATA: 'this host name has no address; is it spelt right?',
  EAI_AGAIN: 'the host name could not be looked up; is there a network?',
  ESERVFAIL: 'the host name could not be looked up, since the name server failed; try again later',
  ETIMEOUT: 'the host name could not be looked up in time; is there a network?',
  EHOSTUNREACH: 'there is no way to this host; is there a network?',
  ENETUNREACH: 'there is no way to this network; is there a network?',
  EACCES: 'the system does not allow the connection; a firewall may forbid it',
  ETIMEDOUT: 'no connection came about in time; a firewall may block the port (many networks block 25)',
  ECONNRESET: 'the connection was closed before it came about; is the port right?',
  EPIPE: 'the connection was closed before it came about; is the port right?',
  ETLS: 'the connection was closed during the TLS handshake',
  UPGRADE_TIMEOUT: 'the TLS handshake did not end in time',
  CONNECT_TIMEOUT: 'no connection came about in time; a firewall may block the port (many networks block 25)',
};

const CERTIFICATE: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired; only its operator can renew it',
  CERT_NOT_YET_VALID: "its certificate is not valid yet; is this machine's clock right?",
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an authority that is not known here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by an authority that is not known here',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate is signed by an authority that is not known here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by an authority that is not known here',
  CERT_REVOKED: 'its certificate was revoked',
};
const TRUST = 'to trust its authority, name its PEM file with --tls-ca or in NODE_EXTRA_CA_CERTS';

/** What a relay's TLS says to a client whose certificate it misses or does not take. RFC 8446 6.2. */
const WANTS_CERTIFICATE = /CERTIFICATE_REQUIRED|ALERT_(?:BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_)/;

/** Makes the failure that the engine sees. `why` names no secret. */
export function explainFailure(target: SmtpTarget, error: Failing, progress: Progress): ConnectFailure {
  const reply = error.response === undefined ? undefined : parseReply(error.response);
  const stage = error.stage ?? stageOf(target, error, progress);
  const failure = {
    stage,
    reply,
    why: error.refusal ?? why(target, error, stage, reply, progress.suffix ?? ''),
  };
  return stage === 'auth' && wasLost(error, reply) ? { ...failure, lost: true } : failure;
}

/** Neither our own reason nor the relay's: the network's end, or words that are no reply. */
function wasLost({ refusal, response, command = 'CONN' }: Failing, reply: Reply | undefined): boolean {
  return refusal === undefined && reply === undefined && (response !== undefined || command === 'CONN');
}

function stageOf(target: SmtpTarget, error: Failing, progress: Progress): ConnectFailure['stage'] {
  if (progress.loggingIn) return 'auth';
  // In TLS 1.3 a relay refuses our certificate when it has our first octets, which is after the handshake.
  if (WANTS_CERTIFICATE.test(codeOf(error))) return 'tls';
  const handshake = progress.upgrading || (target.scheme === 'smtps' && !progress.connected);
  // A network that fails in the middle of a handshake says nothing about TLS.
  if (handshake) return codeOf(error) in NETWORK ? 'connect' : 'tls';
  if (error.command === 'STARTTLS') return 'tls';
  if (!progress.connected) return 'connect';
  // A greeting that refuses is reported for the connection, a refused EHLO with its command.
  if (!progress.greeted || (error.command === 'CONN' && error.response !== undefined)) return 'greeting';
  return 'ehlo';
}

function codeOf(error: Failing): string {
  return error.timeoutType ?? error.originalCode ?? error.code ?? '';
}

function why(
  target: SmtpTarget,
  error: Failing,
  stage: ConnectFailure['stage'],
  reply: Reply | undefined,
  suffix: string,
): string {
  const code = codeOf(error);
  const said = reply === undefined ? '' : ` (${formatReply(reply)})`;
  if (stage === 'tls') return tlsWhy(target, error, code, reply, said);
  if (error.timeoutType !== undefined && stage !== 'connect') return silence(target, stage);
  if (error.code === 'EPROTOCOL' && reply === undefined) {
    return 'what answers there does not speak SMTP; is the port right?';
  }
  if (stage === 'connect') {
    const known = NETWORK[code];
    return known === undefined ? `no connection came about (${code || error.message})` : `${known} (${code})`;
  }
  if (reply === undefined) return `the relay closed the connection before ${AWAITED[stage]}`;
  if (stage === 'auth' && reply.code >= 500) {
    return `the relay refused user name and password${said}; check MAILBLAST_USER${suffix} and MAILBLAST_PASSWORD${suffix}`;
  }
  return `the relay refused ${REFUSED[stage]}${said}`;
}

const AWAITED = {
  greeting: 'its greeting',
  ehlo: 'its answer to EHLO',
  auth: 'its answer to the login',
} as const;
const REFUSED = { greeting: 'to talk to this machine', ehlo: 'EHLO', auth: 'the login' } as const;

function silence(target: SmtpTarget, stage: keyof typeof AWAITED): string {
  if (stage !== 'greeting') return `the relay did not give ${AWAITED[stage]} in time`;
  return target.port === 465
    ? 'no greeting came in time; port 465 wants smtps://'
    : 'no greeting came in time; try again later';
}

function tlsWhy(
  target: SmtpTarget,
  error: Failing,
  code: string,
  reply: Reply | undefined,
  said: string,
): string {
  if (reply !== undefined && error.command === 'STARTTLS') {
    return reply.code < 500
      ? `the relay cannot do STARTTLS now${said}; try again later`
      : `the relay does not offer STARTTLS, so the connection cannot be made safe${said}; try smtps:// on port 465`;
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `its certificate is for another host name than ${target.host}; use the name that its operator gives`;
  }
  const certificate = CERTIFICATE[code];
  if (certificate !== undefined) {
    return /authority|self-signed/.test(certificate) ? `${certificate}; ${TRUST}` : certificate;
  }
  if (WANTS_CERTIFICATE.test(code)) {
    return `the relay did not take this client's certificate (${code}); give it one that it knows, with --tls-cert and --tls-key`;
  }
  // In TLS 1.2 a missing certificate is told like ciphers that do not fit.
  if (/ALERT_HANDSHAKE_FAILURE/.test(code)) {
    return `the relay broke off the TLS handshake (${code}); if it asks for a client certificate, give --tls-cert and --tls-key`;
  }
  if (target.scheme === 'smtps' && /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|EPROTO/.test(code)) {
    return 'the relay does not begin with TLS on this port; try smtp:// (STARTTLS, port 587)';
  }
  return `no TLS connection came about (${code || error.message})`;
}
