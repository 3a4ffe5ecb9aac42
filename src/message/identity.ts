// What tells one delivery's message from every other, derived so that a second copy is the same (R5).
// Knows hashes; knows nothing of lists or of how the values are written into a message.

import { createHmac, hash } from 'node:crypto';

/** The names of one delivery's message. All are plain ASCII. */
export interface Identity {
  /** `<32 hex digits>@<domain>`, without angle brackets. */
  readonly messageId: string;
  /** Begins with `=_`, which quoted-printable and base64 never yield (RFC 2045 6.7). */
  readonly boundary: string;
  /** For `X-Mailblast-ID`: the part of the Message-ID before the @, since some relays write a Message-ID of their own. */
  readonly mailblastId: string;
}

/**
 * The same for the same campaign id and address key, in every run; different for any other.
 * `domain` is the sender's, as A-labels.
 */
export function identify(campaignId: string, key: string, domain: string): Identity {
  const digest = hash('sha256', `${campaignId}\0${key}`, 'hex');
  const mailblastId = digest.slice(0, 32);
  return { messageId: `${mailblastId}@${domain}`, boundary: `=_${digest.slice(32)}`, mailblastId };
}

/**
 * `{{token}}`: 128 bits that only the holder of the secret can make (HMAC-SHA-256), as 32 hex digits.
 * Hexadecimal, since it may end up in a URL or a local part, and both get lower-cased on their way.
 */
export function token(secret: Uint8Array, campaignId: string, key: string): string {
  return createHmac('sha256', secret).update(`${campaignId}\0${key}`).digest('hex').slice(0, 32);
}
