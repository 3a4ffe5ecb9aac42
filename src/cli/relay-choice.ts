// From `--relay` and the environment's secrets to a relay. Passwords come from the environment or a file (R10).

import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { MailblastError } from '../domain/errors.js';
import { fileRelay } from '../relay/file-relay.js';
import { parseProxyUrl } from '../relay/proxy.js';
import type { Relay } from '../relay/relay.js';
import { parseRelayUrl, type RelayTarget, type SmtpTarget } from '../relay/relay-url.js';
import { sandboxRelay } from '../relay/sandbox.js';
import { type SmtpRelayOptions, smtpRelay } from '../relay/smtp-relay.js';
import type { ConnectionFlags } from './relay-flags.js';
import { givenPassword, givenSecret } from './settings/password.js';

/** Where the embedded sandbox keeps what it gets. */
export const SANDBOX_FOLDER = 'sandbox';

export interface RelayChoice {
  readonly target: RelayTarget;
  /** The rehearsal's folder, where its ledger lies too; undefined on a real relay. */
  readonly rehearsalFolder: string | undefined;
  /** `depth`: messages that may be unanswered at once on a connection. */
  make(depth?: number): Relay;
}

/** What has to be known of how the relay is reached; `proxyTyped`: on the command line, where it may hold no password. */
export type Reaching = ConnectionFlags & { readonly proxyTyped: boolean };

/**
 * `onCommandLine`: the URL was typed, so it may hold no password. `suffix` stands behind the names of the variables of a
 * named relay's login.
 */
export function chooseRelay(
  url: string,
  onCommandLine: boolean,
  reaching?: Reaching,
  suffix = '',
): RelayChoice {
  if (url === '') {
    throw new MailblastError(
      'settings',
      'No relay is named. Give --relay smtp://mail.example.com:587 (or MAILBLAST_RELAY), or --relay sandbox for a rehearsal.',
    );
  }
  const target = parseRelayUrl(url, onCommandLine ? 'command line' : 'environment');
  if (target.kind === 'sandbox') {
    const folder = resolve(SANDBOX_FOLDER);
    return { target, rehearsalFolder: folder, make: () => sandboxRelay(folder) };
  }
  if (target.kind === 'file') {
    const folder = resolve(target.folder);
    return { target, rehearsalFolder: folder, make: () => fileRelay(folder) };
  }
  const options = smtpOptions(target, reaching, suffix);
  return { target, rehearsalFolder: undefined, make: (depth) => smtpRelay(target, { ...options, depth }) };
}

/** The login, from where secrets come, and what the flags say of the way. `suffix` as above. */
export function smtpOptions(
  target: SmtpTarget,
  reaching: Reaching | undefined,
  suffix = '',
): SmtpRelayOptions {
  if (reaching?.proxyTyped) parseProxyUrl(reaching.proxy, 'command line');
  return {
    user: target.user !== '' ? target.user : (process.env[`MAILBLAST_USER${suffix}`] ?? ''),
    password: target.password !== '' ? target.password : givenPassword(suffix),
    oauth2: !reaching?.oauth2
      ? undefined
      : {
          provider: reaching.oauth2,
          clientId: process.env[`MAILBLAST_OAUTH2_CLIENT_ID${suffix}`] ?? '',
          clientSecret: givenSecret(`MAILBLAST_OAUTH2_CLIENT_SECRET${suffix}`, 'client secret'),
          refreshToken: givenSecret(`MAILBLAST_OAUTH2_REFRESH_TOKEN${suffix}`, 'refresh token'),
        },
    suffix,
    proxy: reaching?.proxy,
    caFile: reaching?.tlsCa,
    certFile: reaching?.tlsCert,
    keyFile: reaching?.tlsKey,
  };
}

/** What the ledger calls the relay that a URL names. */
export function relayName(url: string): string {
  const target = parseRelayUrl(url, 'environment');
  return target.kind === 'file' ? `file:${resolve(target.folder)}` : target.name;
}

/** A relay's or a proxy's URL without user and password, as the ledger may keep it. */
export function withoutLogin(url: string): string {
  return url.replace(/^([a-z0-9+]+:\/\/).*@/i, '$1');
}

/** Makes a rehearsal's folder if need be, since its ledger is opened before its relay. */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new MailblastError(
      'cannot_create',
      `The folder ${folder} cannot be made: ${(error as Error).message}.`,
      {
        cause: error,
      },
    );
  }
}
