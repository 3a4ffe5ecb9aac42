// `mailblast preview`: serves a page that shows the message as its readers will see it. Runs until it is stopped.

import { MailblastError } from '../../domain/errors.js';
import { type PreviewSubject, previewSite } from '../../web/preview-site.js';
import { serve } from '../../web/serve.js';
import { openBrowser } from '../browser.js';
import { EXIT } from '../exit-codes.js';
import type { PreviewOptions } from '../page-options.js';
import { stopSignal } from '../stop-signal.js';

export async function runPreview(list: string, options: PreviewOptions): Promise<number> {
  if (options.template === '') {
    throw new MailblastError('usage', 'No template is given. Add --template <file.mjml>.');
  }
  const stopped = stopSignal();
  let come: (subject: PreviewSubject) => void = () => {};
  const coming = new Promise<PreviewSubject>((resolve) => {
    come = resolve;
  });
  const served = await serve(previewSite(coming), options.port);
  process.stdout.write(`${served.address}\n`);
  try {
    // Loaded only now: what makes a message takes half of the time until the page is painted.
    const { previewSubject } = await import('../preview-subject.js');
    const { preview, ...subject } = previewSubject(list, options);
    try {
      preview.begin();
      come({ previewed: preview, ...subject });
      const said = [...subject.notes, 'The page follows each save. Nothing is sent. Ctrl-C ends it.'];
      process.stderr.write(said.map((line) => `${line}\n`).join(''));
      const unopened = options.open ? await openBrowser(served.address) : undefined;
      if (unopened !== undefined) process.stderr.write(`${unopened}\n`);
      await stopped;
    } finally {
      await preview.close();
    }
  } finally {
    await served.close();
  }
  return EXIT.done;
}
