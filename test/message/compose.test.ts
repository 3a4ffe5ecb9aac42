// Whole messages, read back by mailparser and by Python's email, and compared with nodemailer's composer.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AddressObject } from 'mailparser';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { Letterhead } from '../../src/message/compose.js';
import { checkOctets } from '../../src/message/final-check.js';
import { Stencil } from '../../src/message/stencil.js';
import { BODY, composed, HEADER_NAMES, LINE, letter, readBack, SEED, SENDER } from './awkward.js';
import { type PythonMail, readWithMailparser, readWithPython } from './readers.js';

test('a message has its headers in a stable order and its text part first', () => {
  const compose = composed({ ...SENDER, headers: [['Feedback-ID', 'a:b:c']] });
  const octets = compose(
    letter({
      unsubscribeUrl: 'https://example.com/u',
      unsubscribeMailto: 'u@example.com',
      headers: [['X-Row', 'ü']],
    }),
  );
  assert.equal(
    octets.toString('latin1'),
    [
      'From: Ada <news@example.com>',
      'To: Reader@example.org',
      'Subject: News',
      'Date: Sat, 01 Aug 2026 12:30:15 +0000',
      'Message-ID: <ID@example.com>',
      'List-Id: <list.example.com>',
      'List-Unsubscribe: <https://example.com/u>,',
      ' <mailto:u@example.com>',
      'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
      'Precedence: bulk',
      'X-Mailblast-ID: ID',
      'Feedback-ID: a:b:c',
      'X-Row: =?UTF-8?B?w7w=?=',
      'MIME-Version: 1.0',
      'Content-Type: multipart/alternative;',
      ' boundary="BOUNDARY"',
      '',
      '--BOUNDARY',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'Hello.',
      '',
      '--BOUNDARY',
      'Content-Type: text/html; charset=utf-8',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      '<p>Hello.</p>',
      '',
      '--BOUNDARY--',
      '',
    ]
      .join('\r\n')
      .replaceAll('BOUNDARY', letter().boundary)
      .replaceAll(/\bID(?=\r|@)/g, letter().key),
  );
});

test('mail that belongs to no list has neither List-Id nor Precedence', () => {
  const octets = composed({ ...SENDER, listId: '' })(letter()).toString('latin1');
  assert.doesNotMatch(octets, /^(?:List-|Precedence)/im);
  assert.match(octets, /^Message-ID: <[^>]*>\r\nX-Mailblast-ID: /m);
});

test('a message with one body has no multipart around it', async () => {
  const compose = composed(SENDER);
  const messages = [
    compose(letter({ text: '' })),
    compose(letter({ html: '' })),
    compose(letter({ text: '', html: '' })),
  ];
  for (const octets of messages) assert.equal(checkOctets(octets), undefined);
  const [html, text, none] = await readWithPython(messages);
  assert.deepEqual([html!.types, html!.html], [['text/html'], '<p>Hello.</p>\r\n']);
  assert.deepEqual([text!.types, text!.text], [['text/plain'], 'Hello.\r\n']);
  assert.deepEqual([none!.types, none!.text], [['text/plain'], '']);
});

test('the same letter gives the same octets, from another composer too', () => {
  const first = composed(SENDER)(letter());
  const compose = composed(SENDER);
  compose(letter({ subject: 'Another', date: 0 }));
  assert.deepEqual(compose(letter()), first);
  assert.deepEqual(compose(letter()), first);
});

