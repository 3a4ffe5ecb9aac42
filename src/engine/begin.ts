// How a campaign begins, or is continued: its lock, its content, its list. Nothing is sent here.
// Decides what may go on; asks nobody itself (the caller's `confirm` does), and knows no driver.

import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Campaign, Content, RunOptions } from '../domain/campaign.js';
import type { Counts } from '../domain/delivery.js';
import { MailblastError } from '../domain/errors.js';
import { hashList, openList } from '../list/csv-list.js';
import type { Imported, Ledger, Lock } from '../store/ledger.js';
import { compileTemplate } from '../template/compile.js';
import { BUILTINS, bareAddress, Letters, mailbox } from './letters.js';

/** What the user asked for. Texts are empty when not given. */
export interface CampaignRequest {
  readonly name: string;
  readonly list: { readonly path: string; readonly emailColumn: string };
  readonly template: string;
  readonly subject: string;
  readonly from: string;
  readonly replyTo: string;
  readonly returnPath: string;
  readonly listId: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly unsubscribeUrl: string;
  readonly unsubscribeMailto: string;
  readonly rehearsal: boolean;
  readonly options: RunOptions;
  readonly allowWithdraw: boolean;
}

export interface Begun {
  readonly campaign: Campaign;
  readonly lock: Lock;
  /** What the import did; undefined when the list had not changed since the last one. */
  readonly imported: Imported | undefined;
  /** Nothing of this campaign was ever tried. */
  readonly fresh: boolean;
  /** For the author: what template and list reader noticed. */
  readonly notes: readonly string[];
}

/** The largest part of those left that leaves with an edited list without anybody being asked. */
const MAY_WITHDRAW = 0.1;

/**
 * Takes the campaign's lock, makes or checks its content and reads its list. On return the caller holds the lock.
 * `confirm` is asked when more than a tenth of those left would be withdrawn; false stops.
 * @throws MailblastError with nothing changed and the lock released.
 */
export async function begin(
  request: CampaignRequest,
  ledger: Ledger,
  now: number,
  confirm: (question: string) => Promise<boolean>,
): Promise<Begun> {
  const lock = lockOf(ledger, request.name);
  try {
    return await beginLocked(request, ledger, now, confirm, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** @throws MailblastError `unfinished` when another run has the campaign. */
export function lockOf(ledger: Ledger, name: string): Lock {
  const lock = ledger.lock(name);
  if (lock) return lock;
  throw new MailblastError(
    'unfinished',
    `Another run is at work on campaign ${name}; it goes on undisturbed.`,
  );
}

async function beginLocked(
  request: CampaignRequest,
  ledger: Ledger,
  now: number,
  confirm: (question: string) => Promise<boolean>,
  lock: Lock,
): Promise<Begun> {
  const known = ledger.find(request.name);
  if (known) mayContinue(known, request.rehearsal);
  const untouched = known === undefined || nothingTried(ledger.overview(known).counts);
  const unchanged =
    known !== undefined && known.contentHash === (await contentHash(request, known.content.sources));
  if (known && !unchanged && !untouched) throw changed(known, request);

  const listHash = await hashList(request.list.path);
  if (known && unchanged && known.listHash === listHash) {
    return { campaign: known, lock, imported: undefined, fresh: untouched, notes: [] };
  }
  const list = await openList(request.list);
  const { content, notes } =
    known && unchanged
      ? { content: known.content, notes: [] }
      : await makeContent(request, list.columns.names);
  const plan = {
    name: request.name,
    id: randomBytes(16).toString('hex'),
    rehearsal: request.rehearsal,
    contentHash: await contentHash(request, content.sources),
    content,
    replaceContent: !unchanged,
    now,
    options: request.options,
    columns: list.columns.names,
    listHash,
  };
  checkMerges(plan, ledger.secret);
  const mayWithdraw = request.allowWithdraw ? 1 : MAY_WITHDRAW;
  let imported = await ledger.import({ ...plan, mayWithdraw }, list.rows);
  if (!imported.done) {
    const { withdrawn, leftBefore } = imported;
    const what = `${withdrawn} of the ${leftBefore} people who are left are not in ${request.list.path} any more`;
    if (!(await confirm(`${what}. Withdraw them?`))) {
      throw new MailblastError(
        'data',
        `${what}, and would be withdrawn. If that is right, say --allow-withdraw; nothing was changed.`,
        { place: { file: request.list.path } },
      );
    }
    const again = await openList(request.list);
    imported = await ledger.import({ ...plan, mayWithdraw: 1 }, again.rows);
  }
  return { campaign: imported.campaign, lock, imported, fresh: untouched, notes: [...notes, ...list.notes] };
}

/** Whether no delivery's message ever left: then content and sender may still change. */
function nothingTried(counts: Counts): boolean {
  const { accepted, transmitting, deferred, rejected, in_doubt: inDoubt, expired } = counts;
  return accepted + transmitting + deferred + rejected + inDoubt + expired === 0;
}

/** @throws MailblastError when a campaign was ended for good, or was begun on the other kind of relay. */
export function mayContinue(campaign: Campaign, rehearsal: boolean): void {
  if (campaign.abandonedAt !== undefined) {
    throw new MailblastError(
      'data',
      `Campaign ${campaign.name} was abandoned. Begin another with --campaign <name>.`,
    );
  }
  if (campaign.rehearsal === rehearsal) return;
  const [was, is] = rehearsal ? ['on a real relay', 'a rehearsal'] : ['as a rehearsal', 'a real relay'];
  throw new MailblastError(
    'data',
    `Campaign ${campaign.name} was begun ${was} and is never continued on ${is}. Begin another with --campaign <name>, or use another ledger with --state <file>.`,
  );
}

/**
 * The template's compiled content with what the request adds.
 * @throws MailblastError for whatever the author or the settings have wrong.
 */
async function makeContent(
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
  const usesUnsubscribe = [subject, compiled.html, compiled.text].some((part) =>
    part.includes('unsubscribe_url'),
  );
  if (
    usesUnsubscribe &&
    request.unsubscribeUrl === '' &&
    request.unsubscribeMailto === '' &&
    !columns.includes('unsubscribe_url')
  ) {
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
function checkMerges(
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
async function contentHash(request: CampaignRequest, sources: readonly string[]): Promise<string> {
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

function changed(known: Campaign, request: CampaignRequest): MailblastError {
  const what = known.content.sender.from === request.from ? 'The content' : 'The sender or the content';
  return new MailblastError(
    'data',
    `${what} of campaign ${known.name} has changed since it began. Go on with what it began with: mailblast resume ${known.name}. ` +
      `Or begin another campaign: --campaign <name>.`,
  );
}
