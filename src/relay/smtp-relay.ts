// A relay that is spoken to by SMTP. Knows which logins may be given to which relay (R10); the rest is done by
// connect.ts and session.ts.

import { connect, type Given } from './connect.js';
import { Line } from './line.js';
import type { OAuth2Settings } from './login.js';
import { loginFor } from './login.js';
import { Manners } from './manners.js';
import type { Relay } from './relay.js';
import type { SmtpTarget } from './relay-url.js';
import type { Way } from './safety.js';
import { SmtpSession } from './session.js';
import { TIMEOUTS, type Timeouts } from './timeouts.js';
import { readWay } from './way.js';

export interface SmtpRelayOptions {
  /** Take the place of the target's own; both or none must come together in the end. */
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** Logs in by OAuth2 instead of by a password. */
  readonly oauth2?: OAuth2Settings | undefined;
  /** Stands behind the names of the variables that a missing part of the login is asked for by: `_SES`. */
  readonly suffix?: string | undefined;
  readonly timeouts?: Partial<Timeouts> | undefined;
  /** A PEM file of the authorities that may sign the relay's certificate, instead of those that Node knows. */
  readonly caFile?: string | undefined;
  /** Messages that may be unanswered at once on a connection, where the relay offers PIPELINING and CHUNKING. */
  readonly depth?: number | undefined;
  /** PEM files of the certificate that this client shows, with its chain, and of its private key. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  /** `http://proxy:3128` or `socks5://proxy:1080`, with its login if it wants one. */
  readonly proxy?: string | undefined;
}

/** A relay's address with everything that opening it needs, files read and rules kept. */
export interface Opening {
  readonly target: SmtpTarget;
  readonly given: Given | undefined;
  readonly way: Way;
  readonly timeouts: Timeouts;
}

/**
 * Reads the files and makes the login. Nothing is opened yet.
 * @throws MailblastError `settings` for half a login, or one that would cross a network in clear, or a certificate and
 * key that do not belong together; `no_input` for a file that cannot be read.
 */
export function openingOf(target: SmtpTarget, options: SmtpRelayOptions = {}): Opening {
  const timeouts = { ...TIMEOUTS, ...options.timeouts };
  const way = readWay(target, options);
  return { target, given: loginFor(target, options, way, timeouts), way, timeouts };
}

/**
 * Makes a relay. Nothing is opened yet.
 * @throws what `openingOf` throws.
 */
export function smtpRelay(target: SmtpTarget, options: SmtpRelayOptions = {}): Relay {
  const { given, way, timeouts } = openingOf(target, options);
  const manners = new Manners();
  return {
    name: target.name,
    rehearsal: false,
    async open() {
      const { talk, extensions } = await connect(target, given, way, timeouts);
      return new SmtpSession(new Line(talk, extensions, timeouts, manners), options.depth);
    },
    async close() {},
  };
}
