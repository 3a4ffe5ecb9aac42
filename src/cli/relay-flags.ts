// The options that say how a relay is reached and logged in to, besides its URL. Declared here once; secrets have none.

import type { Command } from 'commander';
import { text } from './option-kinds.js';

/** Texts are empty when not given. */
export interface ConnectionFlags {
  readonly oauth2: string;
  readonly proxy: string;
  readonly tlsCa: string;
  readonly tlsCert: string;
  readonly tlsKey: string;
}

export function connectionFlags(command: Command): Command {
  return command
    .addOption(
      text(
        '--oauth2 <provider>',
        'MAILBLAST_OAUTH2',
        "login by OAuth2: google, microsoft, or a token endpoint's URL",
      ),
    )
    .addOption(
      text('--proxy <url>', 'MAILBLAST_PROXY', 'reach the relay through http://host:3128 or socks5://host'),
    )
    .addOption(
      text(
        '--tls-ca <file>',
        'MAILBLAST_TLS_CA',
        "PEM of the authorities that may sign the relay's certificate",
      ),
    )
    .addOption(text('--tls-cert <file>', 'MAILBLAST_TLS_CERT', 'PEM of a client certificate, with its chain'))
    .addOption(text('--tls-key <file>', 'MAILBLAST_TLS_KEY', "PEM of the client certificate's private key"));
}
