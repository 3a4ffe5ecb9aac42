// The key that signs, and the names under which its other half is found in DNS. RFC 6376 3.6, RFC 8301 3.2.
// Knows what makes them fit for use; knows nothing of messages. No sentence and no cause of it holds any of the key.

import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { domainOf, isAddress, parseAddress } from '../domain/address.js';
import { MailblastError } from '../domain/errors.js';

/** Below this, receivers must not trust a signature (RFC 8301 3.2). */
const SHORTEST = 1024;

/** What signers should have at least (RFC 8301 3.2). */
const ENOUGH = 2048;

/** What every receiver must be able to check (RFC 8301 3.2). */
const LONGEST = 4096;

const LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?$/;

/** A private RSA key, and what its owner should hear about it, as sentences. */
export interface DkimKey {
  readonly key: KeyObject;
  readonly notes: readonly string[];
}

/**
 * Reads a private RSA key: PEM, PKCS#1 or PKCS#8, not encrypted.
 * @throws MailblastError `settings` when it is anything else, or shorter than 1024 bits.
 */
export function readDkimKey(pem: string): DkimKey {
  const key = privateKey(pem);
  if (key.asymmetricKeyType !== 'rsa') {
    throw unusable(`is of the type ${key.asymmetricKeyType}, not rsa. ${MAKE_ONE}`);
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < SHORTEST) {
    throw unusable(`has ${bits} bits; receivers accept none below ${SHORTEST}. ${MAKE_ONE}`);
  }
  return { key, notes: lengthNotes(bits) };
}

/** The `p=` value of the key's DNS record: what receivers check its signatures with. Takes what `readDkimKey` takes. */
export function dkimPublicKey(pem: string): string {
  return publicKeyOf(readDkimKey(pem).key);
}

/** The same of a key that was read. */
export function publicKeyOf(key: KeyObject): string {
  return createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64');
}

/**
 * The domain as it goes into `d=`: A-labels in lower case.
 * @throws MailblastError `settings` when it is none.
 */
export function signingDomain(text: string): string {
  const parsed = parseAddress(`postmaster@${text.trim()}`);
  if (isAddress(parsed)) return domainOf(parsed);
  throw new MailblastError(
    'settings',
    `--dkim-domain ${JSON.stringify(text)} is no domain. Write it as example.com.`,
  );
}

/**
 * The selector as it goes into `s=`: labels of letters, digits and hyphens with dots between; underscores are in use too.
 * @throws MailblastError `settings` when it is none.
 */
export function signingSelector(text: string, domain: string): string {
  const selector = text.trim();
  const shown = `--dkim-selector ${JSON.stringify(text)}`;
  const whole = /^(.+)\._domainkey(?:\..*)?$/i.exec(selector);
  if (whole)
    throw new MailblastError('settings', `${shown} is a whole record name. Give only "${whole[1]}".`);
  const fits = `${selector}._domainkey.${domain}`.length <= 253;
  if (fits && selector.split('.').every((label) => LABEL.test(label))) return selector;
  throw new MailblastError(
    'settings',
    `${shown} is no selector. It is what stands before ._domainkey in the name of the key's DNS record.`,
  );
}

/** What to say when DMARC may not count the signature, as it is not the domain that readers see (RFC 7489 3.1.1). */
export function alignmentNotes(domain: string, fromDomain: string): string[] {
  const related = domain === fromDomain || isBelow(fromDomain, domain) || isBelow(domain, fromDomain);
  return related
    ? []
    : [
        `Messages are signed by ${domain}, which is neither From's domain ${fromDomain} nor above or below it: the signature may not count for DMARC.`,
      ];
}

function isBelow(domain: string, parent: string): boolean {
  return domain.endsWith(`.${parent}`);
}

const MAKE_ONE = 'Make one with: openssl genrsa -out dkim.pem 2048';

function privateKey(pem: string): KeyObject {
  if (/-----BEGIN ENCRYPTED |^Proc-Type:.*ENCRYPTED/m.test(pem)) {
    throw unusable(
      'is encrypted. Give it without its passphrase: openssl rsa -in key.pem -out dkim.pem, readable to you alone',
    );
  }
  if (/-----BEGIN OPENSSH /.test(pem)) {
    throw unusable(
      'is in the format of OpenSSH. Turn a copy of it into PEM: ssh-keygen -p -N "" -m PEM -f <copy>',
    );
  }
  if (/-----BEGIN (?:RSA )?PUBLIC KEY|-----BEGIN CERTIFICATE/.test(pem)) {
    throw unusable('is public. Give the private key, whose first line is -----BEGIN PRIVATE KEY-----');
  }
  try {
    return createPrivateKey({ key: pem.replace(/^\ufeff/, '').trim(), format: 'pem' });
  } catch {
    throw unusable(`is not a private key in PEM. ${MAKE_ONE}`);
  }
}

function lengthNotes(bits: number): string[] {
  if (bits < ENOUGH) {
    return [`The DKIM key has ${bits} bits, and ${ENOUGH} are what receivers expect. ${MAKE_ONE}`];
  }
  if (bits > LONGEST) {
    return [
      `The DKIM key has ${bits} bits, and not every receiver can check more than ${LONGEST}. ${MAKE_ONE}`,
    ];
  }
  return [];
}

function unusable(what: string): MailblastError {
  return new MailblastError('settings', `The key after --dkim-key ${what}.`);
}
