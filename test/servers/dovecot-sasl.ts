// Debian's Dovecot as a child process that does nothing but check passwords, for the Postfix of these tests, as many mail
// servers have it. Folder, socket and log are its own. Needs root, as Dovecot does.
//
//   const dovecot = await startDovecotSasl({ user: 'ada', password: 'hush' });
//   const postfix = await startPostfix({ settings: dovecot.settings }); … await dovecot.stop();

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface DovecotSasl {
  /** Lines of main.cf: a login before mail, and TLS before a login. */
  readonly settings: readonly string[];
  stop(): Promise<void>;
}

export async function startDovecotSasl(account: {
  readonly user: string;
  readonly password: string;
  /** `plain login` unless told. */
  readonly mechanisms?: string;
}): Promise<DovecotSasl> {
  const folder = await mkdtemp(join(tmpdir(), 'mailblast-dovecot-'));
  const at = (name: string) => join(folder, name);
  await chmod(folder, 0o755);
  await writeFile(at('users'), `${account.user}:{PLAIN}${account.password}::::::\n`, { mode: 0o644 });
  await writeFile(
    at('dovecot.conf'),
    `
base_dir = ${at('run')}
state_dir = ${at('state')}
log_path = ${at('log')}
protocols =
ssl = no
disable_plaintext_auth = no
auth_mechanisms = ${account.mechanisms ?? 'plain login'}
auth_failure_delay = 0
passdb {
  driver = passwd-file
  args = ${at('users')}
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=/nonexistent
}
service auth {
  unix_listener ${at('socket')} {
    mode = 0666
  }
}
`,
  );
  // The shell ends it when its own standard input ends: by `stop`, or because this process died.
  const guard = 'dovecot -F -c "$0/dovecot.conf" & cat; kill $!; wait; rm -rf "$0"';
  const child = spawn('sh', ['-c', guard, folder], { stdio: ['pipe', 'ignore', 'inherit'], detached: true });
  const stop = () => {
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.stdin.end();
    return ended;
  };
  const end = Date.now() + 10_000;
  while (!existsSync(at('socket'))) {
    if (Date.now() > end) {
      const said = await readFile(at('log'), 'utf8').catch(() => '');
      await stop();
      throw new Error(`Dovecot does not start: ${said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    settings: [
      'smtpd_sasl_auth_enable = yes',
      'smtpd_sasl_type = dovecot',
      `smtpd_sasl_path = ${at('socket')}`,
      'smtpd_sasl_security_options = noanonymous',
      'smtpd_tls_auth_only = yes',
      // The line of postfix.ts lets this machine relay; here only a login does.
      'smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination',
    ],
    stop,
  };
}
