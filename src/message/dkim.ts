// DKIM signatures: rsa-sha256, relaxed/relaxed. RFC 6376, RFC 8301.
// Knows which headers are signed and how a signature is written; nothing of how a message is made or sent.

import { hash, type KeyObject, sign } from 'node:crypto';
import { alignmentNotes, publicKeyOf, readDkimKey, signingDomain, signingSelector } from './dkim-key.js';
import { type HeaderField, headerFields, relaxedBody, relaxedField } from './relaxed.js';

export interface DkimSettings {
  /** As the user wrote it; signs as `d=`. */
  readonly domain: string;
  readonly selector: string;
  /** PEM text of the private key. */
  readonly key: string;
  /** The domain that readers see, as A-labels. */
  readonly fromDomain: string;
  /** For a relay that writes a Date and Message-ID of its own, which would break a signature over them (Amazon SES). */
  readonly withoutDateAndMessageId: boolean;
}

export interface DkimSigner {
  /**
   * Gives the header that signs a message when it stands in front of it, with its line end. The same message gets the
   * same one, since it has neither `t=` nor `x=` and RSASSA-PKCS1-v1_5 uses no chance (R5). RSA runs on libuv's thread
   * pool. `relaxed`: the body's lines are known to be the relaxed form of themselves.
   * Rejects when no signature can be made; then the message must not leave.
   */
  readonly signature: (octets: Uint8Array, relaxed?: boolean) => Promise<string>;
  /** The message with that header in front. */
  readonly sign: (octets: Uint8Array) => Promise<Buffer>;
  /** For the user, as sentences: a short key, a domain that DMARC may not count. */
  readonly notes: readonly string[];
  /** The TXT record that receivers will look for. */
  readonly record: { readonly name: string; readonly value: string };
}

/**
 * The headers that are signed where a message has them: those of RFC 6376 5.4.1 that ours have, what RFC 8058 4 demands,
 * and what providers sort complaints by. Each is named once more than it stands there, so that nobody can add another one
 * to a signed message, for its reader to see instead (RFC 6376 8.15).
 */
const SIGNED = [
  ...['From', 'Reply-To', 'To', 'Subject', 'Date', 'Message-ID'],
  ...['MIME-Version', 'Content-Type', 'Content-Transfer-Encoding'],
  ...['List-Id', 'List-Unsubscribe', 'List-Unsubscribe-Post', 'Feedback-ID'],
];

/** The length that lines are folded to, CRLF not counted. */
const LINE = 76;

const END_OF_HEADERS = Buffer.from('\r\n\r\n', 'latin1');

/** @throws MailblastError `settings` when domain, selector or key cannot be used. */
export function dkimSigner(settings: DkimSettings): DkimSigner {
  const domain = signingDomain(settings.domain);
  const selector = signingSelector(settings.selector, domain);
  const { key, notes } = readDkimKey(settings.key);
  const names = settings.withoutDateAndMessageId
    ? SIGNED.filter((name) => name !== 'Date' && name !== 'Message-ID')
    : SIGNED;
  const tags = ['v=1;', 'a=rsa-sha256;', 'c=relaxed/relaxed;', `d=${domain};`, `s=${selector};`];
  const opening = flow('DKIM-Signature:', tags, ' ');

  const signature = async (octets: Uint8Array, relaxed = false): Promise<string> => {
    const message = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
    const end = message.indexOf(END_OF_HEADERS);
    if (end < 0) throw new Error('The message cannot be signed: its headers have no end.');
    const { named, canonical } = signedFields(names, headerFields(message.toString('latin1', 0, end)));
    const body = relaxedBody(message.subarray(end + END_OF_HEADERS.length), relaxed);
    const bodyHash = hash('sha256', body, 'base64');
    const header = `${opening}${flow('\r\n h=', named, '')};\r\n bh=${bodyHash};\r\n b=`;
    const [own] = headerFields(header);
    const signed = await rsaSha256(Buffer.from(canonical + relaxedField(own!), 'latin1'), key);
    return `${header}${signed.toString('base64').replace(/.{72}(?=.)/g, '$&\r\n ')}\r\n`;
  };

  return {
    signature,
    sign: async (octets) => Buffer.concat([Buffer.from(await signature(octets), 'latin1'), octets]),
    notes: [...notes, ...alignmentNotes(domain, settings.fromDomain)],
    record: { name: `${selector}._domainkey.${domain}`, value: `v=DKIM1; k=rsa; p=${publicKeyOf(key)}` },
  };
}

/** What `h=` says, and what it stands for: from the last field of a name to its first (RFC 6376 5.4.2). */
function signedFields(
  names: readonly string[],
  fields: readonly HeaderField[],
): { readonly named: readonly string[]; readonly canonical: string } {
  const named: string[] = [];
  let canonical = '';
  for (const name of names) {
    const lowerCase = name.toLowerCase();
    const present = fields.filter((field) => field.name === lowerCase);
    if (present.length === 0) continue;
    for (const field of present.toReversed()) {
      named.push(`${name}:`);
      canonical += `${relaxedField(field)}\r\n`;
    }
    named.push(`${name}:`);
  }
  // RFC 6376 5.4: a signature without From is none.
  if (named[0] !== 'From:') throw new Error('The message cannot be signed: it has no From.');
  return { named: named.with(-1, named.at(-1)!.slice(0, -1)), canonical };
}

/** Puts the parts behind the beginning, with `gap` between them, in lines of 76 octets where they allow it. */
function flow(beginning: string, parts: readonly string[], gap: '' | ' '): string {
  let text = beginning;
  let column = beginning.length - (beginning.lastIndexOf('\n') + 1);
  for (const part of parts) {
    if (column + gap.length + part.length < LINE) {
      text += gap + part;
      column += gap.length + part.length;
    } else {
      text += `\r\n ${part}`;
      column = 1 + part.length;
    }
  }
  return text;
}

function rsaSha256(data: Buffer, key: KeyObject): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    sign('sha256', data, key, (error, signature) => {
      if (error) reject(error);
      else resolve(signature);
    });
  });
}
