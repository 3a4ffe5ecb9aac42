// From what was given to a login: user and password, or OAuth2. Half a login and one in clear are refused here (R10).
// Opens nothing, shows no secret.

import { MailblastError } from '../domain/errors.js';
import type { Given } from './connect.js';
import { AccessToken, type OAuth2Login, TOKEN_URLS } from './oauth2.js';
import { isLoopback, type SmtpTarget } from './relay-url.js';
import type { Login, Way } from './safety.js';
import type { Timeouts } from './timeouts.js';

/** What a login by OAuth2 is made of, besides the user's name. */
export interface OAuth2Settings {
  /** `google`, `microsoft`, or the URL of a token endpoint. */
  readonly provider: string;
  readonly clientId: string;
  /** Empty for a public client. */
  readonly clientSecret: string;
  readonly refreshToken: string;
}

/** @throws MailblastError `settings` for half a login, or one that would cross a network in clear. */
export function loginFor(
  target: SmtpTarget,
  options: {
    readonly user?: string | undefined;
    readonly password?: string | undefined;
    readonly oauth2?: OAuth2Settings | undefined;
    readonly suffix?: string | undefined;
  },
  way: Way,
  timeouts: Timeouts,
): Given | undefined {
  const user = options.user || target.user;
  const password = options.password || target.password;
  const { suffix = '' } = options;
  const login = options.oauth2
    ? byOAuth2(target, user, password, options.oauth2, suffix)
    : byPassword(target, user, password, suffix);
  if (login === undefined) return undefined;
  if (target.scheme === 'smtp+plain' && (!target.loopback || way.proxy !== undefined)) {
    throw new MailblastError(
      'settings',
      `A password would cross the network in clear to ${target.name}: use smtps:// or smtp://, or leave the login out.`,
    );
  }
  const token = login.kind === 'oauth2' ? new AccessToken(login, timeouts.connect) : undefined;
  return { login, token, suffix };
}

function byPassword(target: SmtpTarget, user: string, password: string, suffix: string): Login | undefined {
  if (user === '' && password === '') return undefined;
  if (password === '') {
    throw new MailblastError(
      'settings',
      `There is a user name for ${target.name} but no password: give it as MAILBLAST_PASSWORD${suffix} or MAILBLAST_PASSWORD${suffix}_FILE.`,
    );
  }
  if (user === '') {
    throw new MailblastError(
      'settings',
      `There is a password for ${target.name} but no user name: give it as MAILBLAST_USER${suffix}.`,
    );
  }
  return { kind: 'password', user, password };
}

function byOAuth2(
  target: SmtpTarget,
  user: string,
  password: string,
  settings: OAuth2Settings,
  suffix: string,
): OAuth2Login {
  const { clientId, clientSecret, refreshToken } = settings;
  for (const [value, what, variable] of [
    [user, 'user name', `MAILBLAST_USER${suffix}`],
    [clientId, 'client id', `MAILBLAST_OAUTH2_CLIENT_ID${suffix}`],
    [
      refreshToken,
      'refresh token',
      `MAILBLAST_OAUTH2_REFRESH_TOKEN${suffix} or MAILBLAST_OAUTH2_REFRESH_TOKEN${suffix}_FILE`,
    ],
  ] as const) {
    if (value !== '') continue;
    throw new MailblastError(
      'settings',
      `Login by OAuth2 to ${target.name} needs a ${what}: give it as ${variable}.`,
    );
  }
  if (password !== '') {
    throw new MailblastError(
      'settings',
      `There is a password for ${target.name} and --oauth2 as well: leave one of them out.`,
    );
  }
  return {
    kind: 'oauth2',
    user,
    clientId,
    clientSecret,
    refreshToken,
    tokenUrl: tokenUrlOf(settings.provider),
  };
}

/** A token endpoint gets the client's secret, so it is https, but on this machine (RFC 6749 3.2). */
function tokenUrlOf(provider: string): string {
  const text = TOKEN_URLS[provider.toLowerCase()] ?? provider;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:') return url.href;
  if (url?.protocol === 'http:' && isLoopback(url.hostname)) return url.href;
  throw new MailblastError(
    'settings',
    `--oauth2 must be ${Object.keys(TOKEN_URLS).join(', ')} or the https:// URL of a token endpoint.`,
  );
}
