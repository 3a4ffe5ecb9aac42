// Login by OAuth2: access tokens from a refresh token (RFC 6749 6), and the XOAUTH2 dialogue that shows them to a relay.
// Knows nodemailer's token generator; a secret of it stands in no error.

import type { SMTPConnectionCustomAuthHandler } from 'nodemailer/lib/smtp-connection';
import XOAuth2 from 'nodemailer/lib/xoauth2';
import type { Failing } from './connect-failure.js';
import { parseReply, shown } from './replies.js';

/** What a token is fetched with. The client's secret may be empty: public clients of Microsoft have none. */
export interface OAuth2Login {
  readonly kind: 'oauth2';
  readonly user: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string;
  readonly tokenUrl: string;
}

/**
 * Where tokens are fetched, by what people call the provider.
 * https://developers.google.com/identity/protocols/oauth2/web-server#offline
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#refresh-the-access-token
 */
export const TOKEN_URLS: Readonly<Record<string, string>> = {
  google: 'https://oauth2.googleapis.com/token',
  microsoft: 'https://login.microsoftonline.com/common/oauth2/v2.0/token',
};

/** RFC 6749 5.2: what no further try mends. Anything else is a matter of the moment. */
const REFUSALS =
  /^(invalid_request|invalid_client|invalid_grant|unauthorized_client|unsupported_grant_type|invalid_scope|consent_required|interaction_required)\b/;

/** Characters of a provider's own words that are shown. */
const LONGEST = 300;

/** Why the login did not come about, in words, and whether that is about the login or about reaching somebody. */
class TokenTrouble extends Error implements Failing {
  override readonly name = 'TokenTrouble';
  readonly refusal: string;
  readonly stage: 'connect' | 'auth';

  constructor(stage: 'connect' | 'auth', refusal: string, cause?: unknown) {
    super(refusal, cause === undefined ? undefined : { cause });
    this.refusal = refusal;
    this.stage = stage;
  }
}

/** The access token of one login, shared by all of a relay's connections and renewed when it has run out. */
export class AccessToken {
  readonly generator: XOAuth2;
  readonly #login: OAuth2Login;

  /** `timeout` milliseconds are allowed for one request to the token endpoint. */
  constructor(login: OAuth2Login, timeout: number) {
    const { user, clientId, clientSecret, refreshToken, tokenUrl } = login;
    this.#login = login;
    this.generator = new Generator({
      user,
      clientId,
      clientSecret,
      refreshToken,
      accessUrl: tokenUrl,
      requestTimeout: timeout,
    });
  }

  /**
   * Says AUTH XOAUTH2. A token that was fetched for an earlier connection may have been withdrawn meanwhile, so its
   * refusal is answered by one more try with a new one.
   * https://developers.google.com/workspace/gmail/imap/xoauth2-protocol
   */
  readonly logIn: SMTPConnectionCustomAuthHandler = async ({ sendCommand }) => {
    for (let renew = false; ; renew = true) {
      const before = this.generator.accessToken;
      const token = await this.#token(renew);
      let reply = await sendCommand(`AUTH XOAUTH2 ${this.generator.buildXOAuth2Token(token)}`);
      let why = '';
      if (reply.status === 334) {
        // The challenge is the reason, as JSON; an empty answer asks for the reply.
        why = reasonOf(reply.text);
        reply = await sendCommand('');
      }
      if (reply.status >= 200 && reply.status < 300) return;
      const old = token === before;
      if (reply.status >= 500 && old && !renew) continue;
      throw Object.assign(new Error('not logged in'), {
        refusal: reply.status >= 500 ? this.#refused(reply.response, why) : undefined,
      });
    }
  };

  #token(renew: boolean): Promise<string> {
    return new Promise((resolve, reject) => {
      this.generator.getToken(renew, (error, token) => {
        if (error || !token) reject(troubleOf(error, this.#login.tokenUrl));
        else resolve(token);
      });
    });
  }

  #refused(response: string, why: string): string {
    const { user } = this.#login;
    const reply = parseReply(response);
    const words = [reply === undefined ? '' : `${reply.code} ${reply.enhanced} ${reply.text}`, why]
      .map((each) => each.replaceAll(/\s+/g, ' ').trim())
      .filter((each) => each !== '');
    return (
      `the relay refused the OAuth2 token of ${user} (${words.join('; ')}); ` +
      'was consent given by that user, for sending mail by SMTP, and is SMTP login allowed for the account?'
    );
  }
}

/** nodemailer's, but that an empty client secret is left out: Microsoft refuses one from a public client. */
class Generator extends XOAuth2 {
  override postRequest(...[url, payload, ...rest]: Parameters<XOAuth2['postRequest']>): void {
    const fields = { ...(payload as Record<string, unknown>) };
    if (fields.client_secret === '') delete fields.client_secret;
    super.postRequest(url, fields, ...rest);
  }
}

function troubleOf(error: Error | null, tokenUrl: string): TokenTrouble {
  const { host } = new URL(tokenUrl);
  const said = shown(error?.message ?? 'no token', LONGEST);
  if (REFUSALS.test(said)) {
    const what = /^invalid_grant/.test(said)
      ? 'the refresh token: get a new one, it was withdrawn or has run out'
      : "the token request: check the client's id and secret";
    return new TokenTrouble('auth', `${host} refused ${what} ("${said}")`, error);
  }
  const { code } = (error ?? {}) as { code?: string };
  const why = code === 'EFETCH' || error instanceof SyntaxError ? said : `"${said}"`;
  return new TokenTrouble('connect', `${host} gave no access token (${why}); try again later`, error);
}

/** What the challenge holds: `{"status":"401","schemes":"bearer","scope":"https://mail.google.com/"}`, in base64. */
function reasonOf(challenge: string): string {
  const text = Buffer.from(challenge, 'base64').toString('utf8');
  try {
    const { status, scope } = JSON.parse(text) as { status?: unknown; scope?: unknown };
    const parts = [status === undefined ? '' : `status ${status}`, scope ? `scope ${scope}` : ''];
    return shown(parts.filter((part) => part !== '').join(', '), LONGEST);
  } catch {
    return '';
  }
}
