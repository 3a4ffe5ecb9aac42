// Debian's OpenSMTPD as a child process on a loopback port, with a configuration and folders of its own: a third real
// relay, which offers no PIPELINING. It takes everything and delivers it into one Maildir, its journal. It offers no TLS:
// Debian 12's 6.8 fails every handshake with OpenSSL 3 ("SSL routines::EVP lib"), with RSA and with EC keys.
//
//   test('…', { skip: notUnpacked('opensmtpd') }, async () => {
//     const opensmtpd = await startOpensmtpd(); … as startExim of exim.ts gives it …

import { chmod, chown, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { ThirdPartyRelay } from './exim.js';
import { freePort } from './free-port.js';
import { readMaildir } from './maildir.js';
import { runUnpacked } from './unpacked.js';
import { greeted } from './waiting.js';

/** The users that Debian builds it for, and one that owns the mail. Any free numbers do. */
const USERS = { opensmtpd: 64_991, opensmtpq: 64_992, keeper: 64_993 };

/** Its folders are compiled in. They are made on disks of memory that nobody else sees. */
const MOUNTS = `
mount -t tmpfs -o mode=755 tmpfs /var/lib
mkdir -p /var/lib/opensmtpd/empty
mount -t tmpfs -o mode=755 tmpfs /var/spool
mkdir -m 711 /var/spool/smtpd
mount -t tmpfs -o mode=755 tmpfs /run
mount --bind "$ROOT/usr/libexec" /usr/libexec
mount --bind "$ROOT/usr/sbin" /usr/sbin
`;

export interface OpensmtpdOptions {
  /** Further lines of smtpd.conf, such as `smtp limit max-mails 100000`. */
  readonly settings?: readonly string[];
}

export async function startOpensmtpd(options: OpensmtpdOptions = {}): Promise<ThirdPartyRelay> {
  const folder = await mkdtemp(join(tmpdir(), 'mailblast-opensmtpd-'));
  const at = (name: string) => join(folder, name);
  await chmod(folder, 0o755);
  await mkdir(at('mail'));
  await chown(at('mail'), USERS.keeper, USERS.keeper);
  const port = await freePort();
  await writeFile(
    at('smtpd.conf'),
    [
      'table everybody { "@" = "keeper" }',
      ...(options.settings ?? []),
      `listen on 127.0.0.1 port ${port} hostname relay.test`,
      `action "keep" maildir "${at('mail')}" virtual <everybody>`,
      'match from any for any action "keep"',
      '',
    ].join('\n'),
    { mode: 0o644 },
  );
  const server = runUnpacked('opensmtpd', folder, USERS, MOUNTS, [
    '/usr/sbin/smtpd',
    '-d',
    '-f',
    at('smtpd.conf'),
  ]);
  try {
    await greeted(port, () => server.child.exitCode !== null, server.said);
  } catch (cause) {
    await server.stop();
    throw new Error(`OpenSMTPD does not start: ${server.said()}`, { cause });
  }
  return {
    port,
    caFile: undefined,
    journal: () => readMaildir(at('mail'), 'Delivered-To'),
    log: async () => server.said(),
    stop: server.stop,
  };
}
