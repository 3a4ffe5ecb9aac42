// A front that hands a relay's connections on and swallows chosen messages: their clients wait for an answer in vain.
// Knows as much of SMTP as it takes to find where a message begins and ends; no TLS.

import { connect, createServer, type Socket } from 'node:net';

export interface Front {
  readonly port: number;
  /** Addresses whose message was swallowed so far. */
  readonly swallowed: ReadonlySet<string>;
  stop(): Promise<void>;
}

/** What of the message is kept from the relay: all of it, or nothing but its end. */
export type Swallows = 'whole' | 'end';

const END = '\r\n.\r\n';

/** Listens on a free loopback port in front of `port`. */
export async function startSwallowingFront(
  port: number,
  people: Readonly<Record<string, Swallows>>,
): Promise<Front> {
  const open = new Set<Socket>();
  const swallowed = new Set<string>();
  const server = createServer((outside) => {
    const inside = connect(port, '127.0.0.1');
    let address: string | undefined;
    let inBody = false;
    let held = '';
    inside.pipe(outside);
    outside.setEncoding('latin1').on('data', (piece: string) => {
      let text = held + piece;
      held = '';
      if (address === undefined) {
        address = Object.keys(people).find((each) => text.includes(`RCPT TO:<${each}>`));
      }
      if (address !== undefined && !inBody) {
        const data = text.indexOf('DATA\r\n');
        if (data < 0) {
          inside.write(text, 'latin1');
          return;
        }
        inside.write(text.slice(0, data + 6), 'latin1');
        text = text.slice(data + 6);
        inBody = true;
      }
      if (!inBody) {
        inside.write(text, 'latin1');
        return;
      }
      if (text.includes(END)) {
        swallowed.add(address!);
        text = text.slice(0, text.indexOf(END));
      } else {
        // The end may come in pieces.
        held = text.slice(-END.length);
        text = text.slice(0, -END.length);
      }
      if (people[address!] === 'end') inside.write(text, 'latin1');
    });
    for (const [socket, other] of [
      [outside, inside],
      [inside, outside],
    ] as const) {
      open.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        open.delete(socket);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    swallowed,
    stop() {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
