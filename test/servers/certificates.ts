// A throw-away certificate authority and what it signed, made by openssl. For servers under test, on any of them.

import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Paths of PEM files. */
export interface Certificates {
  readonly caFile: string;
  readonly keyFile: string;
  readonly certFile: string;
}

export interface CertificateOptions {
  /** Names and addresses the certificate is for: `DNS:localhost,IP:127.0.0.1` unless told. */
  readonly names?: string;
  /** `-days` of openssl; negative makes one that has expired. */
  readonly days?: number;
}

/** Makes an authority in the folder and one certificate signed by it. Takes about a tenth of a second. */
export async function makeCertificates(
  folder: string,
  options: CertificateOptions = {},
): Promise<Certificates> {
  const at = (name: string) => join(folder, name);
  const files = { caFile: at('ca.pem'), keyFile: at('key.pem'), certFile: at('cert.pem') };
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const authority = ['-x509', '-days', '30', '-subj', '/CN=throw-away authority'];
  await run('openssl', ['req', ...authority, ...newKey, '-keyout', at('ca-key.pem'), '-out', files.caFile]);
  await run('openssl', ['req', '-subj', '/CN=relay', ...newKey, '-keyout', files.keyFile, '-out', at('csr')]);
  await writeFile(at('ext'), `subjectAltName=${options.names ?? 'DNS:localhost,IP:127.0.0.1'}\n`);
  const signing = ['-CA', files.caFile, '-CAkey', at('ca-key.pem'), '-CAcreateserial', '-extfile', at('ext')];
  const days = ['-days', String(options.days ?? 30)];
  await run('openssl', ['x509', '-req', '-in', at('csr'), ...signing, ...days, '-out', files.certFile]);
  return files;
}

/** The server's key and certificate as `tls` takes them. */
export async function readKeyPair(certificates: Certificates): Promise<{ key: string; cert: string }> {
  return {
    key: await readFile(certificates.keyFile, 'utf8'),
    cert: await readFile(certificates.certFile, 'utf8'),
  };
}
