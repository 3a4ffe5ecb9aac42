// Attachments: names that mail software has stumbled over, read back by readers that are not ours.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import MailComposer from 'nodemailer/lib/mail-composer';
import { type Attachment, attachmentName, encodeAttachment } from '../../src/message/attachment.js';
import { checkOctets } from '../../src/message/final-check.js';
import { composed, HEADER_NAMES, HOSTILE, LINE, letter, SEED, SENDER } from './awkward.js';
import { type PythonMail, readWithMailparser, readWithPython } from './readers.js';

const NAMES = [
  'report.pdf',
  'two words.pdf',
  '  blanks   within .pdf',
  'Grüße aus Łódź.pdf',
  'e\u0301te\u0301.txt',
  '新聞をお届けします.xlsx',
  'دعوة إلى الحفل.docx',
  'הזמנה \u200f2026.ics',
  '👩‍👩‍👧‍👦 family 🏴󠁧󠁢󠁳󠁣󠁴󠁿.jpg',
  '"quoted".txt',
  "it's 100% real; name=evil.exe, (really).pdf",
  'a*b*0*=c.txt',
  "utf-8''%41.txt",
  '=?UTF-8?Q?caf=C3=A9?=.pdf',
  '.env',
  'no extension',
  'semi;colon:"x".csv',
  `${'long '.repeat(40)}.pdf`,
  `${'x'.repeat(57)}.pdf`,
  `${'x'.repeat(58)}.pdf`,
  `${'x'.repeat(59)}.pdf`,
  `${'ß'.repeat(120)}.pdf`,
  `${'👍🏽'.repeat(31)}.gif`,
];

const encoded = (name: string, octets: string | Uint8Array = 'x', type = 'application/pdf'): string =>
  encodeAttachment({ name, type, octets: Buffer.from(octets) });

test('a plain attachment is one entity of base64 with both names', () => {
  assert.equal(
    encoded('report.pdf', 'x'.repeat(58)),
    [
      'Content-Type: application/pdf;',
      ' name="report.pdf"',
      'Content-Transfer-Encoding: base64',
      'Content-Disposition: attachment;',
      ' filename="report.pdf"',
      '',
      `${'eHh4'.repeat(19)}`,
      'eA==',
    ].join('\r\n'),
  );
});

test('a name beyond ASCII is extended for those who know RFC 2231, and encoded-words for those who do not', () => {
  const [, name, , , filename] = encoded('Grüße 1.pdf').split('\r\n');
  assert.equal(name, ' name="=?UTF-8?B?R3LDvMOfZSAxLnBkZg==?="');
  assert.equal(filename, " filename*=utf-8''Gr%C3%BC%C3%9Fe%201.pdf");
});

test('a long name goes in sections of at most 76 octets that split no character', () => {
  const lines = encoded(`${'ß新👍'.repeat(20)}.pdf`).split('\r\n');
  const sections = lines.filter((line) => line.startsWith(' filename'));
  assert.ok(sections.length > 5);
  for (const [i, section] of sections.entries()) {
    assert.ok(section.length <= 76, section);
    const found = new RegExp(`^ filename\\*${i}\\*=(?:utf-8'')?([^;]+);?$`).exec(section);
    assert.equal(section.endsWith(';'), i < sections.length - 1);
    assert.doesNotThrow(() => decodeURIComponent(found![1]!), section);
  }
});

test('a name is the last part of a path, on one line, composed, and never empty', () => {
  const rows: [string, string][] = [
    ['/etc/passwd', 'passwd'],
    ['C:\\Users\\ada\\report.pdf', 'report.pdf'],
    ['../../x', 'x'],
    ['a/..', 'attachment'],
    ['dir/', 'attachment'],
    ['', 'attachment'],
    [' ', 'attachment'],
    ['...', 'attachment'],
    ['a\r\nContent-Type: text/html\r\n\r\n<b>', 'html  <b>'],
    ['a\r\nX-Evil: 1', 'a X-Evil: 1'],
    ['nul\0.txt', 'nul .txt'],
    ['annex\u202efdp.exe', 'annexfdp.exe'],
    ['e\u0301.txt', 'é.txt'],
    ['\ud800.txt', '\ufffd.txt'],
  ];
  for (const [name, read] of rows) assert.equal(attachmentName(name), read.replace('html  <b>', 'html <b>'));
});

test('a name is 255 octets long at the most and keeps its extension and its characters whole', () => {
  const long = attachmentName(`${'新'.repeat(100)}.tar.gz`);
  assert.equal(long, `${'新'.repeat(84)}.gz`);
  assert.equal(attachmentName('x'.repeat(300)), 'x'.repeat(255));
  assert.equal(attachmentName(`.${'x'.repeat(300)}`), `.${'x'.repeat(254)}`);
  assert.equal(attachmentName(`${'x'.repeat(251)}.pdf`), `${'x'.repeat(251)}.pdf`);
});

