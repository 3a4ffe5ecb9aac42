// A campaign's content: made once from the template and the request, and told by its hash when it has changed.
// Knows template and message floors; knows nothing of lists, ledgers and relays.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Content } from '../domain/campaign.js';
import { MailblastError } from '../domain/errors.js';
import { PLAIN } from '../domain/pieces.js';
import { foldColumn } from '../domain/recipient.js';
import { compileTemplate } from '../template/compile.js';
import { compileMerge } from '../template/merge.js';
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
  const text = await readTemplate(request.template);
  const compiled = await compileTemplate({ path: request.template, text }, { columns, builtins: BUILTINS });
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
  const from = mailbox('--from', request.from);
  if (request.replyTo !== '') mailbox('--reply-to', request.replyTo);
  const subjectFields = compileMerge('header', subject, {
    columns,
    builtins: BUILTINS,
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
    text: compiled.text,
    sender: {
      from: request.from,
      replyTo: request.replyTo,
      returnPath:
        request.returnPath === '' ? from.address.address : bareAddress('--return-path', request.returnPath),
    },
    headers: request.headers,
    listId: request.listId,
    unsubscribeUrl: request.unsubscribeUrl,
    unsubscribeMailto: request.unsubscribeMailto,
    sources: compiled.files.map((file) => file.path),
  };
  return { content, notes: compiled.notes };
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
    createdAt: 0,
    listHash: '',
    options: {},
  };
  new Letters({ ...probe, abandonedAt: undefined, name, content, columns }, secret);
}

/**
 * SHA-256 over the template's sources and every setting that ends in the content or says who it is from.
 * `sources` are the files as they were compiled last; the template itself is read from where the request names it.
 */
export async function contentHash(request: CampaignRequest, sources: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  hash.update(await readTemplate(request.template));
  for (const include of sources.slice(1)) {
    hash.update('\0');
    hash.update(await readFile(include, 'utf8').catch(() => 'gone'));
  }
  const { subject, from, replyTo, returnPath, listId, headers, unsubscribeUrl, unsubscribeMailto } = request;
  hash.update(
    JSON.stringify([subject, from, replyTo, returnPath, listId, headers, unsubscribeUrl, unsubscribeMailto]),
  );
  return hash.digest('hex');
}

async function readTemplate(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message;
    throw new MailblastError(
      'no_input',
      `The template ${path} cannot be read: ${why}. Check the path after --template.`,
      {
        cause: error,
      },
    );
  }
}
