// One connection of the scripted fake relay: reads commands, keeps the transaction, and speaks as the script says.
// The tables it follows and what the connections share are in fake-relay.ts.

import type { Socket } from 'node:net';
import { TLSSocket, type TLSSocket as Tls } from 'node:tls';

import { bodyFault, commandFault, turnFault } from './client-faults.js';
import type { FakeAct, FakeStep, House } from './fake-relay.js';
import { Input, Transaction } from './fake-relay-input.js';

const GOOD: Readonly<Record<FakeStep, string>> = {
  greeting: '220 fake.test ESMTP',
  ehlo: '250 HELP',
  starttls: '220 2.0.0 go ahead',
  auth: '235 2.7.0 welcome',
  mail: '250 2.1.0 sender ok',
  rcpt: '250 2.1.5 recipient ok',
  data: '354 go ahead',
  chunk: '250 2.0.0 octets received',
  body: '250 2.0.0 queued',
  rset: '250 2.0.0 reset',
  quit: '221 2.0.0 bye',
};
const CRLF = Buffer.from('\r\n');
const EXTENSIONS = ['PIPELINING', 'SIZE 10485760', '8BITMIME', 'ENHANCEDSTATUSCODES'];

/** The step of a command that speaks of one. */
const STEPS: Readonly<Record<string, FakeStep>> = {
  EHLO: 'ehlo',
  HELO: 'ehlo',
  STARTTLS: 'starttls',
  AUTH: 'auth',
  MAIL: 'mail',
  RCPT: 'rcpt',
  DATA: 'data',
  BDAT: 'chunk',
  RSET: 'rset',
  QUIT: 'quit',
};

export class FakeConnection {
  readonly #house: House;
  readonly number: number;
  #socket: Socket;
  #input = new Input();
  #secure: boolean;
  #from: string | undefined;
  #to: string[] = [];
  /** Chunks of a body that came by BDAT; undefined when none did. */
  #chunks: Buffer[] | undefined;
  /** Replies that wait for the end of their group. */
  #held: Buffer[] = [];

  constructor(house: House, socket: Socket) {
    this.#house = house;
    this.number = ++house.connections;
    this.#secure = house.options.tls?.implicit === true;
    this.#socket = socket;
    house.open.add(this);
    this.#listen(socket);
  }

