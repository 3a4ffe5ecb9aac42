// `mailblast preview`: serves a page that shows the message as its readers will see it. Runs until it is stopped.

import { setTimeout } from 'node:timers/promises';
import { MailblastError } from '../../domain/errors.js';
import { type PreviewSubject, previewSite } from '../../web/preview-site.js';
import { serve } from '../../web/serve.js';
import { openBrowser } from '../browser.js';
import { EXIT } from '../exit-codes.js';
import type { PreviewOptions } from '../page-options.js';
import { stopSignal } from '../stop-signal.js';

/**
 * Milliseconds for which a browser has the machine to itself: what makes a message takes a second of two cores to load,
 * and a page that is asked for meanwhile is painted twice as late. Who opens it later finds all of it there.
 */
const BROWSERS_TURN = 400;

export async function runPreview(list: string, options: PreviewOptions): Promise<number> {
  if (options.template === '') {
    throw new MailblastError('usage', 'No template is given. Add --template <file.mjml>.');
  }
  const stopped = stopSignal();
  let come: (subject: PreviewSubject) => void = () => {};
  const coming = new Promise<PreviewSubject>((resolve) => {
    come = resolve;
  });
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const served = await serve(previewSite(coming, open), options.port);
  process.stdout.write(`${served.address}\n`);
  try {
    const unopened = options.open ? await openBrowser(served.address) : undefined;
    if (unopened !== undefined) process.stderr.write(`${unopened}\n`);
    await Promise.race([opened, stopped, setTimeout(BROWSERS_TURN, undefined, { ref: false })]);
    const { previewSubject } = await import('../preview-subject.js');
    const { preview, ...subject } = previewSubject(list, options);
    try {
      preview.begin();
      come({ previewed: preview, ...subject });
      const said = [...subject.notes, 'The page follows each save. Nothing is sent. Ctrl-C ends it.'];
      process.stderr.write(said.map((line) => `${line}\n`).join(''));
      await stopped;
    } finally {
      await preview.close();
    }
  } finally {
    await served.close();
  }
  return EXIT.done;
}
