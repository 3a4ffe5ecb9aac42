// A token endpoint of OAuth2 on a loopback port: gives out access tokens for a refresh token, and refuses as RFC 6749 5.2
// says. `grants` counts what it gave; the last token is the good one, until `withdraw`.
//
//   const endpoint = await startTokenEndpoint({ refreshToken: 'r', clientId: 'c', clientSecret: 's' });
//   … endpoint.url … endpoint.good(token) … endpoint.withdraw() … await endpoint.stop();

import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { text } from 'node:stream/consumers';

export interface TokenEndpointOptions {
  readonly refreshToken: string;
  readonly clientId: string;
  /** Empty: a public client, which must not send one. */
  readonly clientSecret: string;
  /** Key and certificate (PEM): https instead of http. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Answers like this, whatever is asked. */
  readonly always?: { readonly status: number; readonly body: string };
}

export interface TokenEndpoint {
  readonly url: string;
  readonly grants: number;
  readonly requests: number;
  good(token: string): boolean;
  /** The token that was given last is good no longer, though it has not run out. */
  withdraw(): void;
  stop(): Promise<void>;
}

export async function startTokenEndpoint(options: TokenEndpointOptions): Promise<TokenEndpoint> {
  let grants = 0;
  let requests = 0;
  let withdrawn = 0;
  const answer = (fields: URLSearchParams): { status: number; body: string } => {
    if (options.always !== undefined) return options.always;
    const refuse = (error: string, words: string) => ({
      status: 400,
      body: JSON.stringify({ error, error_description: words }),
    });
    const { clientSecret } = options;
    if (fields.get('client_id') !== options.clientId) return refuse('invalid_client', 'No such client.');
    if ((fields.get('client_secret') ?? undefined) !== (clientSecret === '' ? undefined : clientSecret)) {
      return refuse('invalid_client', 'The client secret is wrong.');
    }
    if (
      fields.get('grant_type') !== 'refresh_token' ||
      fields.get('refresh_token') !== options.refreshToken
    ) {
      return refuse('invalid_grant', 'Token has been expired or revoked.');
    }
    grants++;
    const body = { access_token: `access-${grants}`, expires_in: 3599, token_type: 'Bearer' };
    return { status: 200, body: JSON.stringify(body) };
  };
  const serve: RequestListener = async (request: IncomingMessage, response) => {
    requests++;
    const { status, body } = answer(new URLSearchParams(await text(request)));
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(body);
  };
  const server = options.tls ? createTlsServer(options.tls, serve) : createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}/token`,
    get grants() {
      return grants;
    },
    get requests() {
      return requests;
    },
    good: (token) => grants > withdrawn && token === `access-${grants}`,
    withdraw: () => {
      withdrawn = grants;
    },
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
