// A TCP proxy that hands on every octet so many milliseconds after it came, in order and however many there are: a long
// line to a near server. A process of its own, so that it has its own turns: `delay-line.ts <port> <milliseconds>` says
// `listening <port>` and lives until its standard input ends. Started by far-away.ts.

import { connect, createServer, type Socket } from 'node:net';

/**
 * Octets on their way in one direction of a connection before its sender is held up: 160 MB/s with 25 ms. Only a
 * receiver that takes nothing for a while fills it.
 */
const ON_THE_LINE = 4 * 1024 * 1024;
/** Timers fire within a millisecond, so half of one early is as near as half of one late. */
const EARLY_MS = 0.5;

const [target, milliseconds] = process.argv.slice(2).map(Number) as [number, number];

/** Octets that came, or the end of them. */
interface Piece {
  readonly due: number;
  readonly octets: Buffer | undefined;
}

function carry(from: Socket, to: Socket): void {
  const line: Piece[] = [];
  let waiting = 0;
  let timer: NodeJS.Timeout | undefined;
  const take = (octets: Buffer | undefined) => {
    line.push({ due: performance.now() + milliseconds, octets });
    waiting += octets?.length ?? 0;
    if (waiting + to.writableLength > ON_THE_LINE) from.pause();
    arm();
  };
  const arm = () => {
    const [first] = line;
    if (timer === undefined && first !== undefined) timer = setTimeout(hand, first.due - performance.now());
  };
  const hand = () => {
    timer = undefined;
    const now = performance.now() + EARLY_MS;
    while (line[0] !== undefined && line[0].due <= now) {
      const { octets } = line.shift()!;
      waiting -= octets?.length ?? 0;
      if (octets === undefined) to.end();
      else to.write(octets);
    }
    flow();
    arm();
  };
  const flow = () => {
    if (from.isPaused() && waiting + to.writableLength <= ON_THE_LINE) from.resume();
  };
  from.on('data', take);
  from.on('end', () => take(undefined));
  to.on('drain', flow);
  from.on('error', () => to.destroy());
  from.on('close', (broken) => {
    if (broken) clearTimeout(timer);
  });
}

const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
  const far = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  carry(client, far);
  carry(far, client);
});
server.listen(0, '127.0.0.1', () => {
  console.log(`listening ${(server.address() as { port: number }).port}`);
});
process.stdin.on('end', () => process.exit()).resume();
