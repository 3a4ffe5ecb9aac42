// `mailblast sandbox`: a local relay that keeps what it gets, and a page that shows it. Runs until it is stopped.

import { resolve } from 'node:path';
import { MailblastError } from '../../domain/errors.js';
import { Inbox } from '../../engine/inbox.js';
import { EmlFolder } from '../../relay/eml-folder.js';
import { startSandbox } from '../../relay/sandbox.js';
import { inboxSite } from '../../web/inbox-site.js';
import { serve } from '../../web/serve.js';
import { openBrowser } from '../browser.js';
import { EXIT } from '../exit-codes.js';
import { stopSignal } from '../stop-signal.js';
import { counted } from '../words.js';

export interface SandboxOptions {
  readonly port: string;
  readonly keep: string;
  /** The page's port, 0 for any free one. */
  readonly webPort: number;
  readonly open: boolean;
}

export async function runSandbox(options: SandboxOptions): Promise<number> {
  const port = Number(options.port);
  if (!/^\d+$/.test(options.port) || port > 65_535) {
    throw new MailblastError(
      'usage',
      `--port ${options.port} is no port; give a number from 0 (any free one) to 65535.`,
    );
  }
  const stopped = stopSignal();
  const sandbox = await startSandbox({ port, dir: resolve(options.keep) });
  const inbox = new Inbox(new EmlFolder(sandbox.dir));
  try {
    const relay = `smtp://127.0.0.1:${sandbox.port}`;
    const served = await serve(inboxSite(inbox, { folder: sandbox.dir, relay }), options.webPort);
    process.stdout.write(
      `Sandbox relay on 127.0.0.1:${sandbox.port}; messages are kept in ${sandbox.dir}. Nothing is sent on.\n` +
        `Inbox: ${served.address}\n` +
        `Use it with: --relay ${relay}   (Ctrl-C ends it)\n`,
    );
    const unopened = options.open ? await openBrowser(served.address) : undefined;
    if (unopened !== undefined) process.stderr.write(`${unopened}\n`);
    await stopped;
    await served.close();
  } finally {
    inbox.close();
    await sandbox.close();
  }
  process.stdout.write(`${counted(sandbox.received(), 'message')} received.\n`);
  return EXIT.done;
}
