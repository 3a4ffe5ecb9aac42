// Puts a server on loopback at a distance: a port behind which it answers as if so many milliseconds away. And the real
// round trip to any relay, as an SMTP command sees it.
//
//   const far = await farAway(sink.port, 50);
//   … far.port … await roundTrips(far.port, 20) … await far.stop();

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const SOURCES = new URL('../sources.mjs', import.meta.url).href;
const DELAY_LINE = fileURLToPath(new URL('delay-line.ts', import.meta.url));

export interface FarAway {
  readonly port: number;
  /** The process that delays. */
  readonly pid: number;
  stop(): Promise<void>;
}

/** `milliseconds` there and back. Ends with this process, if not before. */
export async function farAway(port: number, milliseconds: number): Promise<FarAway> {
  const words = ['--import', SOURCES, DELAY_LINE, port, milliseconds / 2].map(String);
  const child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  return {
    port: await listening(child),
    pid: child.pid!,
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}

async function listening(child: ChildProcess): Promise<number> {
  for await (const line of createInterface(child.stdout!)) {
    const port = /^listening (\d+)$/.exec(line)?.[1];
    if (port !== undefined) return Number(port);
  }
  throw new Error('the delay line does not listen');
}

/** Milliseconds from NOOP to its reply, so many times one after another. */
export async function roundTrips(port: number, times: number): Promise<number[]> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const lines = createInterface(socket)[Symbol.asyncIterator]();
  try {
    await lines.next();
    const taken: number[] = [];
    while (taken.length < times) {
      const begun = performance.now();
      socket.write('NOOP\r\n');
      const { value } = await lines.next();
      taken.push(performance.now() - begun);
      if (!String(value).startsWith('250')) throw new Error(`NOOP was answered with ${value}`);
    }
    return taken;
  } finally {
    socket.end('QUIT\r\n');
  }
}
