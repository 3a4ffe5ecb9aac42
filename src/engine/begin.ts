// How a campaign begins, or is continued: its lock, its content, its list. Nothing is sent here.
// Decides what may go on; asks nobody itself (the caller's `confirm` does), and knows no driver.

import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Campaign, RunOptions } from '../domain/campaign.js';
import type { Counts } from '../domain/delivery.js';
import { MailblastError } from '../domain/errors.js';
import { hashList, type OpenedList, openList } from '../list/csv-list.js';
import type { Imported, ImportPlan, Ledger, Lock } from '../store/ledger.js';
import { checkMerges, contentHash, makeContent } from './content.js';
import { type PersonalFiles, personalFilesTold, withPersonalFiles } from './personal-files.js';

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
  /** Paths of files that go to everybody. */
  readonly attachments: readonly string[];
  /** The column that names each recipient's own attachment, and the folder they lie in; both empty when there is none. */
  readonly attachColumn: string;
  readonly attachFolder: string;
  /** Where the template's local images can be fetched, `https://…`; empty to embed them. */
  readonly assetsUrl: string;
  readonly jsonColumns: readonly string[];
  readonly rawFields: readonly string[];
  readonly unsubscribeUrl: string;
  readonly unsubscribeMailto: string;
  readonly rehearsal: boolean;
  readonly options: RunOptions;
  readonly allowWithdraw: boolean;
  /** A changed content is for those of a campaign on its way who were never tried. */
  readonly updateContent: boolean;
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
  if (known?.braked) {
    throw new MailblastError(
      'unfinished',
      `Campaign ${known.name} is paused: ${known.braked.reason} Look into it; mailblast resume ${known.name} lifts the pause.`,
    );
  }
  const untouched = known === undefined || nothingTried(ledger.overview(known).counts);
  const unchanged =
    known !== undefined && known.contentHash === (await contentHash(request, known.content.sources));
  if (known && !unchanged && !untouched && !request.updateContent) throw changed(known, request);

  const listHash = `${await hashList(request.list.path)} ${request.list.emailColumn}`;
  if (known && unchanged && known.listHash === listHash && !mayHaveFilesNow(known, ledger)) {
    return { campaign: known, lock, imported: undefined, fresh: untouched, notes: [] };
  }
  const list = await openList(request.list);
  try {
    const { content, notes } =
      known && unchanged
        ? { content: known.content, notes: [] }
        : await makeContent(request, list.columns.names);
    if (known && !untouched && !isDeepStrictEqual(content.sender, known.content.sender)) {
      throw changed(known, request);
    }
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
    const files: PersonalFiles = { files: 0, octets: 0, largest: undefined };
    const imported = await importList(plan, list, request, ledger, confirm, files);
    return {
      campaign: imported.campaign,
      lock,
      imported,
      fresh: untouched,
      notes: [
        ...notes,
        ...list.notes,
        ...personalFilesTold(files),
        ...(known && !unchanged && !untouched ? [updated(ledger.overview(known).counts)] : []),
      ],
    };
  } finally {
    await list.close();
  }
}

/** Whether rows without their own file may have one by now: only reading the list again tells. */
function mayHaveFilesNow(known: Campaign, ledger: Ledger): boolean {
  return known.content.attachColumn !== undefined && ledger.overview(known).counts.invalid > 0;
}

/** Merges the list; asks when more than a tenth of those left would leave with it. */
async function importList(
  plan: Omit<ImportPlan, 'mayWithdraw'>,
  list: OpenedList,
  request: CampaignRequest,
  ledger: Ledger,
  confirm: (question: string) => Promise<boolean>,
  files: PersonalFiles,
): Promise<Imported> {
  const mayWithdraw = request.allowWithdraw ? 1 : MAY_WITHDRAW;
  const { attachColumn } = plan.content;
  const rowsOf = ({ rows }: OpenedList) =>
    attachColumn === undefined ? rows : withPersonalFiles(rows, attachColumn, files);
  const imported = await ledger.import({ ...plan, mayWithdraw }, rowsOf(list));
  if (imported.done) return imported;
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
  try {
    return await ledger.import({ ...plan, mayWithdraw: 1 }, rowsOf(again));
  } finally {
    await again.close();
  }
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

/** For the one who asked for it: who gets which content. */
function updated({ pending, deferred, in_doubt: inDoubt }: Counts): string {
  const kept = deferred + inDoubt;
  const others =
    kept === 0
      ? ''
      : ` What was tried before keeps the content it was tried with: ${kept} deferred or in doubt.`;
  return `The content is updated for those who are left: ${pending}.${others}`;
}

function changed(known: Campaign, { from, updateContent }: CampaignRequest): MailblastError {
  const { name, content } = known;
  const original = `Go on with what it began with: mailblast resume ${name}.`;
  const another = 'begin another campaign: --campaign <name>.';
  if (updateContent || content.sender.from !== from) {
    return new MailblastError(
      'data',
      `The sender of campaign ${name} has changed since it began, and a campaign has one sender. ${original} Or ${another}`,
    );
  }
  return new MailblastError(
    'data',
    `The content or the sender of campaign ${name} has changed since it began. ${original} ` +
      `Or send the changed content to those who are left: --update-content. Or ${another}`,
  );
}