test('a type that is none, or whose part may not be base64, is octets', () => {
  const typeOf = (type: string) => /^Content-Type: (.*);\r\n/.exec(encoded('x', 'x', type))?.[1];
  assert.equal(typeOf('application/vnd.oasis.opendocument.text'), 'application/vnd.oasis.opendocument.text');
  for (const type of [
    '',
    'pdf',
    'a/b; c=d',
    'a/b\r\nX: y',
    'message/rfc822',
    'Message/Global',
    'multipart/mixed',
  ]) {
    assert.equal(typeOf(type), 'application/octet-stream', type);
  }
});

test('attached text says that it is UTF-8 when it is', () => {
  assert.match(
    encoded('a.ics', 'Grüße', 'text/calendar'),
    /^Content-Type: text\/calendar; charset=utf-8;\r\n/,
  );
  assert.match(
    encoded('a.txt', Buffer.from('Grüße', 'latin1'), 'text/plain'),
    /^Content-Type: text\/plain;\r\n/,
  );
});

test('with attachments a message is multipart/mixed, and its delimiters are of its own identity', () => {
  const octets = composed({ ...SENDER, attachments: [encoded('a.pdf', 'A'), encoded('b.pdf', 'B')] })(
    letter(),
  );
  const shape = octets
    .toString('latin1')
    .split('\r\n')
    .filter((line) => line.startsWith('--'))
    .map((line) => line.replaceAll(letter().boundary, 'ID'));
  assert.deepEqual(shape, [
    ...['--mixedID', '--ID', '--ID', '--ID--'],
    ...['--mixedID', '--mixedID', '--mixedID--'],
  ]);
});

test('the same letter with attachments gives the same octets, from another composer too', () => {
  const attachments = NAMES.map((name) => encoded(name, name));
  const first = composed({ ...SENDER, attachments })(letter());
  const compose = composed({ ...SENDER, attachments: NAMES.map((name) => encoded(name, name)) });
  compose(letter({ boundary: '=_other' }));
  assert.deepEqual(compose(letter()), first);
});

test('one body and attachments have no multipart/alternative between them', async () => {
  const compose = composed({ ...SENDER, attachments: [encoded('a.pdf')] });
  const read = await readWithPython([
    compose(letter({ text: '' })),
    compose(letter({ html: '' })),
    compose(letter({ html: '', text: '' })),
  ]);
  assert.deepEqual(
    read.map(({ types }) => types.slice(1)),
    [
      ['text/html', 'application/pdf'],
      ['text/plain', 'application/pdf'],
      ['text/plain', 'application/pdf'],
    ],
  );
  assert.equal(read[0]!.html, '<p>Hello.</p>\r\n');
  assert.equal(read[2]!.text, '');
});

test('an entity that is not fit to be sent is found before the first message', () => {
  for (const entity of ['a\nb', 'a\r\n.b', 'a\0', `a${'x'.repeat(1000)}`, 'ü']) {
    assert.throws(
      () => composed({ ...SENDER, attachments: [entity] }),
      /An attachment is not fit to be sent/,
    );
  }
});

test('a letter that is not fit to be sent is found behind no attachment', () => {
  const compose = composed({ ...SENDER, attachments: [encoded('a.pdf')] });
  assert.throws(
    () => compose(letter({ text: 'a\nb\r\n' })),
    /for Reader@example.org is not fit .* LF without/,
  );
  assert.throws(() => compose(letter({ html: '.\r\n' })), /begins with a dot/);
});

interface Meant {
  readonly attachments: readonly Attachment[];
  /** For nodemailer. */
  readonly text: string;
}

const FILE: fc.Arbitrary<Attachment> = fc.record({
  name: fc.oneof(
    fc.constantFrom(...NAMES),
    fc
      .tuple(LINE, fc.constantFrom('.pdf', '.txt', '', '.tar.gz'))
      .map((parts) => parts.join('').slice(0, 80)),
  ),
  type: fc.constantFrom('application/pdf', 'text/plain', 'image/png', 'text/calendar', 'application/zip'),
  octets: fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.constantFrom('.\r\n..\r\nFrom x\r\n', '', '\r\n', 'Grüße').map((text) => Buffer.from(text)),
  ),
});

const samples = fc
  .sample(fc.array(FILE, { minLength: 1, maxLength: 4 }), { seed: SEED, numRuns: 350 })
  .map((attachments): Meant => ({ attachments, text: 'Hello.\n' }));

