// Postfix's smtp-sink as a child process on a free loopback port: an independent server that takes everything and is
// fast, or misbehaves by its switches (`-f rcpt` refuses with 500, `-r .` with 450, `-q data` hangs up, `-p` no PIPELINING).
//
//   const sink = await startSmtpSink(['-f', 'rcpt']);          const sink = await startSmtpSink([], { keep: true });
//   … sink.port … await sink.stop();                           … (await sink.messages())[0] …

import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort } from './free-port.js';

export interface SmtpSink {
  readonly host: string;
  readonly port: number;
  /** With `keep`: the dumped transactions, each with smtp-sink's own X- lines on top and LF line ends. */
  messages(): Promise<string[]>;
  stop(): Promise<void>;
}

/** Starts one. Use `missing('smtp-sink')` of free-port.ts for the test's `skip`. */
export async function startSmtpSink(
  switches: readonly string[] = [],
  options: { readonly keep?: boolean } = {},
): Promise<SmtpSink> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'mailblast-sink-'));
  await chmod(folder, 0o755);
  const keep = options.keep ? ['-d', join(folder, 'message.')] : [];
  const user = process.getuid?.() === 0 ? ['-u', 'root'] : [];
  // The shell ends smtp-sink when its own standard input ends: by `stop`, or because this process died.
  const words = [...user, ...keep, ...switches, `127.0.0.1:${port}`, '256'];
  const child = spawn('sh', ['-c', 'smtp-sink "$@" & cat; kill $!; wait; rm -rf "$0"', folder, ...words], {
    stdio: ['pipe', 'ignore', 'inherit'],
    detached: true,
  });
  await listening(port);
  return {
    host: '127.0.0.1',
    port,
    async messages() {
      const names = (await readdir(folder)).sort();
      return Promise.all(names.map((name) => readFile(join(folder, name), 'latin1')));
    },
    stop() {
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.stdin.end();
      return ended;
    },
  };
}

/** Tries until the port answers. */
async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (await answers(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('smtp-sink does not listen');
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
