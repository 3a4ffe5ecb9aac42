// Debian's Postfix as a child process, on a loopback port, with a configuration, queue and log of its own: the real relay
// of these tests. It looks nothing up, offers STARTTLS with a throw-away authority's certificate, and discards what it
// accepted. Needs root, as Postfix does.
//
//   test('…', { skip: missing('postfix') }, async () => {
//     const postfix = await startPostfix();
//     … postfix.port, postfix.caFile … await postfix.idle(); await postfix.journal() … await postfix.stop();

import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { makeCertificates } from './certificates.js';
import { freePort } from './free-port.js';

/** A message that Postfix accepted, as its own log tells. */
export interface PostfixEntry {
  readonly queueId: string;
  /** Without angle brackets. */
  readonly messageId: string;
  readonly from: string;
  /** Empty until it is discarded; see `idle`. */
  readonly to: string;
}

export interface Postfix {
  readonly host: string;
  readonly port: number;
  /** PEM of the authority that signed its certificate, which is for `localhost` and 127.0.0.1. */
  readonly caFile: string;
  readonly logFile: string;
  readonly queueFolder: string;
  /** Messages accepted so far, in the order of their acceptance. One that was cut off is not among them. */
  journal(): Promise<PostfixEntry[]>;
  /** Waits until everything accepted has left the queue, so that `journal` is whole. */
  idle(): Promise<void>;
  /** The log's text. */
  log(): Promise<string>;
  stop(): Promise<void>;
}

export interface PostfixOptions {
  /** Further lines of main.cf, such as `smtpd_discard_ehlo_keywords = pipelining`. */
  readonly settings?: readonly string[];
  /** Where its folder is made; where temporary files go, unless told. */
  readonly within?: string;
}

const MASTER = `
PORT inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
proxymap unix - - n - - proxymap
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
`;

