// Reads a message as a mail program does: its headers, its text and HTML, what is attached. The only file that knows
// postal-mime. Knows nothing of where the message came from, and fetches nothing that it names.

import type { Address } from 'postal-mime';

export interface ReadMail {
  /** Decoded; empty when there is none. */
  readonly subject: string;
  /** Mailboxes as people read them: `Ada <ada@example.com>`. */
  readonly from: string;
  readonly to: string;
  /** Every header in its order: unfolded, encoded words decoded. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Empty when the message has no such part. */
  readonly text: string;
  readonly html: string;
  readonly attachments: readonly ReadAttachment[];
}

export interface ReadAttachment {
  readonly name: string;
  /** MIME type, in lower case. */
  readonly type: string;
  /** Without angle brackets; empty when it has none. `cid:` links name it (RFC 2392). */
  readonly contentId: string;
  /** The HTML shows it by its Content-ID. */
  readonly inline: boolean;
  readonly octets: Uint8Array;
}

/** Reads it, or as much as there is of it. Rejects only when its parts are nested without end. */
export async function readMail(octets: Uint8Array): Promise<ReadMail> {
  // Loaded with the first message: a page is there before there is anything to read.
  const { default: PostalMime, decodeWords } = await import('postal-mime');
  const mail = await PostalMime.parse(octets, { forceRfc822Attachments: true, maxNestingDepth: 50 });
  return {
    subject: mail.subject ?? '',
    from: mailboxes(mail.from === undefined ? [] : [mail.from]),
    to: mailboxes(mail.to ?? []),
    headers: mail.headers.map(({ originalKey, value }) => [originalKey, decodeWords(value)] as const),
    text: mail.text ?? '',
    html: mail.html ?? '',
    attachments: mail.attachments.map((part, number) => ({
      name: part.filename ?? `part-${number + 1}`,
      type: part.mimeType,
      contentId: (part.contentId ?? '').replace(/^<|>$/g, ''),
      inline: part.related === true,
      octets: typeof part.content === 'string' ? Buffer.from(part.content) : new Uint8Array(part.content),
    })),
  };
}

function mailboxes(addresses: readonly Address[]): string {
  return addresses
    .flatMap((each) => each.group ?? [each])
    .map(({ name, address }) => (name === '' ? address : `${name} <${address}>`))
    .join(', ');
}
