// The scripted fake relay: a real SMTP server on a loopback port whose misbehaviour is a table. Each row says what it
// does at one step instead of the right thing; a step without a row is answered as a good relay would.
//
//   const relay = await startFakeRelay({ script: { rcpt: '550 5.1.1 no such user' } });
//   const relay = await startFakeRelay({ script: { body: { accept: true, reply: '', after: 'reset' } } });
//   const relay = await startFakeRelay({ script: { mail: ({ count }) => (count === 3 ? '421 4.3.2 bye' : undefined) } });
//   … relay.port … await relay.when(() => relay.journal.length === 2) … await relay.stop();
//
// `journal` is append-only: one entry per transaction that reached DATA, with its octets as they came (also those of an
// unfinished body) and whether the relay accepted it. `commands` holds every command line as it came.

import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

import { FakeConnection } from './fake-relay-connection.js';
import type { Transaction } from './fake-relay-input.js';

export type FakeStep =
  | 'greeting'
  | 'ehlo'
  | 'starttls'
  | 'auth'
  | 'mail'
  | 'rcpt'
  | 'data'
  | 'chunk'
  | 'body'
  | 'rset'
  | 'quit';

/** What the relay does at a step. `chunk` is a BDAT that is not the last; `body` answers the last one, or the dot. */
export interface FakeAct {
  /** Said as it stands, with CRLF behind it; LF within it becomes CRLF, so that `250 ok\n421 bye` is two replies. Empty says nothing. */
  readonly reply?: string;
  /** Octets said as they stand, with nothing added; goes before `reply`. */
  readonly raw?: string;
  /** What follows: FIN with the socket's end, RST, FIN of its own half alone, or nothing ever again. */
  readonly after?: 'close' | 'reset' | 'half-close' | 'silence';
  /** For `body`: whether the message counts as accepted. Else the reply's first digit decides. */
  readonly accept?: boolean;
}

/** Where the relay is. `count` is how often this step was reached before on all connections, plus one. */
export interface FakeMoment {
  readonly step: FakeStep;
  readonly count: number;
  /** The command line, or empty. */
  readonly line: string;
  /** Counts from 1. */
  readonly connection: number;
}

type Said = FakeAct | string | undefined;
export type FakeRow = Said | ((moment: FakeMoment) => Said | Promise<Said>);

export interface FakeRelayOptions {
  readonly script?: Partial<Record<FakeStep, FakeRow>>;
  /** EHLO keywords. Default: PIPELINING, SIZE 10485760, 8BITMIME, ENHANCEDSTATUSCODES. STARTTLS and AUTH come by themselves. */
  readonly extensions?: readonly string[];
  /** Each reply leaves one octet at a time. */
  readonly singleOctets?: boolean;
  /** Replies to a group of commands leave in one piece, when the group has been read. */
  readonly merged?: boolean;
  /** Sees what happens in the moment in which it does. */
  readonly witness?: FakeWitness;
  /** The octets of bodies are dropped once they were answered, so that long runs stay small. */
  readonly forgets?: boolean;
  /** Key and certificate (PEM); TLS from the start, or offered by STARTTLS. */
  readonly tls?: {
    readonly key: string;
    readonly cert: string;
    readonly implicit?: boolean;
    /** Asks for a certificate of the client, signed by this authority. */
    readonly ca?: string;
    readonly requestCert?: boolean;
    readonly rejectUnauthorized?: boolean;
  };
  /** Offers AUTH for this one, by PLAIN and LOGIN unless told. */
  readonly login?: { readonly user: string; readonly password: string; readonly methods?: string };
  /** Offers AUTH XOAUTH2: says yes to the tokens that `good` takes, and refuses others after a challenge, as Google does, or at once, as Microsoft. */
  readonly oauth2?: {
    readonly user: string;
    readonly good: (token: string) => boolean;
    readonly challenge: boolean;
  };
}

/** Who keeps a journal of their own, or judges the client. Each call comes before any reply about it leaves. */
export interface FakeWitness {
  /** The end of a body came. */
  ended?(transaction: FakeTransaction): void;
  /** What the relay has made up its mind to say at a step, about these recipients (the ones that MAIL is about are unknown). */
  decided?(step: FakeStep, reply: string, to: readonly string[], transaction?: FakeTransaction): void;
}

