// A campaign's content: made once from the template and the request, and told by its hash when it has changed.
// Knows template and message floors; knows nothing of lists, ledgers and relays.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import type { Content } from '../domain/campaign.js';
import { MailblastError } from '../domain/errors.js';
import { nearest } from '../domain/nearest.js';
import { PLAIN } from '../domain/pieces.js';
import { foldColumn } from '../domain/recipient.js';
import { formatSize } from '../domain/size.js';
import { compileTemplate } from '../template/compile.js';
import { compileMerge } from '../template/merge.js';
import { attachmentEntity, unreadable } from './attached-files.js';
import type { CampaignRequest } from './begin.js';
import { BUILTINS, Letters } from './letters.js';
import { type PlacedImages, placeImages } from './local-images.js';
import { bareAddress, mailbox } from './sender.js';

/** What a campaign may not begin with, though the rest of its content can be made all the same. */
export type Flaw = 'missing-image' | 'missing-subject' | 'missing-unsubscribe';

/**
 * The template's compiled content with what the request adds. `flawed` hears of what a check goes on behind.
 * @throws MailblastError for whatever the author or the settings have wrong.
 */
export async function makeContent(
  request: CampaignRequest,
  columns: readonly string[],
  flawed: (flaw: Flaw, error: MailblastError) => void = (_, error) => {
    throw error;
  },
): Promise<{ readonly content: Content; readonly notes: readonly string[] }> {
  const jsonColumns = request.jsonColumns.map((name) => columnNamed('--json-column', name, columns));
  const rawFields = request.rawFields.map((name) => columnNamed('--allow-raw', name, columns));
  const schema = { columns, builtins: BUILTINS, jsonColumns, rawFields };
  const template = { path: request.template, text: await readTemplate(request.template) };
  const compiled = await compileTemplate(template, schema);
  const sources = compiled.files.map(({ path }) => path);
  const images = placeImages(compiled.html, sources, request.assetsUrl, (error) =>
    flawed('missing-image', error),
  );
  const ownText = await readOwnText(request.template);
  const subject = request.subject === '' ? compiled.title : request.subject;
  if (subject.trim() === '') {
    const sentence = 'There is no subject. Add <mj-title> to the template, or give --subject.';
    flawed('missing-subject', new MailblastError('data', sentence, { place: { file: request.template } }));
  }
  if (ownText !== undefined) {
    compileMerge('text', ownText, {
      ...schema,
      locale: compiled.locale,
      what: textBeside(request.template),
      encoder: PLAIN,
    });
  }
  const from = mailbox('--from', request.from);
  if (request.replyTo !== '') mailbox('--reply-to', request.replyTo);
  const subjectFields = compileMerge('header', subject, {
    ...schema,
    locale: compiled.locale,
    what: 'the subject',
    encoder: PLAIN,
  }).fields;
  const used = [...compiled.fields, ...subjectFields].includes('unsubscribe_url');
  const ofTheList = columns.some((column) => foldColumn(column) === 'unsubscribe_url');
  if (used && !ofTheList && request.unsubscribeUrl === '' && request.unsubscribeMailto === '') {
    const sentence =
      request.listId === ''
        ? 'The template uses {{unsubscribe_url}}, and --triggered mail cannot be left: take the link away, or --triggered.'
        : 'The template uses {{unsubscribe_url}}. Give --unsubscribe-url "https://…?t={{token}}" or --unsubscribe-mailto <address>.';
    const place = { file: request.template };
    flawed('missing-unsubscribe', new MailblastError('settings', sentence, { place }));
  }
  const content: Content = {
    subject,
    html: images.html,
    text: ownText ?? compiled.text,
    sender: {
      from: request.from,
      replyTo: request.replyTo,
      returnPath: returnPathOf(request.returnPath, from.address.address),
    },
    headers: request.headers,
    attachments: await Promise.all(request.attachments.map(attachmentEntity)),
    related: images.related,
    ...attachColumnOf(request, columns),
    locale: compiled.locale,
    jsonColumns,
    rawFields,
    listId: request.listId,
    unsubscribeUrl: request.unsubscribeUrl,
    unsubscribeMailto: request.unsubscribeMailto,
    sources: [...sources, ...images.files],
  };
  return { content, notes: [...compiled.notes, ...sizesTold(images, content)] };
}