  async serve(): Promise<void> {
    if (!(await this.#do('greeting', ''))) return;
    for (;;) {
      const octets = await this.#input.until(CRLF);
      if (octets === undefined) return;
      const line = octets.toString('latin1');
      if (!this.#house.options.forgets) this.#house.commands.push(line);
      this.#blame(commandFault(line));
      this.#house.happened();
      if (!(await this.#command(line))) return;
    }
  }

  say(reply: string): void {
    this.#socket.write(`${reply}\r\n`);
  }

  drop(how: 'close' | 'reset'): void {
    if (how === 'reset' && !(this.#socket instanceof TLSSocket)) this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  #listen(socket: Socket): void {
    socket.on('data', (octets) => {
      this.#input.push(octets);
      this.#house.happened();
    });
    socket.on('error', () => {});
    socket.on('end', () => {
      this.#input.end();
      this.#house.happened();
      socket.end();
    });
    socket.on('close', () => {
      if (socket !== this.#socket) return;
      this.#input.end();
      this.#house.open.delete(this);
      this.#house.happened();
    });
  }

  /** True when the conversation goes on. */
  async #command(line: string): Promise<boolean> {
    const step = STEPS[line.split(' ', 1)[0]!.toUpperCase()];
    switch (step) {
      case undefined:
        this.#blame(`no command: ${JSON.stringify(line.slice(0, 80))}`);
        return this.#speak({ reply: '500 5.5.2 what?' });
      case 'ehlo':
        return this.#do(step, line, `250-fake.test\n${this.#keywords().join('\n')}`);
      case 'starttls':
        if (this.#house.options.tls === undefined) return this.#do(step, line, '502 5.5.1 not here');
        return (await this.#do(step, line)) && this.#upgrade();
      case 'auth':
        return this.#authenticate(line);
      case 'mail':
        if (this.#from !== undefined) this.#blame('MAIL within a transaction');
        this.#forget();
        return this.#do(step, line, GOOD.mail, () => {
          this.#from = addressIn(line);
        });
      case 'rcpt':
        return this.#do(step, line, this.#from === undefined ? '503 5.5.1 MAIL first' : GOOD.rcpt, () => {
          if (this.#from !== undefined) this.#to.push(addressIn(line));
        });
      case 'chunk':
        return this.#chunk(line);
      case 'data':
        return this.#data(line);
      case 'rset':
        this.#forget();
        return this.#do(step, line);
      default:
        await this.#do(step, line);
        this.#socket.end();
        return false;
    }
  }

  #keywords(): string[] {
    const { extensions = EXTENSIONS, tls, login, oauth2 } = this.#house.options;
    const keywords = [...extensions];
    if (tls !== undefined && !this.#secure) keywords.push('STARTTLS');
    if (login !== undefined) keywords.push(`AUTH ${login.methods ?? 'PLAIN LOGIN'}`);
    if (oauth2 !== undefined) keywords.push('AUTH XOAUTH2');
    return ['HELP', ...keywords].map((word, i, all) => `250${i === all.length - 1 ? ' ' : '-'}${word}`);
  }

  async #authenticate(line: string): Promise<boolean> {
    const [, method = '', initial] = line.split(' ');
    const ask = async (prompt: string): Promise<string> => {
      await this.#speak({ reply: `334 ${Buffer.from(prompt).toString('base64')}` });
      return decode((await this.#input.until(CRLF))?.toString('latin1') ?? '');
    };
    if (method.toUpperCase() === 'XOAUTH2') return this.#showToken(line, decode(initial ?? ''));
    let given: string;
    if (method.toUpperCase() === 'PLAIN') {
      given = initial === undefined ? await ask('') : decode(initial);
    } else {
      given = `\0${initial === undefined ? await ask('Username:') : decode(initial)}\0${await ask('Password:')}`;
    }
    const { login } = this.#house.options;
    const right = login !== undefined && given === `\0${login.user}\0${login.password}`;
    return this.#do('auth', line, right ? GOOD.auth : '535 5.7.8 authentication failed');
  }

  /** https://developers.google.com/workspace/gmail/imap/xoauth2-protocol */
  async #showToken(line: string, shown: string): Promise<boolean> {
    const { oauth2 } = this.#house.options;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: XOAUTH2 divides its fields by them.
    const [, user, token = ''] = /^user=([^\x01]*)\x01auth=Bearer ([^\x01]*)\x01\x01$/.exec(shown) ?? [];
    if (oauth2 !== undefined && user === oauth2.user && oauth2.good(token)) return this.#do('auth', line);
    if (oauth2?.challenge) {
      const why = JSON.stringify({ status: '400', schemes: 'Bearer', scope: 'https://mail.google.com/' });
      await this.#speak({ reply: `334 ${Buffer.from(why).toString('base64')}` });
      if ((await this.#input.until(CRLF))?.length !== 0) return this.#speak({ reply: '501 5.5.2 not empty' });
    }
    return this.#do('auth', line, '535 5.7.8 Username and Password not accepted');
  }

  async #data(line: string): Promise<boolean> {
    const ready = this.#from !== undefined && this.#to.length > 0;
    let bodyComes = false;
    const goesOn = await this.#do(
      'data',
      line,
      ready ? GOOD.data : '503 5.5.1 RCPT first',
      () => {},
      (code) => {
        bodyComes = code === '354';
      },
    );
    if (!bodyComes) return goesOn;
    const transaction = this.#begin(() => this.#input.waiting());
    if (!goesOn) return false;
    const body = await this.#input.untilDot();
    transaction.freeze(body ?? this.#input.waiting(), body !== undefined);
    this.#house.happened();
    if (body === undefined) return false;
    return this.#decide(transaction);
  }

  /** RFC 3030. The octets are taken in any case, since they are on their way. */
  async #chunk(line: string): Promise<boolean> {
    const [, size, last] = /^BDAT (\d+)( LAST)?$/i.exec(line) ?? [];
    if (size === undefined) return this.#speak({ reply: '501 5.5.4 BDAT what?' });
    if (!this.#offers('CHUNKING')) this.#blame('BDAT to a relay without CHUNKING');
    const octets = await this.#input.exactly(Number(size));
    if (octets === undefined) return false;
    if (this.#from === undefined || this.#to.length === 0) {
      return this.#do(last === undefined ? 'chunk' : 'body', line, '503 5.5.1 RCPT first');
    }
    this.#chunks ??= [];
    this.#chunks.push(Buffer.from(octets));
    if (last === undefined) return this.#do('chunk', line);
    const body = Buffer.concat(this.#chunks);
    const transaction = this.#begin(() => body);
    transaction.freeze(body, true);
    return this.#decide(transaction);
  }

  #begin(octets: () => Buffer): Transaction {
    const transaction = new Transaction(this.number, this.#from ?? '', this.#to, octets);
    this.#house.journal.push(transaction);
    this.#house.happened();
    return transaction;
  }

  /** A body is whole: the one reply that counts. */
  async #decide(transaction: Transaction): Promise<boolean> {
    if (transaction.to.length > 0) this.#blame(bodyFault(transaction.octets));
    this.#house.options.witness?.ended?.(transaction);
    this.#forget();
    const goesOn = await this.#do(
      'body',
      '',
      transaction.to.length > 0 ? GOOD.body : '554 5.5.1 no recipients',
      () => {
        transaction.accepted = true;
      },
      () => {},
      transaction,
    );
    if (this.#house.options.forgets) this.#house.drop(transaction);
    return goesOn;
  }

  #forget(): void {
    this.#from = undefined;
    this.#to = [];
    this.#chunks = undefined;
  }

  #offers(keyword: string): boolean {
    return (this.#house.options.extensions ?? EXTENSIONS).includes(keyword);
  }

  #blame(fault: string | undefined): void {
    if (fault !== undefined) this.#house.faults.push(`connection ${this.number}: ${fault}`);
  }

  /** Acts as the script or the good reply says; `onYes` runs before a 2yz or 3yz leaves, `onCode` before any reply does. */
  async #do(
    step: FakeStep,
    line: string,
    good: string = GOOD[step],
    onYes: () => void = () => {},
    onCode: (code: string) => void = () => {},
    transaction?: Transaction,
  ): Promise<boolean> {
    const act = (await this.#house.act(step, line, this.number)) ?? {};
    this.#blame(turnFault(step, this.#input.waiting(), this.#offers('PIPELINING')));
    const reply = act.reply ?? (act.raw === undefined && act.after === undefined ? good : '');
    const said = `${act.raw ?? ''}${reply}`;
    if (act.accept ?? /^[23]/.test(said)) onYes();
    onCode(said.slice(0, 3));
    const about = step === 'rcpt' ? [addressIn(line)] : (transaction?.to ?? this.#to);
    this.#house.options.witness?.decided?.(step, said, about, transaction);
    this.#house.happened();
    return this.#speak({ ...act, reply });
  }

  async #speak(act: FakeAct): Promise<boolean> {
    const reply = act.reply ? `${act.reply.replace(/\r?\n/g, '\r\n')}\r\n` : '';
    const octets = Buffer.from(`${act.raw ?? ''}${reply}`);
    if (this.#house.options.singleOctets) {
      for (const octet of octets) {
        this.#socket.write(Buffer.of(octet));
        await new Promise((resolve) => setImmediate(resolve));
      }
    } else if (octets.length > 0) {
      this.#held.push(octets);
    }
    const groupGoesOn = this.#house.options.merged === true && this.#input.waiting().includes(CRLF);
    if (this.#held.length > 0 && (act.after !== undefined || !groupGoesOn)) {
      this.#socket.write(Buffer.concat(this.#held.splice(0)));
    }
    if (act.after === undefined) return true;
    if (act.after === 'reset') this.drop('reset');
    if (act.after === 'close') this.#socket.destroySoon();
    if (act.after === 'half-close') this.#socket.end();
    return false;
  }

  #upgrade(): true {
    const plain = this.#socket;
    plain.removeAllListeners('data');
    plain.removeAllListeners('end');
    this.#input = new Input();
    const secure: Tls = new TLSSocket(plain, { ...this.#house.options.tls, isServer: true });
    this.#socket = secure;
    this.#secure = true;
    this.#listen(secure);
    return true;
  }
}

function addressIn(line: string): string {
  return /<([^>]*)>/.exec(line)?.[1] ?? '';
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}