export interface FakeTransaction {
  readonly connection: number;
  readonly from: string;
  readonly to: readonly string[];
  /** The body as it came, up to and with the CRLF before the dot. Grows while the body comes. */
  readonly octets: Buffer;
  /** The end of data was seen. */
  readonly ended: boolean;
  readonly accepted: boolean;
}

export interface FakeRelay {
  readonly host: string;
  readonly port: number;
  readonly journal: readonly FakeTransaction[];
  readonly commands: readonly string[];
  /** What the client did that its RFCs forbid, in words. Bodies are held to what mailblast promises of them. */
  readonly faults: readonly string[];
  /** Connections that are open now. */
  readonly open: number;
  /** Connections since the start. */
  readonly connections: number;
  /** Whether the connection of that number is open now. */
  isOpen(connection: number): boolean;
  /** Says this, unasked, on every open connection. */
  say(reply: string): void;
  /** Breaks every open connection. */
  drop(how: 'close' | 'reset'): void;
  /** Reads nothing any more on the connections that are open. */
  pause(): void;
  /** Cuts the network: nothing is read, answered or taken in until the function that it gives is called. */
  cut(): () => void;
  /** Resolves when the condition holds; it is asked whenever something happens. */
  when(condition: () => boolean): Promise<void>;
  stop(): Promise<void>;
}

export async function startFakeRelay(options: FakeRelayOptions = {}): Promise<FakeRelay> {
  const house = new House(options);
  const onSocket = (socket: Socket) => void new FakeConnection(house, socket).serve();
  const server = options.tls?.implicit
    ? createTlsServer({ ...options.tls }, onSocket)
    : createServer({ noDelay: true, allowHalfOpen: true }, onSocket);
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    host: '127.0.0.1',
    port,
    journal: house.journal,
    commands: house.commands,
    faults: house.faults,
    get open() {
      return house.open.size;
    },
    get connections() {
      return house.connections;
    },
    isOpen: (connection) => [...house.open].some(({ number }) => number === connection),
    say: (reply) => {
      for (const connection of house.open) connection.say(reply);
    },
    drop: (how) => {
      for (const connection of house.open) connection.drop(how);
    },
    pause: () => {
      for (const connection of house.open) connection.pause();
    },
    cut: () => house.cut(),
    when: (condition) => house.when(condition),
    stop: () => {
      for (const connection of house.open) connection.drop('reset');
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** What the connections share. */
export class House {
  readonly options: FakeRelayOptions;
  readonly journal: Transaction[] = [];
  readonly commands: string[] = [];
  readonly faults: string[] = [];
  readonly open = new Set<FakeConnection>();
  connections = 0;
  /** Resolves when the network is whole again; undefined while it is. */
  whole: Promise<void> | undefined;
  readonly #counts = new Map<FakeStep, number>();
  #waiting: { condition: () => boolean; resolve: () => void }[] = [];

  constructor(options: FakeRelayOptions) {
    this.options = options;
  }

  happened(): void {
    this.#waiting = this.#waiting.filter(({ condition, resolve }) => {
      if (!condition()) return true;
      resolve();
      return false;
    });
  }

  when(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ condition, resolve }));
  }

  /** For runs so long that nobody could keep all of it. */
  drop(transaction: Transaction): void {
    transaction.forget();
    this.journal.splice(this.journal.indexOf(transaction), 1);
  }

  cut(): () => void {
    let mend = () => {};
    this.whole = new Promise((resolve) => {
      mend = resolve;
    });
    for (const connection of this.open) connection.pause();
    return () => {
      this.whole = undefined;
      mend();
      for (const connection of this.open) connection.resume();
    };
  }

  async act(step: FakeStep, line: string, connection: number): Promise<FakeAct | undefined> {
    const count = (this.#counts.get(step) ?? 0) + 1;
    this.#counts.set(step, count);
    const row = this.options.script?.[step];
    const said = typeof row === 'function' ? await row({ step, count, line, connection }) : row;
    if (this.whole !== undefined) await this.whole;
    return typeof said === 'string' ? { reply: said } : said;
  }
}
