// The public key that a selector names in the DNS. RFC 6376 3.6.1; read by mailauth.
// Knows the record; whether it fits the private key is check/'s matter.

import { createPublicKey } from 'node:crypto';
import { getPublicKey } from 'mailauth/lib/tools.js';
import { type NameServer, unknownWhy } from './name-server.js';

export type DkimRecord =
  | { readonly state: 'none' }
  | { readonly state: 'several' }
  /** `p=` is empty: the key was withdrawn. */
  | { readonly state: 'withdrawn' }
  | { readonly state: 'broken'; readonly why: string }
  | { readonly state: 'unknown'; readonly why: string }
  | {
      readonly state: 'valid';
      /** The key in base64, as `p=` holds an RSA key. */
      readonly publicKey: string;
      /** Undefined for Ed25519. */
      readonly bits: number | undefined;
      /** `t=y`: receivers are told to take the signature as a trial. */
      readonly testing: boolean;
    };

const WRONG: Readonly<Record<string, string>> = {
  EINVALIDVAL: 'its p= is no base64',
  EINVALIDVER: 'its v= is not DKIM1',
  EINVALIDTYPE: 'its key is neither RSA nor Ed25519, or not of the kind that k= says',
  ESHORTKEY: 'its key has fewer than 1024 bits, which receivers must not trust (RFC 8301 3.2)',
};

export async function readDkimRecord(
  domain: string,
  selector: string,
  server: NameServer,
): Promise<DkimRecord> {
  const name = `${selector}._domainkey.${domain}`;
  const answer = await server.txt(name);
  if (answer.state !== 'found') return answer;
  if (answer.records.length > 1) return { state: 'several' };
  const [record = ''] = answer.records;
  if (/(?:^|;)\s*p=\s*(?:;|$)/.test(record)) return { state: 'withdrawn' };
  try {
    const { publicKey, modulusLength } = await getPublicKey('DKIM', name, 1024, async () => [record]);
    const der = createPublicKey(publicKey).export({ type: 'spki', format: 'der' });
    const testing = /(?:^|;)\s*t=[^;]*\by\b/.test(record);
    return { state: 'valid', publicKey: der.toString('base64'), bits: modulusLength, testing };
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const why = WRONG[code];
    return why === undefined ? { state: 'unknown', why: unknownWhy(code) } : { state: 'broken', why };
  }
}
