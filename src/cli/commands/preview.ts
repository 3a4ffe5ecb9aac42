// `mailblast preview`: serves a page that shows the message as its readers will see it. Runs until it is stopped.

import { MailblastError } from '../../domain/errors.js';
import { shownPath } from '../../engine/preview/complaint.js';
import { Preview } from '../../engine/preview/preview.js';
import { previewSite } from '../../web/preview-site.js';
import { serve } from '../../web/serve.js';
import { openBrowser } from '../browser.js';
import { chooseDkim } from '../dkim-choice.js';
import { EXIT } from '../exit-codes.js';
import type { PreviewOptions } from '../page-options.js';
import { stopSignal } from '../stop-signal.js';
import { requestOf } from './send.js';

/** Stand in for what was not given: domains that belong to nobody (RFC 2606). */
const PLACEHOLDER_SENDER = 'Your Name <you@example.com>';
const PLACEHOLDER_UNSUBSCRIBE = 'https://example.com/unsubscribe?t={{token}}';

export async function runPreview(list: string, options: PreviewOptions): Promise<number> {
  if (options.template === '') {
    throw new MailblastError('usage', 'No template is given. Add --template <file.mjml>.');
  }
  const notes: string[] = [];
  if (options.from === '') notes.push(`No sender is given; ${PLACEHOLDER_SENDER} is a placeholder.`);
  const from = options.from === '' ? PLACEHOLDER_SENDER : options.from;
  const request = requestOf(list, { ...options, from }, true);
  const signer = chooseDkim(options, from, undefined);
  const stopped = stopSignal();
  const preview = new Preview(request, { sign: signer?.sign, unsubscribeUrl: PLACEHOLDER_UNSUBSCRIBE });
  try {
    const site = previewSite(preview, {
      template: shownPath(options.template, options.template),
      list,
      notes: [...notes, ...(signer?.notes ?? [])],
      findings: undefined,
    });
    const served = await serve(site, options.port);
    process.stdout.write(`${served.address}\n`);
    preview.begin();
    const said = [...notes, 'The page follows each save. Nothing is sent. Ctrl-C ends it.'];
    process.stderr.write(said.map((line) => `${line}\n`).join(''));
    const unopened = options.open ? await openBrowser(served.address) : undefined;
    if (unopened !== undefined) process.stderr.write(`${unopened}\n`);
    await stopped;
    await served.close();
    return EXIT.done;
  } finally {
    await preview.close();
  }
}