export async function startPostfix(options: PostfixOptions = {}): Promise<Postfix> {
  const folder = await mkdtemp(join(options.within ?? tmpdir(), 'mailblast-postfix-'));
  const at = (name: string) => join(folder, name);
  // The daemons leave root behind and must still reach their folders.
  await chmod(folder, 0o755);
  await mkdir(at('etc'));
  await mkdir(at('queue'));
  await mkdir(at('data'));
  execFileSync('chown', ['postfix', at('data')]);
  const certificates = await makeCertificates(at('etc'));
  const port = await freePort();
  await writeFile(at('etc/master.cf'), MASTER.replace('PORT', `127.0.0.1:${port}`));
  await writeFile(
    at('etc/main.cf'),
    [
      'compatibility_level = 3.6',
      `queue_directory = ${at('queue')}`,
      `data_directory = ${at('data')}`,
      `maillog_file_prefixes = ${folder}`,
      `maillog_file = ${at('log')}`,
      'myhostname = relay.test',
      'mydestination =',
      'inet_interfaces = 127.0.0.1',
      'inet_protocols = ipv4',
      'mynetworks = 127.0.0.0/8',
      'default_transport = discard:',
      'relay_transport = discard:',
      'local_transport = discard:',
      'local_recipient_maps =',
      'alias_maps =',
      'alias_database =',
      'smtp_dns_support_level = disabled',
      'smtpd_peername_lookup = no',
      'smtpd_relay_restrictions = permit_mynetworks, reject',
      'smtpd_tls_security_level = may',
      `smtpd_tls_cert_file = ${certificates.certFile}`,
      `smtpd_tls_key_file = ${certificates.keyFile}`,
      'smtpd_client_connection_count_limit = 0',
      'in_flow_delay = 0',
      'queue_minfree = 0',
      ...(options.settings ?? []),
      '',
    ].join('\n'),
  );
  const child = spawn('postfix', ['-c', at('etc'), 'start-fg'], { stdio: ['ignore', 'ignore', 'pipe'] });
  // Stops Postfix when its standard input ends: by `stop`, or because this process died.
  const guard = spawn('sh', ['-c', 'cat; postfix -c "$0/etc" stop; rm -rf "$0"', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  const stop = () => {
    const ended = new Promise<void>((resolve) => guard.once('exit', () => resolve()));
    guard.stdin.end();
    return ended;
  };
  let complaints = '';
  child.stderr.on('data', (text) => {
    complaints += text;
  });
  const log = () => readFile(at('log'), 'utf8').catch(() => '');
  try {
    await greeted(child, port);
  } catch (cause) {
    const said = `${complaints}\n${await log()}`;
    await stop();
    throw new Error(`Postfix does not start: ${said}`, { cause });
  }
  return {
    host: '127.0.0.1',
    port,
    caFile: certificates.caFile,
    logFile: at('log'),
    queueFolder: at('queue'),
    log,
    journal: async () => readLog(await log()).filter((entry) => entry.accepted),
    async idle() {
      // Postfix says 250 before its queue manager has written a word, so the log alone does not tell who is still in
      // the queue; and what was written goes through postlogd, as a line of our own does that comes after it.
      for (let tries = 0; tries < 1000; tries++) {
        if (!(await holdsMail(at('queue')))) {
          const end = `idle ${randomUUID()}`;
          await promisify(execFile)('postlog', ['-c', at('etc'), '-t', 'test', end]);
          while (!(await log()).includes(end)) await pause();
          const left = readLog(await log()).filter((entry) => entry.accepted && !entry.removed);
          if (left.length === 0) return;
        }
        await pause();
      }
      throw new Error('Postfix has not emptied its queue');
    },
    stop,
  };
}

/** Whether the queue holds a message that is whole; one that is still being received has mode 0600 (QSHAPE_README). */
async function holdsMail(queue: string): Promise<boolean> {
  for (const name of ['incoming', 'active', 'deferred']) {
    const files = await readdir(join(queue, name), { recursive: true }).catch(() => []);
    for (const file of files) {
      const found = await stat(join(queue, name, file)).catch(() => undefined);
      if (found?.isFile() && (found.mode & 0o100) !== 0) return true;
    }
  }
  return false;
}

interface Logged {
  queueId: string;
  messageId: string;
  from: string;
  to: string;
  accepted: boolean;
  removed: boolean;
}

/** cleanup logs the Message-ID, qmgr that the message is whole and in the queue, discard the recipient. */
function readLog(text: string): Logged[] {
  const entries = new Map<string, Logged>();
  for (const line of text.split('\n')) {
    const match = /postfix\/(\w+)\[\d+\]: ([0-9A-Za-z]+): (.*)$/.exec(line);
    if (match === null) continue;
    const [, program, queueId = '', rest = ''] = match;
    const field = (name: string) => new RegExp(`\\b${name}=<([^>]*)>`).exec(rest)?.[1];
    if (program === 'cleanup' && rest.startsWith('message-id=')) {
      const messageId = field('message-id') ?? '';
      entries.set(queueId, { queueId, messageId, from: '', to: '', accepted: false, removed: false });
    }
    const entry = entries.get(queueId);
    if (entry === undefined) continue;
    if (program === 'qmgr' && rest.startsWith('from=')) {
      entry.accepted = true;
      entry.from = field('from') ?? '';
    }
    if (program === 'discard') entry.to = field('to') ?? '';
    if (program === 'qmgr' && rest === 'removed') entry.removed = true;
  }
  return [...entries.values()];
}

async function greeted(child: ChildProcess, port: number): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    if (await greets(port)) return;
    await pause();
  }
  throw new Error('it does not greet');
}

function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 1000 });
    socket.once('error', () => resolve(false));
    socket.once('timeout', () => socket.destroy(new Error('silent')));
    socket.once('data', () => {
      socket.end('QUIT\r\n');
      resolve(true);
    });
  });
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
