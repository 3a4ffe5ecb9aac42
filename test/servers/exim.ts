// Debian's Exim as a child process on a loopback port, with a configuration, spool and log of its own: a second real relay.
// It takes everything over STARTTLS and delivers it into one Maildir, its journal. See unpacked.ts for where it comes from.
//
//   test('…', { skip: notUnpacked('exim') }, async () => {
//     const exim = await startExim(); … exim.port, exim.caFile … await exim.journal() … await exim.stop();

import { chmod, chown, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { makeCertificates } from './certificates.js';
import { freePort } from './free-port.js';
import { type Delivered, readMaildir } from './maildir.js';
import { rootOf, runUnpacked } from './unpacked.js';
import { greeted } from './waiting.js';

export interface ThirdPartyRelay {
  readonly port: number;
  /** PEM of the authority that signed its certificate, which is for `localhost` and 127.0.0.1; undefined without TLS. */
  readonly caFile: string | undefined;
  /** What was accepted and delivered so far. */
  journal(): Promise<Delivered[]>;
  /** The log's text. */
  log(): Promise<string>;
  stop(): Promise<void>;
}

/** The user that Debian builds Exim for. Any free number does. */
const USER = { 'Debian-exim': 64_990 };

export async function startExim(): Promise<ThirdPartyRelay> {
  const folder = await mkdtemp(join(tmpdir(), 'mailblast-exim-'));
  const at = (name: string) => join(folder, name);
  await chmod(folder, 0o755);
  const certificates = await makeCertificates(folder);
  for (const name of ['spool', 'log', 'mail']) {
    await mkdir(at(name));
    await chown(at(name), USER['Debian-exim'], USER['Debian-exim']);
  }
  await chmod(certificates.keyFile, 0o644);
  const port = await freePort();
  await writeFile(at('exim.conf'), configuration(at, certificates.certFile, certificates.keyFile));
  const program = join(rootOf('exim'), 'usr/sbin/exim4');
  const server = runUnpacked('exim', folder, USER, '', [
    program,
    '-C',
    at('exim.conf'),
    '-bdf',
    '-oX',
    `127.0.0.1:${port}`,
  ]);
  const log = () => readFile(at('log/mainlog'), 'utf8').catch(() => '');
  try {
    await greeted(port, () => server.child.exitCode !== null, server.said);
  } catch (cause) {
    const said = await log();
    await server.stop();
    throw new Error(`Exim does not start: ${said}`, { cause });
  }
  return {
    port,
    caFile: certificates.caFile,
    journal: () => readMaildir(at('mail'), 'Envelope-to'),
    log,
    stop: server.stop,
  };
}

function configuration(at: (name: string) => string, cert: string, key: string): string {
  return `
exim_path = ${join(rootOf('exim'), 'usr/sbin/exim4')}
keep_environment =
primary_hostname = relay.test
spool_directory = ${at('spool')}
log_file_path = ${at('log/%slog')}
pid_file_path = ${at('spool/exim.pid')}
log_selector = +tls_cipher
host_lookup =
rfc1413_query_timeout = 0s
smtp_accept_max = 0
smtp_accept_queue_per_connection = 0
tls_advertise_hosts = *
tls_certificate = ${cert}
tls_privatekey = ${key}
acl_smtp_mail = from
acl_smtp_rcpt = anybody
begin acl
from:
  require message = TLS first
          encrypted = *
  accept
anybody:
  accept
begin routers
all:
  driver = accept
  transport = maildir
begin transports
maildir:
  driver = appendfile
  directory = ${at('mail')}
  maildir_format
  envelope_to_add
  return_path_add
  user = Debian-exim
`;
}
