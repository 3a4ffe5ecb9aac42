// Readers of mail that are not ours: Python's standard library, one process for many messages, and mailparser.
// Knows how to ask them; the tests judge what they say.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type ParsedMail, simpleParser } from 'mailparser';

/** An attachment as Python's `email` reads it. */
export interface PythonAttachment {
  /** Of `filename`. */
  readonly name: string;
  /** Of `name`, for clients that do not know RFC 2231. */
  readonly fallback: string;
  readonly type: string;
  readonly charset: string | null;
  /** Base64. */
  readonly octets: string;
  readonly defects: string[];
}

/** What Python's `email` makes of a message. Addresses are pairs of display name and address. */
export interface PythonMail {
  readonly names: string[];
  readonly headers: string[];
  readonly subject: string | null;
  readonly from: [string, string][];
  readonly to: [string, string][];
  readonly replyTo: [string, string][] | null;
  readonly date: number | null;
  /** Exact, line ends as they are in the message. */
  readonly text: string | null;
  readonly html: string | null;
  readonly attachments: PythonAttachment[];
  readonly types: string[];
  readonly defects: string[];
}

export async function readWithPython(messages: readonly Uint8Array[]): Promise<PythonMail[]> {
  return (await askPython('mail', messages)) as PythonMail[];
}

/** Decodes quoted-printable bodies. */
export async function decodeWithPython(bodies: readonly string[]): Promise<string[]> {
  const answers = await askPython(
    'quopri',
    bodies.map((body) => Buffer.from(body, 'latin1')),
  );
  return answers.map((answer) => Buffer.from(answer as string, 'base64').toString('utf8'));
}

async function askPython(task: string, blobs: readonly Uint8Array[]): Promise<unknown[]> {
  const script = fileURLToPath(new URL('read_mail.py', import.meta.url));
  const python = spawn('python3', [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    python.on('error', reject);
    python.on('close', resolve);
  });
  const answers: Buffer[] = [];
  python.stdout.on('data', (chunk: Buffer) => answers.push(chunk));
  for (const blob of blobs) {
    python.stdin.write(`${JSON.stringify([task, Buffer.from(blob).toString('base64')])}\n`);
  }
  python.stdin.end();
  const code = await ended;
  if (code !== 0) throw new Error(`python3 ended with ${code}`);
  const lines = Buffer.concat(answers).toString('utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as unknown);
}

export function readWithMailparser(message: Uint8Array): Promise<ParsedMail> {
  return simpleParser(Buffer.from(message), {
    skipTextToHtml: true,
    skipHtmlToText: true,
    skipTextLinks: true,
  });
}
