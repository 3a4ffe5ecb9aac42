// The sender's own addresses, as options give them. Knows what every relay and reader must be able to take.

import { isAddress, type Mailbox, needsSmtpUtf8, parseAddress, parseMailbox } from '../domain/address.js';
import { MailblastError } from '../domain/errors.js';

/** @throws MailblastError `settings` when the text is no mailbox. */
export function mailbox(option: string, text: string): Mailbox {
  const parsed = parseMailbox(text);
  if ('reason' in parsed) {
    throw new MailblastError(
      'settings',
      `${option} "${text}" is not usable: ${parsed.reason}. Write it as "Name <you@example.com>".`,
    );
  }
  demandAscii(option, parsed.address.address);
  return parsed;
}

/** @throws MailblastError `settings` when the text is no address. */
export function bareAddress(option: string, text: string): string {
  const parsed = parseAddress(text);
  if (!isAddress(parsed)) {
    throw new MailblastError(
      'settings',
      `${option} "${text}" is not usable: ${parsed.reason}. Write it as you@example.com.`,
    );
  }
  demandAscii(option, parsed.address);
  return parsed.address;
}

/** The sender's own addresses must be ones that every relay and every reader's program can take. */
function demandAscii(option: string, address: string): void {
  if (!needsSmtpUtf8(address)) return;
  throw new MailblastError(
    'settings',
    `${option} "${address}" is not usable: letters beyond ASCII before the @ need SMTPUTF8, which few relays offer.`,
  );
}