function composeMeant({ attachments }: Meant): Buffer {
  return composed({ ...SENDER, attachments: attachments.map(encodeAttachment) })(letter());
}

test('Python reads every attachment as it was meant, by both of its names', async () => {
  console.log(`seed ${SEED}`);
  const messages = samples.map(composeMeant);
  for (const octets of messages) assert.equal(checkOctets(octets), undefined);
  for (const [i, read] of (await readWithPython(messages)).entries()) {
    const { attachments } = samples[i]!;
    assert.deepEqual(
      read.attachments.map(({ name, type, octets, defects }) => ({ name, type, octets, defects })),
      attachments.map(({ name, type, octets }) => ({
        name: attachmentName(name),
        type,
        octets: Buffer.from(octets).toString('base64'),
        defects: [],
      })),
    );
    for (const { name, fallback } of read.attachments) assert.equal(fallback, name);
    assert.equal(read.text, 'Hello.\r\n');
    assert.equal(read.html, '<p>Hello.</p>\r\n');
    assert.deepEqual(read.defects, []);
    assert.deepEqual(read.types.slice(0, 4), [
      ...['multipart/mixed', 'multipart/alternative', 'text/plain', 'text/html'],
    ]);
  }
});

test('mailparser and Python read from our attachments what they read from those of nodemailer', async () => {
  // Nodemailer lets a name that looks like an encoded-word be read as one, and folds within runs of blanks.
  const squeezed = (name = '') => name.trim().replace(/ +/g, ' ');
  const fair = samples
    .map(({ attachments, text }) => ({
      attachments: attachments.filter(({ name }) => !/=\?/.test(name)),
      text,
    }))
    .filter(({ attachments }) => attachments.length > 0);
  assert.ok(fair.length >= 300, `${fair.length}`);
  const theirs = await Promise.all(
    fair.map(({ attachments, text }) =>
      new MailComposer({
        from: 'news@example.com',
        to: 'Reader@example.org',
        text,
        html: '<p>Hello.</p>\n',
        attachments: attachments.map(({ name, type, octets }) => ({
          filename: attachmentName(name),
          contentType: type,
          content: Buffer.from(octets),
        })),
      })
        .compile()
        .build(),
    ),
  );
  const ours = fair.map(composeMeant);
  const seenByMailparser = async (octets: Buffer) =>
    (await readWithMailparser(octets)).attachments.map(
      ({ filename, contentType, contentDisposition, content }) => ({
        filename: squeezed(filename),
        contentType,
        contentDisposition,
        octets: createHash('sha256').update(content).digest('hex'),
      }),
    );
  const seenByPython = ({ attachments }: PythonMail) =>
    attachments.map(({ name, type, octets }) => ({ name: squeezed(name), type, octets }));
  const [oursRead, theirsRead] = [await readWithPython(ours), await readWithPython(theirs)];
  for (const [i] of fair.entries()) {
    assert.deepEqual(await seenByMailparser(ours[i]!), await seenByMailparser(theirs[i]!));
    assert.deepEqual(seenByPython(oursRead[i]!), seenByPython(theirsRead[i]!));
  }
});

test('mailparser reads every attachment as it was meant', async () => {
  for (const meant of samples) {
    const read = (await readWithMailparser(composeMeant(meant))).attachments;
    assert.deepEqual(
      read.map(({ filename, contentType, content }) => ({
        filename,
        contentType,
        octets: content.toString('hex'),
      })),
      meant.attachments.map(({ name, type, octets }) => ({
        filename: attachmentName(name),
        contentType: type,
        octets: Buffer.from(octets).toString('hex'),
      })),
    );
  }
});

test('hostile names and types give no header and no part that should not be there', async () => {
  const tried = fc.sample(fc.record({ name: HOSTILE, type: HOSTILE }), { seed: SEED, numRuns: 400 });
  const messages = tried.map(({ name, type }) =>
    composed({ ...SENDER, attachments: [encoded(name, 'safe', type)] })(letter()),
  );
  for (const [i, read] of (await readWithPython(messages)).entries()) {
    const about = JSON.stringify(tried[i]);
    const names = HEADER_NAMES.filter((name) => !name.startsWith('List-Unsubscribe'));
    assert.deepEqual(read.names, names, about);
    assert.deepEqual(read.types.slice(4), ['application/octet-stream'], about);
    assert.equal(read.attachments.length, 1, about);
    assert.equal(read.attachments[0]!.name, attachmentName(tried[i]!.name), about);
    assert.equal(read.attachments[0]!.octets, Buffer.from('safe').toString('base64'), about);
    assert.equal(read.text, 'Hello.\r\n', about);
  }
});
