// From the names of files and a proxy to the way a relay is reached: PEM files are read and looked at, nothing is opened.

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { MailblastError } from '../domain/errors.js';
import { parseProxyUrl } from './proxy.js';
import type { SmtpTarget } from './relay-url.js';
import type { Way } from './safety.js';

/**
 * @throws MailblastError `no_input` for a file that cannot be read, `settings` for half a certificate, one whose key is
 * another's, or a certificate where there is no TLS.
 */
export function readWay(
  target: SmtpTarget,
  options: {
    readonly caFile?: string | undefined;
    readonly certFile?: string | undefined;
    readonly keyFile?: string | undefined;
    readonly proxy?: string | undefined;
  },
): Way {
  const { caFile = '', certFile = '', keyFile = '', proxy = '' } = options;
  if ((certFile === '') !== (keyFile === '')) {
    throw new MailblastError('settings', 'A client certificate needs both --tls-cert and --tls-key.');
  }
  if (target.scheme === 'smtp+plain' && (caFile !== '' || certFile !== '')) {
    throw new MailblastError(
      'settings',
      `${target.name} is plaintext by name, where no certificate is shown: use smtps:// or smtp://, or leave --tls-ca, --tls-cert and --tls-key out.`,
    );
  }
  return {
    ca: caFile === '' ? undefined : readCertificate(caFile, 'certificate of an authority').pem,
    identity: certFile === '' ? undefined : readIdentity(certFile, keyFile),
    proxy: proxy === '' ? undefined : parseProxyUrl(proxy, 'environment'),
  };
}

function readIdentity(certFile: string, keyFile: string): NonNullable<Way['identity']> {
  const { pem: cert, certificate } = readCertificate(certFile, 'certificate');
  const pem = read(keyFile, 'private key');
  if (/ENCRYPTED/.test(pem)) {
    throw new MailblastError(
      'settings',
      'The key is encrypted. Give it without its passphrase: openssl pkey -in key.pem -out plain.pem, readable to you alone.',
      { place: { file: keyFile } },
    );
  }
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    // Without the cause, which might show some of the key.
    throw new MailblastError('no_input', 'No private key in PEM can be read from it.', {
      place: { file: keyFile },
    });
  }
  if (!certificate.checkPrivateKey(key)) {
    throw new MailblastError('settings', `The key is not the one of the certificate ${certFile}.`, {
      place: { file: keyFile },
    });
  }
  return { cert, key: pem };
}

function readCertificate(file: string, what: string): { pem: string; certificate: X509Certificate } {
  const pem = read(file, what);
  try {
    return { pem, certificate: new X509Certificate(pem) };
  } catch (cause) {
    throw unreadable(file, what, cause);
  }
}

function read(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw unreadable(file, what, cause);
  }
}

function unreadable(file: string, what: string, cause: unknown): MailblastError {
  const { code } = cause as NodeJS.ErrnoException;
  return new MailblastError('no_input', `No ${what} can be read from it (${code}).`, {
    place: { file },
    cause,
  });
}