/** A letter as the user means it, and as nodemailer takes it. */
interface Meant {
  readonly name: string;
  readonly replyTo: string | undefined;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const MEANT: fc.Arbitrary<Meant> = fc.record({
  name: LINE.map((text) => text.trim()),
  replyTo: fc.option(
    LINE.map((text) => text.trim()),
    { nil: undefined },
  ),
  subject: LINE,
  text: BODY.map((text) => `${text}.`),
  html: BODY.map((text) => `<p>${text}</p>`),
});

const at = (address: string) => ({ address, key: address });

function composeMeant(meant: Meant): Buffer {
  const stencil = new Stencil();
  const letterhead: Letterhead = {
    ...SENDER,
    stencil,
    from: { name: meant.name, address: at('news@example.com') },
    replyTo:
      meant.replyTo === undefined ? undefined : { name: meant.replyTo, address: at('answers@example.com') },
  };
  const middle = meant.html.indexOf(' ') + 1;
  return composed(letterhead)(
    letter({
      subject: meant.subject,
      text: stencil.literal(meant.text),
      // Put together from pieces, as a template does it.
      html: stencil.literal(meant.html.slice(0, middle)) + stencil.value(meant.html.slice(middle)),
      unsubscribeUrl: 'https://example.com/u',
      unsubscribeMailto: 'u@example.com',
    }),
  );
}

function composeWithNodemailer(meant: Meant): Promise<Buffer> {
  return new MailComposer({
    from: { name: meant.name, address: 'news@example.com' },
    ...(meant.replyTo === undefined
      ? {}
      : { replyTo: { name: meant.replyTo, address: 'answers@example.com' } }),
    to: 'Reader@example.org',
    subject: meant.subject,
    text: readBack(meant.text),
    html: readBack(meant.html),
    date: new Date(letter().date),
    messageId: `<${letter().messageId}>`,
  })
    .compile()
    .build();
}

const samples = fc.sample(MEANT, { seed: SEED, numRuns: 500 });

test('Python reads every generated message as it was meant', async () => {
  console.log(`seed ${SEED}`);
  const messages = samples.map(composeMeant);
  for (const octets of messages) assert.equal(checkOctets(octets), undefined);
  for (const [i, read] of (await readWithPython(messages)).entries()) {
    const meant = samples[i]!;
    const about = JSON.stringify(meant);
    assert.equal(read.subject, meant.subject, about);
    assert.deepEqual(read.from, [[meant.name, 'news@example.com']], about);
    assert.deepEqual(
      read.replyTo,
      meant.replyTo === undefined ? null : [[meant.replyTo, 'answers@example.com']],
    );
    assert.deepEqual(read.to, [['', 'Reader@example.org']]);
    assert.equal(read.date, Math.floor(letter().date / 1000) * 1000);
    assert.equal(read.text, readBack(meant.text), about);
    assert.equal(read.html, readBack(meant.html), about);
    assert.deepEqual(read.types, ['multipart/alternative', 'text/plain', 'text/html']);
    assert.deepEqual(read.defects, []);
    assert.deepEqual(
      read.names,
      HEADER_NAMES.toSpliced(1, 0, ...(meant.replyTo === undefined ? [] : ['Reply-To'])),
    );
  }
});

test('mailparser reads every generated message as it was meant', async () => {
  for (const meant of samples) {
    const mail = await readWithMailparser(composeMeant(meant));
    const about = JSON.stringify(meant);
    assert.equal(mail.subject ?? '', meant.subject, about);
    assert.deepEqual(mail.from?.value, [{ name: meant.name, address: 'news@example.com' }], about);
    assert.equal(mail.replyTo?.value[0]?.name, meant.replyTo, about);
    assert.deepEqual((mail.to as AddressObject).value, [{ name: '', address: 'Reader@example.org' }]);
    assert.equal(mail.messageId, `<${letter().messageId}>`);
    assert.equal(mail.text, readBack(meant.text).replaceAll('\r\n', '\n'), about);
    assert.equal(mail.html, readBack(meant.html).replaceAll('\r\n', '\n'), about);
  }
});

test('mailparser and Python read from our messages what they read from those of nodemailer', async () => {
  // Nodemailer lets text that looks like an encoded-word be read as one.
  const fair = samples.filter(
    ({ name, replyTo = '', subject }) => ![name, replyTo, subject].some((text) => text.includes('=?')),
  );
  assert.ok(fair.length >= 300);
  const ours = fair.map(composeMeant);
  const theirs = await Promise.all(fair.map(composeWithNodemailer));
  // Nodemailer folds inside runs of blanks, loses those at a text's ends, and leaves an empty Subject out.
  const squeezed = (text = '') => text.trim().replace(/ +/g, ' ');
  const people = (mailboxes: [string, string][] | null) =>
    mailboxes?.map(([name, address]) => [squeezed(name), address]);
  const seenByPython = (mail: PythonMail) => ({
    subject: squeezed(mail.subject ?? ''),
    from: people(mail.from),
    replyTo: people(mail.replyTo),
    to: people(mail.to),
    date: mail.date,
    text: mail.text,
    html: mail.html,
  });
  const seenByMailparser = async (octets: Buffer) => {
    const mail = await readWithMailparser(octets);
    return {
      subject: squeezed(mail.subject),
      from: mail.from?.value.map(({ name, address }) => [squeezed(name), address]),
      replyTo: mail.replyTo?.value.map(({ name, address }) => [squeezed(name), address]),
      to: mail.to,
      date: mail.date,
      messageId: mail.messageId,
      text: mail.text,
      html: mail.html,
    };
  };
  const [oursRead, theirsRead] = [await readWithPython(ours), await readWithPython(theirs)];
  for (const [i, meant] of fair.entries()) {
    const about = JSON.stringify(meant);
    assert.deepEqual(seenByPython(oursRead[i]!), seenByPython(theirsRead[i]!), about);
    assert.deepEqual(await seenByMailparser(ours[i]!), await seenByMailparser(theirs[i]!), about);
  }
});
