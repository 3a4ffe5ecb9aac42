// From the --dkim options to a signer. The key is read anew in each run; the ledger keeps its path alone.

import { readFileSync } from 'node:fs';
import { domainOf } from '../domain/address.js';
import { MailblastError } from '../domain/errors.js';
import { replacesMessageId } from '../domain/providers.js';
import { mailbox } from '../engine/sender.js';
import { type DkimSigner, dkimSigner } from '../message/dkim.js';
import type { RelayTarget } from '../relay/relay-url.js';
import type { RunFlags } from './options.js';

/** The signer, or undefined when no signature is wanted. `from` is the sender's mailbox as the user wrote it. */
export function chooseDkim(
  flags: RunFlags,
  from: string,
  relay: RelayTarget | undefined,
): DkimSigner | undefined {
  const { dkimDomain: domain, dkimSelector: selector, dkimKey: file } = flags;
  if (domain === '' && selector === '' && file === '') return undefined;
  if (domain === '' || selector === '' || file === '') {
    throw new MailblastError(
      'settings',
      'A DKIM signature needs all of --dkim-domain, --dkim-selector and --dkim-key <file.pem>.',
    );
  }
  return dkimSigner({
    domain,
    selector,
    key: readKey(file),
    fromDomain: domainOf(mailbox('--from', from).address),
    withoutDateAndMessageId: relay?.kind === 'smtp' && replacesMessageId(relay.host),
  });
}

function readKey(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new MailblastError('no_input', `--dkim-key ${file} cannot be read: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}
