// A relay that is spoken to by SMTP. Knows which logins may be given to which relay (R10); the rest is done by
// connect.ts and session.ts.

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { MailblastError } from '../domain/errors.js';
import { connect, type Login } from './connect.js';
import { Line } from './line.js';
import { Manners } from './manners.js';
import type { Relay } from './relay.js';
import type { SmtpTarget } from './relay-url.js';
import { SmtpSession } from './session.js';
import { TIMEOUTS, type Timeouts } from './timeouts.js';

export interface SmtpRelayOptions {
  /** Take the place of the target's own; both or none must come together in the end. */
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly timeouts?: Partial<Timeouts> | undefined;
  /** A PEM file of the authorities that may sign the relay's certificate, instead of those that Node knows. */
  readonly caFile?: string | undefined;
  /** Messages that may be unanswered at once on a connection, where the relay offers PIPELINING and CHUNKING. */
  readonly depth?: number | undefined;
}

/**
 * Makes a relay. Nothing is opened yet.
 * @throws MailblastError `settings` for half a login, or one that would cross a network in clear; `no_input` for a CA
 * file that cannot be read.
 */
export function smtpRelay(target: SmtpTarget, options: SmtpRelayOptions = {}): Relay {
  const login = loginFor(target, options.user || target.user, options.password || target.password);
  const ca = options.caFile === undefined ? undefined : readCa(options.caFile);
  const timeouts = { ...TIMEOUTS, ...options.timeouts };
  const manners = new Manners();
  return {
    name: target.name,
    rehearsal: false,
    async open() {
      const { talk, extensions } = await connect(target, login, ca, timeouts);
      return new SmtpSession(new Line(talk, extensions, timeouts, manners), options.depth);
    },
    async close() {},
  };
}

function loginFor(target: SmtpTarget, user: string, password: string): Login | undefined {
  if (user === '' && password === '') return undefined;
  if (password === '') {
    throw new MailblastError(
      'settings',
      `There is a user name for ${target.name} but no password: give it as MAILBLAST_PASSWORD or MAILBLAST_PASSWORD_FILE.`,
    );
  }
  if (user === '') {
    throw new MailblastError(
      'settings',
      `There is a password for ${target.name} but no user name: give it as MAILBLAST_USER.`,
    );
  }
  if (target.scheme === 'smtp+plain' && !target.loopback) {
    throw new MailblastError(
      'settings',
      `A password would cross the network in clear to ${target.name}: use smtps:// or smtp://, or leave the login out.`,
    );
  }
  return { user, password };
}

function readCa(file: string): string {
  try {
    const ca = readFileSync(file, 'utf8');
    new X509Certificate(ca);
    return ca;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new MailblastError('no_input', `No certificate of an authority can be read from it (${code}).`, {
      place: { file },
      cause,
    });
  }
}
