// The sandbox: a real SMTP server on this machine that keeps each message as an `.eml` file and delivers nothing.
// The only file that knows smtp-server. Listens on loopback alone, since it takes mail from anybody for anybody.

import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';

import { MailblastError } from '../domain/errors.js';
import { type EmlEnvelope, safePart, writeEml } from './eml-file.js';
import { type Relay, RelayNotOpened } from './relay.js';
import { parseRelayUrl, type SmtpTarget } from './relay-url.js';
import { smtpRelay } from './smtp-relay.js';

export interface SandboxOptions {
  /** 0 for any free port. */
  readonly port: number;
  /** Where the mail is kept; made when it is not there. */
  readonly dir: string;
  /** Told of each message once its file is there. */
  readonly onMessage?: (message: SandboxMessage) => void;
}

/** A message that the sandbox took. */
export interface SandboxMessage {
  readonly file: string;
  readonly envelope: EmlEnvelope;
  /** Octets of the message, without the envelope's lines. */
  readonly size: number;
}

export interface Sandbox {
  readonly port: number;
  readonly dir: string;
  /** Messages taken since the start. */
  received(): number;
  /** Stops listening and ends what is still connected. */
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

/**
 * Starts a sandbox. It takes any login, sender and recipient.
 * @throws MailblastError `settings` when the port cannot be used, `cannot_create` when the folder cannot be made.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { dir } = options;
  try {
    await mkdir(dir, { recursive: true });
  } catch (cause) {
    throw new MailblastError('cannot_create', `The sandbox's folder cannot be made (${codeOf(cause)}).`, {
      place: { file: dir },
      cause,
    });
  }
  let received = 0;
  const prefix = new Date().toISOString().replace(/[:.]/g, '-');
  const keep = async (stream: SMTPServerDataStream, session: SMTPServerSession): Promise<string> => {
    const pieces: Buffer[] = [];
    for await (const piece of stream) pieces.push(piece as Buffer);
    const octets = Buffer.concat(pieces);
    const envelope = envelopeOf(session);
    const number = String(++received).padStart(6, '0');
    const name = `${prefix}-${process.pid}-${number}-${safePart(envelope.recipients[0] ?? '')}.eml`;
    const file = await writeEml(dir, name, envelope, octets);
    options.onMessage?.({ file, envelope, size: octets.length });
    return basename(file);
  };
  const server = new SMTPServer({
    name: 'sandbox',
    banner: 'mailblast sandbox, nothing leaves this machine',
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    hideENHANCEDSTATUSCODES: false,
    authOptional: true,
    onAuth: ({ username }, _session, callback) => callback(null, { user: username ?? '' }),
    onData: (stream, session, callback) => {
      keep(stream, session).then(
        (name) => callback(null, `kept as ${name}`),
        // 452: insufficient system storage, or whatever else the folder suffers from. RFC 5321 4.2.3.
        (error) => callback(Object.assign(error as Error, { responseCode: 452 })),
      );
    },
    socketTimeout: 10 * 60_000,
    closeTimeout: 500,
    logger: false,
  });
  await listen(server, options.port);
  // What a client's connection suffers is the client's to report.
  server.on('error', () => {});
  return {
    port: (server.server.address() as AddressInfo).port,
    dir,
    received: () => received,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** A relay that is a sandbox of its own: started with the first session, on a free port, stopped by `close`. */
export function sandboxRelay(dir: string): Relay {
  let started: Promise<{ sandbox: Sandbox; relay: Relay }> | undefined;
  const start = async () => {
    const sandbox = await startSandbox({ port: 0, dir });
    const target = parseRelayUrl(`smtp://${HOST}:${sandbox.port}`, 'environment') as SmtpTarget;
    return { sandbox, relay: smtpRelay(target) };
  };
  return {
    name: 'sandbox',
    rehearsal: true,
    async open() {
      started ??= start();
      try {
        return await (await started).relay.open();
      } catch (error) {
        if (error instanceof RelayNotOpened) throw new RelayNotOpened('sandbox', error.failure, error);
        throw error;
      }
    },
    async close() {
      const running = await started?.catch(() => undefined);
      await running?.sandbox.close();
    },
  };
}

function envelopeOf({ envelope }: SMTPServerSession): EmlEnvelope {
  return {
    returnPath: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
    recipients: envelope.rcptTo.map(({ address }) => address),
  };
}

function listen(server: SMTPServer, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (cause: Error) => {
      const code = codeOf(cause);
      const what =
        code === 'EADDRINUSE'
          ? 'is in use (by another sandbox, maybe)'
          : `cannot be listened on (${code ?? cause.message})`;
      reject(
        new MailblastError('settings', `Port ${port} ${what}; name another one with --port.`, { cause }),
      );
    };
    server.once('error', failed);
    server.listen(port, HOST, () => {
      server.off('error', failed);
      resolve();
    });
  });
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
