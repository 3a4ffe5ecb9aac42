// `mailblast sandbox`: a local relay that keeps what it gets. Runs until it is stopped.

import { once } from 'node:events';
import { resolve } from 'node:path';
import { MailblastError } from '../../domain/errors.js';
import { startSandbox } from '../../relay/sandbox.js';
import { EXIT } from '../exit-codes.js';
import { counted } from '../words.js';

export async function runSandbox(options: { readonly port: string; readonly keep: string }): Promise<number> {
  const port = Number(options.port);
  if (!/^\d+$/.test(options.port) || port > 65_535) {
    throw new MailblastError(
      'usage',
      `--port ${options.port} is no port; give a number from 0 (any free one) to 65535.`,
    );
  }
  const sandbox = await startSandbox({ port, dir: resolve(options.keep) });
  process.stdout.write(
    `Sandbox relay on 127.0.0.1:${sandbox.port}; messages are kept in ${sandbox.dir}. Nothing is sent on.\n` +
      `Use it with: --relay smtp://127.0.0.1:${sandbox.port}   (Ctrl-C ends it)\n`,
  );
  const stopped = new AbortController();
  await Promise.race(
    ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) =>
      once(process, signal, { signal: stopped.signal }).catch(() => {}),
    ),
  );
  stopped.abort();
  await sandbox.close();
  process.stdout.write(`${counted(sandbox.received(), 'message')} received.\n`);
  return EXIT.done;
}
