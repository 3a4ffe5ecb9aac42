// Which keys and names can sign, and what is said about the others.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { MailblastError } from '../../src/domain/errors.js';
import { dkimSigner } from '../../src/message/dkim.js';
import {
  alignmentNotes,
  dkimPublicKey,
  readDkimKey,
  signingDomain,
  signingSelector,
} from '../../src/message/dkim-key.js';
import { missing } from '../servers/free-port.js';

function rsa(modulusLength: number) {
  return generateKeyPairSync('rsa', { modulusLength });
}

const { privateKey, publicKey } = rsa(2048);
const PKCS8 = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
const PKCS1 = String(privateKey.export({ type: 'pkcs1', format: 'pem' }));

function refused(how: () => unknown, sentence: RegExp): void {
  assert.throws(how, (error) => {
    assert.ok(error instanceof MailblastError, String(error));
    assert.equal(error.trouble, 'settings');
    assert.match(error.message, sentence);
    return true;
  });
}

test('a key is read as PKCS#1 and PKCS#8, however its file was saved', () => {
  const expected = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  for (const pem of [
    PKCS1,
    PKCS8,
    PKCS8.replace(/\n/g, '\r\n'),
    `\ufeff${PKCS8}`,
    `  \n\n${PKCS1.trimEnd()}`,
  ]) {
    assert.deepEqual(readDkimKey(pem).notes, []);
    assert.equal(dkimPublicKey(pem), expected);
  }
});

test('the public key is what opendkim-genkey publishes', { skip: missing('opendkim-genkey') }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'mailblast-dkim-'));
  try {
    execFileSync('opendkim-genkey', ['-b', '2048', '-d', 'example.com', '-s', 'sel', '-D', folder]);
    const txt = [...readFileSync(join(folder, 'sel.txt'), 'utf8').matchAll(/"([^"]*)"/g)]
      .map((part) => part[1])
      .join('');
    assert.equal(dkimPublicKey(readFileSync(join(folder, 'sel.private'), 'utf8')), /p=(\S+)/.exec(txt)![1]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a key below 1024 bits is refused, below 2048 noted, and above 4096 noted', () => {
  const pem = (bits: number) => String(rsa(bits).privateKey.export({ type: 'pkcs8', format: 'pem' }));
  refused(() => readDkimKey(pem(1016)), /has 1016 bits; receivers accept none below 1024/);
  assert.match(readDkimKey(pem(1024)).notes.join(), /has 1024 bits, and 2048 are/);
  assert.match(readDkimKey(pem(4104)).notes.join(), /has 4104 bits, and not every receiver/);
});

test('a key of another kind is refused with the way to a right one', () => {
  const encrypted = { format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' } as const;
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const rows: [string, RegExp][] = [
    [String(privateKey.export({ type: 'pkcs8', ...encrypted })), /is encrypted\. .*openssl rsa/],
    [String(privateKey.export({ type: 'pkcs1', ...encrypted })), /is encrypted\. .*openssl rsa/],
    [String(publicKey.export({ type: 'spki', format: 'pem' })), /is public/],
    [String(publicKey.export({ type: 'pkcs1', format: 'pem' })), /is public/],
    [String(ec.export({ type: 'pkcs8', format: 'pem' })), /of the type ec, not rsa/],
    [
      String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })),
      /ed25519, not rsa/,
    ],
    [
      String(
        generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey.export({
          type: 'pkcs8',
          format: 'pem',
        }),
      ),
      /rsa-pss, not rsa/,
    ],
    [
      '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA==\n-----END OPENSSH PRIVATE KEY-----\n',
      /ssh-keygen -p/,
    ],
    ['', /not a private key in PEM/],
    [PKCS8.split('\n').slice(1, -2).join(''), /not a private key in PEM/],
  ];
  for (const [pem, sentence] of rows) refused(() => readDkimKey(pem), sentence);
});

test('no error shows any of the key', () => {
  const lines = PKCS8.split('\n');
  const damaged = [lines.toSpliced(3, 1), lines.slice(1), lines.toSpliced(2, 1, `${lines[2]}!`)].map((part) =>
    part.join('\n'),
  );
  for (const pem of damaged) {
    assert.throws(
      () => readDkimKey(pem),
      (error) =>
        !lines.slice(1, -2).some((line) => inspect(error, { showHidden: true }).includes(line.slice(0, 16))),
    );
  }
});

test('a domain goes out as A-labels, and what is none is refused', () => {
  assert.equal(signingDomain(' Example.COM '), 'example.com');
  assert.equal(signingDomain('bücher.example'), 'xn--bcher-kva.example');
  for (const text of [
    '',
    'com',
    'a@example.com',
    'https://example.com',
    'exa mple.com',
    'example.com;',
    '-a.example',
  ])
    refused(() => signingDomain(text), /--dkim-domain .* is no domain/);
});

test('a selector is what stands before ._domainkey, and what is none is refused', () => {
  for (const text of ['s1', 'News-2026', 'a.b', 'k1_eu'])
    assert.equal(signingSelector(text, 'example.com'), text);
  refused(() => signingSelector('s1._domainkey.example.com', 'example.com'), /Give only "s1"/);
  for (const text of [
    '',
    'a b',
    'a..b',
    '.a',
    'a;',
    'ü',
    '-a',
    'a\r\nb',
    'x'.repeat(64),
    `${'a.'.repeat(120)}a`,
  ])
    refused(() => signingSelector(text, 'example.com'), /is no selector/);
});

test('a domain that DMARC would not count is noted', () => {
  assert.deepEqual(alignmentNotes('example.com', 'example.com'), []);
  assert.deepEqual(alignmentNotes('example.com', 'news.example.com'), []);
  assert.deepEqual(alignmentNotes('mail.example.com', 'example.com'), []);
  assert.match(alignmentNotes('notexample.com', 'example.com').join(), /notexample\.com, which is neither/);
  const weak = String(rsa(1024).privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const { notes } = dkimSigner({
    domain: 'relay.example',
    selector: 's',
    key: weak,
    fromDomain: 'example.com',
    withoutDateAndMessageId: false,
  });
  assert.equal(notes.length, 2);
});
