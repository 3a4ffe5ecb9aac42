// Reads `--header "Name: value"`, and knows which headers are not for the user to set, and what to use instead.
// Knows names; how a value is encoded is headers.ts's matter.

import { MailblastError } from '../domain/errors.js';

/** Behind a name of this length even the longest encoded character fits in the first line. */
const LONGEST_NAME = 50;

const MADE_HERE = 'mailblast makes it for each message';
const FOR_RELAYS = 'relays add it';

/** Headers that mailblast owns or that are not a sender's, in lower case, each with the way out. */
const OWNED: Readonly<Record<string, string>> = {
  from: 'use --from',
  sender: 'use --from',
  'reply-to': 'use --reply-to',
  subject: 'use --subject',
  'return-path': 'use --return-path',
  'list-id': 'use --list-id',
  'list-unsubscribe': 'use --unsubscribe-url or --unsubscribe-mailto',
  'list-unsubscribe-post': 'it goes with an https --unsubscribe-url',
  'dkim-signature': 'use --dkim-domain, --dkim-selector and --dkim-key',
  to: 'each recipient of the list gets a message of their own',
  cc: 'add the address to the list',
  bcc: 'add the address to the list',
  date: MADE_HERE,
  'message-id': MADE_HERE,
  'mime-version': MADE_HERE,
  'x-mailblast-id': MADE_HERE,
  precedence: 'it is bulk, but for --triggered mail, which has none',
  received: FOR_RELAYS,
  'delivered-to': FOR_RELAYS,
  'authentication-results': FOR_RELAYS,
};

/** The same for whole families of headers. */
const OWNED_FAMILIES: readonly (readonly [prefix: string, way: string])[] = [
  ['content-', MADE_HERE],
  ['resent-', 'a campaign is no message sent on'],
  ['arc-', FOR_RELAYS],
  ['received-', FOR_RELAYS],
];

/**
 * Splits `Name: value`; the value comes back without the blanks around it, merge tags as written.
 * @throws MailblastError `usage` for a malformed line or for a header that mailblast owns, with the option to use.
 */
export function parseHeaderOption(line: string): readonly [name: string, value: string] {
  const colon = line.indexOf(':');
  const name = (colon < 0 ? line : line.slice(0, colon)).trim();
  const value = colon < 0 ? '' : line.slice(colon + 1).trim();
  const shown = JSON.stringify(line);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose.
  if (/[\x00-\x08\x0a-\x1f\x7f]/.test(line)) {
    throw refusal(
      `--header ${shown} holds a line break or a control character. Give each header its own --header.`,
    );
  }
  if (colon < 0 || name === '' || value === '') {
    throw refusal(`--header ${shown} is not of the form "Name: value".`);
  }
  if (!/^[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?$/.test(name) || name.length > LONGEST_NAME) {
    throw refusal(
      `--header ${shown}: a header's name has letters, digits and hyphens, ${LONGEST_NAME} at the most.`,
    );
  }
  const way = wayOut(name.toLowerCase());
  if (way !== undefined) throw refusal(`--header cannot set ${name}: ${way}.`);
  return [name, value];
}

function wayOut(name: string): string | undefined {
  if (Object.hasOwn(OWNED, name)) return OWNED[name];
  return OWNED_FAMILIES.find(([prefix]) => name.startsWith(prefix))?.[1];
}

function refusal(sentence: string): MailblastError {
  return new MailblastError('usage', sentence);
}
