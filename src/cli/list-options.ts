// What a message says of the list it belongs to: its id and the ways to leave it. Or that it belongs to none, since its
// reader's own act triggered it. Knows these options; how they become headers is message/'s matter.

import { MailblastError } from '../domain/errors.js';
import { parseListId } from '../message/list-headers.js';
import type { SendOptions } from './options.js';

export type ListOptions = Pick<SendOptions, 'triggered' | 'listId' | 'unsubscribeUrl' | 'unsubscribeMailto'>;

export interface ListWords {
  /** Empty for triggered mail, which belongs to no list. */
  readonly listId: string;
  readonly unsubscribeUrl: string;
  readonly unsubscribeMailto: string;
}

/** @throws MailblastError `settings` for triggered mail that names a list, or a way to leave one. */
export function listWords(options: ListOptions, defaultListId: string): ListWords {
  const { unsubscribeUrl, unsubscribeMailto } = options;
  if (!options.triggered) {
    return {
      listId: options.listId === '' ? defaultListId : parseListId(options.listId),
      unsubscribeUrl,
      unsubscribeMailto: unsubscribeMailto.replace(/^mailto:/i, ''),
    };
  }
  const given = [
    options.listId === '' ? '' : '--list-id',
    unsubscribeUrl === '' ? '' : '--unsubscribe-url',
    unsubscribeMailto === '' ? '' : '--unsubscribe-mailto',
  ].filter((name) => name !== '');
  if (given.length === 0) return { listId: '', unsubscribeUrl: '', unsubscribeMailto: '' };
  throw new MailblastError(
    'settings',
    `--triggered mail belongs to no list, so it cannot be left: take ${given.join(' and ')} away, or --triggered if it is a newsletter.`,
  );
}