function attachColumnOf(
  { attachColumn, attachFolder }: CampaignRequest,
  columns: readonly string[],
): Pick<Content, 'attachColumn'> {
  if (attachColumn === '') return {};
  const column = columnNamed('--attach-column', attachColumn, columns);
  return { attachColumn: { column, folder: resolve(attachFolder) } };
}

/** What every message carries besides its words, as it goes out: a third more than on disk. */
function sizesTold({ related, octets }: PlacedImages, { attachments }: Content): readonly string[] {
  const many = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
  const told: string[] = [];
  if (related.length > 0) {
    told.push(
      `${many(related.length, 'image')} (${formatSize(octets)}) ${related.length === 1 ? 'is' : 'are'} embedded in every message.`,
    );
  }
  if (attachments.length > 0) {
    const encoded = attachments.reduce((sum, entity) => sum + entity.length, 0);
    told.push(`${many(attachments.length, 'attachment')}: ${formatSize(encoded)} of every message.`);
  }
  return told;
}

/** The column that an option means, by its name or its folded form. */
function columnNamed(option: string, name: string, columns: readonly string[]): string {
  const column =
    columns.find((each) => each === name) ??
    columns.find((each) => foldColumn(each) === foldColumn(name) && foldColumn(name) !== '');
  if (column !== undefined) return column;
  const close = nearest(name, columns);
  const guess = close === undefined ? '' : ` Did you mean ${close}?`;
  throw new MailblastError(
    'usage',
    `${option} ${name}: the list has no such column.${guess} It has: ${columns.join(', ')}.`,
  );
}

/** An address, or a template for one, which is checked as far as it can be before there is a recipient. */
export function returnPathOf(given: string, from: string): string {
  if (given === '') return from;
  if (!given.includes('{{')) return bareAddress('--return-path', given);
  bareAddress('--return-path', given.replace(/\{\{.*?\}\}/g, 'x'));
  return given;
}

/** Compiles every part once, so that an unknown field in subject, headers or links is found before anything is written. */
export function checkMerges(
  plan: { name: string; content: Content; columns: readonly string[] },
  secret: Uint8Array,
): void {
  const { name, content, columns } = plan;
  const probe = {
    number: 0,
    id: '',
    rehearsal: true,
    contentHash: '',
    contentNumber: 0,
    createdAt: 0,
    listHash: '',
    options: {},
  };
  new Letters({ ...probe, abandonedAt: undefined, braked: undefined, name, content, columns }, secret);
}

/**
 * SHA-256 over everything that ends in the content or says who it is from: the template and its includes, the text part
 * beside it, attachments, settings. `sources` are the files as they were compiled last; the template itself is read
 * from where the request names it.
 */
export async function contentHash(request: CampaignRequest, sources: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  hash.update(await readTemplate(request.template));
  for (const file of [...sources.slice(1), textBeside(request.template), ...request.attachments]) {
    hash.update('\0');
    hash.update(await readFile(file).catch(() => 'gone'));
  }
  const { subject, from, replyTo, returnPath, listId, headers, unsubscribeUrl, unsubscribeMailto } = request;
  const { jsonColumns, rawFields, attachments, assetsUrl, attachColumn, attachFolder } = request;
  const settings = [subject, from, replyTo, returnPath, listId, headers, unsubscribeUrl, unsubscribeMailto];
  const files = [assetsUrl, attachColumn, attachColumn === '' ? '' : resolve(attachFolder)];
  hash.update(
    JSON.stringify([
      ...settings,
      jsonColumns,
      rawFields,
      attachments.map((file) => basename(file)),
      ...files,
    ]),
  );
  return hash.digest('hex');
}

/** Where an author's own text part lies: `news.txt` beside `news.mjml`. */
function textBeside(template: string): string {
  return `${template.slice(0, template.length - extname(template).length)}.txt`;
}

async function readOwnText(template: string): Promise<string | undefined> {
  const path = textBeside(template);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unreadable('text part', path, error);
  }
}

async function readTemplate(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw unreadable('template', path, error);
  }
}
