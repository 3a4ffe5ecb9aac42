// What may be said to which relay, and how it is made safe (R10): encryption, certificates, logins, proxies.
// Rules only; opens nothing and knows no package.

import type { OAuth2Login } from './oauth2.js';
import { isLoopback, type SmtpTarget } from './relay-url.js';

/** How one logs in: user name and password, or user name and an access token that is fetched when it is needed. */
export type Login = PasswordLogin | OAuth2Login;

export interface PasswordLogin {
  readonly kind: 'password';
  readonly user: string;
  readonly password: string;
}

/** What lies between this machine and the relay, and what proves one to the other. PEM texts. */
export interface Way {
  /** Takes the place of the certificate authorities that Node knows. */
  readonly ca: string | undefined;
  /** Our own certificate, with its chain, and its private key. */
  readonly identity: { readonly cert: string; readonly key: string } | undefined;
  /** The proxy's URL, its login included. */
  readonly proxy: URL | undefined;
}

export const DIRECT: Way = { ca: undefined, identity: undefined, proxy: undefined };

/** How a connection is made safe. */
export interface Safety {
  /** TLS before the first octet. */
  readonly implicit: boolean;
  /** STARTTLS: `required`, `if offered`, or `never`. Only `never` together with `implicit`. */
  readonly startTls: 'required' | 'if offered' | 'never';
  /** Whether the relay must prove who it is. */
  readonly checkCertificate: boolean;
}

/**
 * Everything is encrypted and checked, except what stays on this machine or was asked for as plain. A certificate
 * authority that was named is meant to be asked, on this machine too. Behind a proxy nothing is this machine:
 * `localhost` is the proxy's own.
 */
export function safetyOf(target: SmtpTarget, way: Way): Safety {
  const strict = !target.loopback || way.ca !== undefined || way.proxy !== undefined;
  switch (target.scheme) {
    case 'smtps':
      return { implicit: true, startTls: 'never', checkCertificate: strict };
    case 'smtp':
      return { implicit: false, startTls: strict ? 'required' : 'if offered', checkCertificate: strict };
    case 'smtp+plain':
      return { implicit: false, startTls: 'never', checkCertificate: false };
  }
}

const BY_PASSWORD = ['PLAIN', 'LOGIN', 'CRAM-MD5'];

/**
 * Why this login may not be given now; undefined when it may. `remote` is the address that the socket is connected to,
 * `methods` what stands behind AUTH in the relay's answer to EHLO, undefined when it offers none.
 */
export function loginRefusal(
  login: Login,
  way: Way,
  encrypted: boolean,
  remote: string,
  methods: string | undefined,
): string | undefined {
  if (!encrypted && (way.proxy !== undefined || !isLoopback(remote))) {
    return 'a password would leave this machine in clear; use smtps:// or smtp://';
  }
  if (methods === undefined) {
    return 'a user name was given, but the relay offers no login (AUTH); leave it out, or use its submission port (465 or 587)';
  }
  const offered = methods.toUpperCase().split(' ');
  if (login.kind === 'oauth2') {
    return offered.includes('XOAUTH2')
      ? undefined
      : `the relay offers no login by OAuth2 (XOAUTH2), only ${offered.join(' ')}`;
  }
  return BY_PASSWORD.some((method) => offered.includes(method))
    ? undefined
    : `the relay offers no login by password, only ${offered.join(' ')}`;
}
