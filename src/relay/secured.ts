// How a connection is secured, as people ask for it: TLS version, cipher, and the relay's certificate with its end.
// Reads a TLS socket; decides nothing.

import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

export interface Secured {
  /** Such as `TLSv1.3`. */
  readonly version: string;
  /** The name of RFC 8446 or its ancestors, such as `TLS_AES_256_GCM_SHA384`. */
  readonly cipher: string;
  /** Whether the certificate was proved: signed by a known authority, for this host, not out of date. */
  readonly proved: boolean;
  readonly certificate: Certificate;
}

export interface Certificate {
  /** Whose it is and who signed it, by common name or organisation. */
  readonly subject: string;
  readonly issuer: string;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly until: number;
}

/** Undefined for a socket in clear. */
export function securedBy(socket: Socket): Secured | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const { subject, issuer, valid_from, valid_to } = socket.getPeerCertificate();
  return {
    version: socket.getProtocol() ?? '',
    cipher: socket.getCipher().standardName,
    proved: socket.authorized,
    certificate: {
      subject: nameOf(subject),
      issuer: nameOf(issuer),
      from: Date.parse(valid_from),
      until: Date.parse(valid_to),
    },
  };
}

/** A name's part may come several times. */
function nameOf(name: Partial<Record<'CN' | 'O', string | string[]>> | undefined): string {
  return [name?.CN ?? name?.O ?? ''].flat().join(', ');
}
