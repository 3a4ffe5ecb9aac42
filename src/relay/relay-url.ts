// Reads what `--relay` and MAILBLAST_RELAY say: which relay, how safely, and maybe with which login.
// Knows the forms and their rules (R10); opens nothing.

import { MailblastError } from '../domain/errors.js';

/** `smtps`: TLS from the start. `smtp`: STARTTLS. `smtp+plain`: never TLS, asked for by name. */
export type Scheme = 'smtps' | 'smtp' | 'smtp+plain';

/** An SMTP relay as named by the user. */
export interface SmtpTarget {
  readonly kind: 'smtp';
  /** For people and the ledger: scheme, host and port, never a secret. */
  readonly name: string;
  readonly scheme: Scheme;
  /** A host name with A-labels, or an IP address without brackets; in lower case. */
  readonly host: string;
  readonly port: number;
  /** The host is this machine: `localhost`, 127.0.0.0/8 or ::1. */
  readonly loopback: boolean;
  /** Empty when not given. */
  readonly user: string;
  /** Empty when not given. */
  readonly password: string;
}

/** What `--relay` can name: an SMTP relay, the embedded sandbox, or a folder for `.eml` files. */
export type RelayTarget =
  | SmtpTarget
  | { readonly kind: 'sandbox'; readonly name: string }
  | { readonly kind: 'file'; readonly name: string; readonly folder: string };

const PORTS: Readonly<Record<Scheme, number>> = { smtps: 465, smtp: 587, 'smtp+plain': 25 };
const EXAMPLES =
  'write it as smtps://mail.example.com:465, smtp://mail.example.com:587, smtp+plain://mail.example.com:25, sandbox, or file:./folder';

// The last @ divides, and a password may hold any character but a line break: people paste them as they are.
const URL_FORM = /^([a-z+]+):\/\/(?:(.*)@)?(\[[0-9a-f:.]+\]|[^\s:/?#@[\]]+)(?::(\d{1,5}))?\/?$/i;

/**
 * Reads a relay's URL. `from` says where it stands: on the command line (`--relay`) no password is allowed, since
 * other users of the machine can read it there.
 * @throws MailblastError `settings` when it is none, `usage` for a password on the command line. Neither shows secrets.
 */
export function parseRelayUrl(text: string, from: 'command line' | 'environment'): RelayTarget {
  const written = text.trim();
  if (written.toLowerCase() === 'sandbox') return { kind: 'sandbox', name: 'sandbox' };
  if (/^file:/i.test(written)) {
    const folder = written.slice('file:'.length);
    if (folder === '') throw wrong(written, 'names no folder');
    return { kind: 'file', name: `file:${folder}`, folder };
  }
  const match = URL_FORM.exec(written);
  if (match === null) throw wrong(written, 'is not a relay');
  const [, schemeText = '', login, hostText = '', portText] = match;
  const scheme = schemeText.toLowerCase();
  if (!isScheme(scheme)) throw wrong(written, `begins with ${scheme}://, which is not known`);
  const host = hostOf(hostText);
  if (host === undefined) throw wrong(written, 'has no valid host name');
  const port = portText === undefined ? PORTS[scheme] : Number(portText);
  if (port < 1 || port > 65_535) throw wrong(written, 'has a port that is not between 1 and 65535');
  const { user, password } = readLogin(login, written);
  const name = `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
  if (password !== '' && from === 'command line') {
    throw new MailblastError(
      'usage',
      `--relay ${name} holds a password, which other users of this machine could read. ` +
        'Put the URL into MAILBLAST_RELAY, or give the login as MAILBLAST_USER with MAILBLAST_PASSWORD or MAILBLAST_PASSWORD_FILE.',
    );
  }
  return { kind: 'smtp', name, scheme, host, port, loopback: isLoopback(host), user, password };
}

/** True for this machine's own addresses and `localhost`; a name that merely resolves to one does not count. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/.test(host);
}

function isScheme(text: string): text is Scheme {
  return Object.hasOwn(PORTS, text);
}

/** The host as it is looked up. The URL parser knows IDNA and every way to write an IP address. */
function hostOf(text: string): string | undefined {
  try {
    const { hostname } = new URL(`http://${text}/`);
    const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname.replace(/\.$/, '');
    return /^[a-z0-9_.:-]+$/.test(host) ? host : undefined;
  } catch {
    return undefined;
  }
}

function readLogin(login: string | undefined, written: string): { user: string; password: string } {
  if (login === undefined) return { user: '', password: '' };
  const colon = login.indexOf(':');
  try {
    return {
      user: decodeURIComponent(colon < 0 ? login : login.slice(0, colon)),
      password: colon < 0 ? '' : decodeURIComponent(login.slice(colon + 1)),
    };
  } catch {
    throw wrong(written, 'has a % in its login that is no percent-encoding (a plain % is written %25)');
  }
}

function wrong(written: string, what: string): MailblastError {
  return new MailblastError('settings', `The relay "${withoutLogin(written)}" ${what}: ${EXAMPLES}.`);
}

/** What may be shown of a text that could hold a password anywhere before its last @. */
function withoutLogin(written: string): string {
  const scheme = /^[a-z+]*:\/\//i.exec(written)?.[0] ?? '';
  const at = written.lastIndexOf('@');
  // Without its @, what follows a colon may be a password rather than a port.
  if (at < 0) return /:\D/.test(written.slice(scheme.length)) ? `${scheme}…` : written;
  return `${scheme}…@${written.slice(at + 1)}`;
}
