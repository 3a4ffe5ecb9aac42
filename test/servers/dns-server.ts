// A name server on a loopback port that knows what a table says, read and written by `dns-packet`.
//
//   const dns = await startDnsServer({ 'TXT example.com': ['v=spf1 -all'], 'MX example.com': ['10 mail.example.com'] });
//   … new NameServer([dns.address]) … dns.asked … await dns.stop();
//
// A name without the asked type has no such record; an unknown name does not exist. `'TXT x': 'SERVFAIL'` fails, and
// `'silence'` never answers.

import { createSocket } from 'node:dgram';
import { type Answer, decode, encode, type Packet, type RecordType } from 'dns-packet';

/** By type and name; MX as `10 mail.example.com`. */
export type Zone = Readonly<Record<string, readonly string[] | 'SERVFAIL' | 'silence'>>;

export interface DnsServer {
  /** `127.0.0.1:port`, as `setServers` takes it. */
  readonly address: string;
  /** Questions so far: `TXT example.com`. */
  readonly asked: readonly string[];
  stop(): Promise<void>;
}

const RESPONSE_CODES = { noError: 0, serverFailure: 2, noSuchName: 3 } as const;

export async function startDnsServer(zone: Zone): Promise<DnsServer> {
  const asked: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (octets, from) => {
    const query = decode(octets);
    const [question] = query.questions ?? [];
    const name = question!.name.toLowerCase();
    asked.push(`${question!.type} ${name}`);
    const entry = zone[`${question!.type} ${name}`];
    if (entry === 'silence') return;
    const known = Object.keys(zone).some((key) => key.endsWith(` ${name}`));
    const code =
      entry === 'SERVFAIL'
        ? RESPONSE_CODES.serverFailure
        : known
          ? RESPONSE_CODES.noError
          : RESPONSE_CODES.noSuchName;
    const records = entry === undefined || entry === 'SERVFAIL' ? [] : entry;
    const answers = records.map((text) => record(question!.type, name, text));
    const reply: Packet = {
      type: 'response',
      id: query.id ?? 0,
      flags: 0x0180 | code,
      questions: [question!],
      answers,
    };
    socket.send(encode(reply), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    stop: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

function record(type: RecordType, name: string, text: string): Answer {
  if (type === 'MX') {
    const [preference = '', exchange = ''] = text.split(' ');
    return { type, name, ttl: 60, data: { preference: Number(preference), exchange } };
  }
  // A string of a TXT record holds 255 octets; longer ones are cut, and put together again by who reads them.
  if (type === 'TXT') return { type, name, ttl: 60, data: text.match(/.{1,255}/gs) ?? [''] };
  return { type: type as 'A', name, ttl: 60, data: text };
}
