// From the options to what a preview shows: the request of a `send`, with placeholders where it would need more.
// Knows what makes a message; knows nothing of pages.

import type { Rule } from '../check/finding.js';
import type { Content } from '../domain/campaign.js';
import { shownPath } from '../engine/preview/complaint.js';
import { Preview } from '../engine/preview/preview.js';
import type { FindFindings, Finding } from '../web/findings.js';
import type { PreviewSubject } from '../web/preview-site.js';
import { requestOf } from './commands/send.js';
import { chooseDkim } from './dkim-choice.js';
import type { PreviewOptions } from './page-options.js';

/** Stand in for what was not given: domains that belong to nobody (RFC 2606). */
const PLACEHOLDER_SENDER = 'Your Name <you@example.com>';
const PLACEHOLDER_UNSUBSCRIBE = 'https://example.com/unsubscribe?t={{token}}';

/** @throws MailblastError for options that `send` would refuse too. */
export function previewSubject(
  list: string,
  options: PreviewOptions,
): Omit<PreviewSubject, 'previewed'> & { readonly preview: Preview } {
  const notes: string[] = [];
  if (options.from === '') notes.push(`No sender is given; ${PLACEHOLDER_SENDER} is a placeholder.`);
  const from = options.from === '' ? PLACEHOLDER_SENDER : options.from;
  const request = requestOf(list, { ...options, from }, true);
  const signer = chooseDkim(options, from, undefined);
  return {
    preview: new Preview(request, { sign: signer?.signature, unsubscribeUrl: PLACEHOLDER_UNSUBSCRIBE }),
    template: shownPath(options.template, options.template),
    list,
    notes: [...notes, ...(signer?.notes ?? [])],
    findings: findingsOnce(options.silence),
  };
}

/** The same for everybody on the list, so made once for each content. Loaded when a page asks: no first paint waits. */
function findingsOnce(silenced: readonly Rule[]): FindFindings {
  const known = new WeakMap<Content, Promise<readonly Finding[]>>();
  return (source) => {
    const found =
      known.get(source.content) ??
      import('../check/content/static-check.js').then(({ findInContent }) => findInContent(source, silenced));
    known.set(source.content, found);
    return found;
  };
}
