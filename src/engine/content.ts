// A campaign's content: made once from the template and the request, and told by its hash when it has changed.
// Knows template and message floors; knows nothing of lists, ledgers and relays.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import type { Content } from '../domain/campaign.js';
import { MailblastError } from '../domain/errors.js';
import { nearest } from '../domain/nearest.js';
import { PLAIN } from '../domain/pieces.js';
import { foldColumn } from '../domain/recipient.js';
import { compileTemplate } from '../template/compile.js';
import { compileMerge } from '../template/merge.js';
import { attachmentEntity, unreadable } from './attached-files.js';
import type { CampaignRequest } from './begin.js';
import { BUILTINS, bareAddress, Letters, mailbox } from './letters.js';

/**
 * The template's compiled content with what the request adds.
 * @throws MailblastError for whatever the author or the settings have wrong.
 */
export async function makeContent(
  request: CampaignRequest,
  columns: readonly string[],
): Promise<{ readonly content: Content; readonly notes: readonly string[] }> {
  const jsonColumns = request.jsonColumns.map((name) => columnNamed('--json-column', name, columns));
  const rawFields = request.rawFields.map((name) => columnNamed('--allow-raw', name, columns));
  const schema = { columns, builtins: BUILTINS, jsonColumns, rawFields };
  const source = await readTemplate(request.template);
  const compiled = await compileTemplate({ path: request.template, text: source }, schema);
  const ownText = await readOwnText(request.template);
  const subject = request.subject === '' ? compiled.title : request.subject;
  if (subject.trim() === '') {
    throw new MailblastError(
      'data',
      'There is no subject. Add <mj-title> to the template, or give --subject.',
      {
        place: { file: request.template },
      },
    );
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
    throw new MailblastError(
      'settings',
      'The template uses {{unsubscribe_url}}. Give --unsubscribe-url "https://…?t={{token}}" or --unsubscribe-mailto <address>.',
      { place: { file: request.template } },
    );
  }
  const content: Content = {
    subject,
    html: compiled.html,
    text: ownText ?? compiled.text,
    sender: {
      from: request.from,
      replyTo: request.replyTo,
      returnPath: returnPathOf(request.returnPath, from.address.address),
    },
    headers: request.headers,
    attachments: await Promise.all(request.attachments.map(attachmentEntity)),
    locale: compiled.locale,
    jsonColumns,
    rawFields,
    listId: request.listId,
    unsubscribeUrl: request.unsubscribeUrl,
    unsubscribeMailto: request.unsubscribeMailto,
    sources: compiled.files.map((file) => file.path),
  };
  return { content, notes: compiled.notes };
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
function returnPathOf(given: string, from: string): string {
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
  const { jsonColumns, rawFields, attachments } = request;
  const settings = [subject, from, replyTo, returnPath, listId, headers, unsubscribeUrl, unsubscribeMailto];
  hash.update(
    JSON.stringify([...settings, jsonColumns, rawFields, attachments.map((file) => basename(file))]),
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
