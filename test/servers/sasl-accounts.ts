// Accounts of Cyrus SASL (Debian: sasl2-bin, libsasl2-modules) for the Postfix of these tests: a password file in a folder
// of its own, and the lines of main.cf with which Postfix asks for a login before it takes mail.
//
//   const accounts = await saslAccounts({ user: 'ada', password: 'hush' });
//   const postfix = await startPostfix({ settings: accounts.settings }); … await accounts.remove();

import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const REALM = 'relay.test';

export interface SaslAccounts {
  readonly settings: readonly string[];
  remove(): Promise<void>;
}

/** Postfix offers the mechanisms, and only behind TLS; a client that has not logged in is refused with 530 or 554. */
export async function saslAccounts(account: {
  readonly user: string;
  readonly password: string;
  readonly mechanisms?: string;
}): Promise<SaslAccounts> {
  const folder = await mkdtemp(join(tmpdir(), 'mailblast-sasl-'));
  const database = join(folder, 'sasldb2');
  execFileSync('saslpasswd2', ['-p', '-c', '-f', database, '-u', REALM, account.user], {
    input: account.password,
  });
  execFileSync('chown', ['-R', 'postfix', folder]);
  await writeFile(
    join(folder, 'smtpd.conf'),
    [
      'pwcheck_method: auxprop',
      'auxprop_plugin: sasldb',
      `sasldb_path: ${database}`,
      `mech_list: ${account.mechanisms ?? 'PLAIN LOGIN'}`,
      '',
    ].join('\n'),
  );
  await chmod(folder, 0o755);
  return {
    settings: [
      'smtpd_sasl_auth_enable = yes',
      'smtpd_sasl_type = cyrus',
      'smtpd_sasl_path = smtpd',
      `cyrus_sasl_config_path = ${folder}`,
      `smtpd_sasl_local_domain = ${REALM}`,
      'smtpd_sasl_security_options = noanonymous',
      'smtpd_tls_auth_only = yes',
      // The list of main.cf lets this machine relay; here only a login does.
      'smtpd_relay_restrictions = permit_sasl_authenticated, reject',
    ],
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
