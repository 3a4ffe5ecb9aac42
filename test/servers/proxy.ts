// A proxy on a loopback port that speaks HTTP CONNECT, SOCKS 4 or SOCKS 5, whichever the client begins with, and connects
// `relay.test` to this machine. `asked` holds where it was asked to go, host and port as the client wrote them.

import { connect, createServer, type Socket } from 'node:net';

export interface Proxy {
  readonly port: number;
  readonly asked: readonly string[];
  stop(): Promise<void>;
}

export interface ProxyOptions {
  /** Lets only this one through: `Basic` for HTTP, RFC 1929 for SOCKS 5. */
  readonly login?: { readonly user: string; readonly password: string };
}

export async function startProxy(options: ProxyOptions = {}): Promise<Proxy> {
  const asked: string[] = [];
  const open = new Set<Socket>();
  const keep = (socket: Socket) => {
    open.add(socket.on('error', () => socket.destroy()).on('close', () => open.delete(socket)));
    return socket;
  };
  const join = (client: Socket, host: string, port: number, yes: string | Buffer) => {
    asked.push(`${host}:${port}`);
    const inside = keep(connect(port, '127.0.0.1'));
    inside
      .on('connect', () => client.write(yes))
      .pipe(client)
      .pipe(inside);
  };
  const server = createServer((client) => {
    keep(client).once('data', (first) => {
      if (first[0] === 5) void socks5(client, join, options);
      else if (first[0] === 4) socks4(client, first, join);
      else http(client, first.toString('latin1'), join, options);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    asked,
    stop: () => {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

type Join = (client: Socket, host: string, port: number, yes: string | Buffer) => void;

function http(client: Socket, request: string, join: Join, { login }: ProxyOptions): void {
  const [, host = '', port = ''] = /^CONNECT (\S+):(\d+) HTTP\/1\.1\r\n/.exec(request) ?? [];
  const basic = login && Buffer.from(`${login.user}:${login.password}`).toString('base64');
  if (basic !== undefined && !request.includes(`Proxy-Authorization: Basic ${basic}\r\n`)) {
    client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    return;
  }
  join(client, host, Number(port), 'HTTP/1.1 200 Connection established\r\n\r\n');
}

function socks4(client: Socket, request: Buffer, join: Join): void {
  // 4A: 0.0.0.x, and the name behind the user's.
  const named = request.readUInt32BE(4) < 256;
  const host = named
    ? request.subarray(9).toString('latin1').replace(/\0.*$/s, '')
    : [...request.subarray(4, 8)].join('.');
  join(client, host, request.readUInt16BE(2), Buffer.from([0, 90, 0, 0, 0, 0, 0, 0]));
}

async function socks5(client: Socket, join: Join, { login }: ProxyOptions): Promise<void> {
  const next = () => new Promise<Buffer>((resolve) => client.once('data', resolve));
  client.write(Buffer.from([5, login ? 2 : 0]));
  if (login) {
    const words = await next();
    const user = words.subarray(2, 2 + words[1]!).toString();
    const password = words.subarray(3 + words[1]!).toString();
    const right = user === login.user && password === login.password;
    client.write(Buffer.from([1, right ? 0 : 1]));
    if (!right) return;
  }
  const request = await next();
  const named = request[3] === 3;
  const end = named ? 5 + request[4]! : 8;
  const host = named ? request.subarray(5, end).toString('latin1') : [...request.subarray(4, end)].join('.');
  join(client, host, request.readUInt16BE(end), Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
}
