// Messages with embedded images, read by mailparser, and compared with those that nodemailer's composer makes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import MailComposer from 'nodemailer/lib/mail-composer';
import { encodeAttachment, encodeImage } from '../../src/message/attachment.js';
import { checkOctets } from '../../src/message/final-check.js';
import { QUOTED_PRINTABLE } from '../../src/message/quoted-printable.js';
import { composed, letter, SEED, SENDER } from './awkward.js';
import { readWithMailparser, readWithPython } from './readers.js';

interface Meant {
  readonly images: readonly Uint8Array[];
  readonly text: string;
  /** For everybody, and for the recipient alone. */
  readonly files: readonly Uint8Array[];
  readonly own: readonly Uint8Array[];
}

const OCTETS = fc.uint8Array({ minLength: 1, maxLength: 300 });
const MEANT: fc.Arbitrary<Meant> = fc.record({
  images: fc.array(OCTETS, { minLength: 1, maxLength: 3 }),
  text: fc.constantFrom('', 'Hello.\n'),
  files: fc.array(OCTETS, { maxLength: 2 }),
  own: fc.array(OCTETS, { maxLength: 1 }),
});

const id = (index: number) => `image${index}@mailblast`;
const htmlOf = ({ images }: Meant) => images.map((_, index) => `<img src="cid:${id(index)}">`).join('\n');

function ours(meant: Meant): Buffer {
  const file = (octets: Uint8Array, name: string) =>
    encodeAttachment({ name, type: 'application/pdf', octets });
  return composed({
    ...SENDER,
    related: meant.images.map((octets, index) =>
      encodeImage({ name: `${index}.png`, type: 'image/png', octets }, id(index)),
    ),
    attachments: meant.files.map((octets, index) => file(octets, `all${index}.pdf`)),
  })(
    letter({
      text: QUOTED_PRINTABLE.literal(meant.text),
      html: QUOTED_PRINTABLE.literal(htmlOf(meant)),
      attachments: meant.own.map((octets, index) => file(octets, `own${index}.pdf`)),
    }),
  );
}

function theirs(meant: Meant): Promise<Buffer> {
  const file = (octets: Uint8Array, filename: string) => ({
    filename,
    content: Buffer.from(octets),
    contentType: 'application/pdf',
  });
  return new MailComposer({
    text: meant.text === '' ? undefined : meant.text,
    html: htmlOf(meant),
    attachments: [
      ...meant.images.map((octets, index) => ({
        filename: `${index}.png`,
        content: Buffer.from(octets),
        contentType: 'image/png',
        cid: id(index),
      })),
      ...meant.files.map((octets, index) => file(octets, `all${index}.pdf`)),
      ...meant.own.map((octets, index) => file(octets, `own${index}.pdf`)),
    ],
  } as never)
    .compile()
    .build();
}

async function read(message: Uint8Array) {
  const { html, text, attachments } = await readWithMailparser(message);
  const parts = attachments.map(({ filename, contentType, cid, related, content }) => ({
    filename,
    contentType,
    cid,
    related,
    content: content.toString('base64'),
  }));
  return {
    html: String(html).trim(),
    text: (text ?? '').trim(),
    parts: parts.sort((a, b) => String(a.filename).localeCompare(String(b.filename))),
  };
}

test('mailparser reads from our embedded images and files what it reads from those of nodemailer', async () => {
  for (const meant of fc.sample(MEANT, { numRuns: 60, seed: SEED })) {
    const octets = ours(meant);
    assert.equal(checkOctets(octets), undefined);
    assert.deepEqual(await read(octets), await read(await theirs(meant)));
  }
});

test('the images stand beside the HTML alone, and files around all of it', async () => {
  const one = new Uint8Array([1, 2, 3]);
  const meant = { images: [one, one], text: 'Hello.\n', files: [one], own: [one] };
  const [mail] = await readWithPython([ours(meant)]);
  assert.deepEqual(mail!.defects, []);
  assert.deepEqual(mail!.types, [
    'multipart/mixed',
    'multipart/alternative',
    'text/plain',
    'multipart/related',
    'text/html',
    'image/png',
    'image/png',
    'application/pdf',
    'application/pdf',
  ]);
});

test('a letter without HTML carries no images', async () => {
  const octets = composed({
    ...SENDER,
    related: [encodeImage({ name: 'a.png', type: 'image/png', octets: new Uint8Array([1]) }, id(0))],
  })(letter({ html: '' }));
  assert.deepEqual((await readWithPython([octets]))[0]!.types, ['text/plain']);
});

test('the same letter with images gives the same octets, from another composer too', () => {
  const meant = { images: [new Uint8Array(500)], text: 'Hello.\n', files: [], own: [new Uint8Array(9)] };
  assert.deepEqual(ours(meant), ours(meant));
});
