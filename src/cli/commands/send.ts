// `mailblast send`: starts a campaign, or continues it.

import { basename, dirname, extname } from 'node:path';
import { domainOf } from '../../domain/address.js';
import { MailblastError } from '../../domain/errors.js';
import { type Begun, begin, type CampaignRequest } from '../../engine/begin.js';
import { mailbox } from '../../engine/sender.js';
import { parseHeaderOption } from '../../message/header-option.js';
import { defaultListId } from '../../message/list-headers.js';
import { openLedger } from '../../store/sqlite/open.js';
import type { Given } from '../commands.js';
import { chooseDkim } from '../dkim-choice.js';
import { EXIT } from '../exit-codes.js';
import { ledgerPath } from '../ledger-file.js';
import { listWords } from '../list-options.js';
import { nextCommand } from '../next-command.js';
import type { SendOptions } from '../options.js';
import { makeOutput, type Output } from '../output.js';
import { makeFolder } from '../relay-choice.js';
import { askForPasswords, chooseRoutes, makeRoutes, type RouteChoice } from '../routes.js';
import { mayBegin, remembered, runCampaign } from '../run.js';
import type { NamedRelays } from '../settings/named-relays.js';
import { counted } from '../words.js';

export async function runSend(
  list: string,
  options: SendOptions,
  given: Given,
  relays: NamedRelays,
): Promise<number> {
  const output = makeOutput(options);
  if (options.template === '') {
    throw new MailblastError('usage', 'No template is given. Add --template <file.mjml>.');
  }
  if (options.dryRun) {
    const { runDryRun } = await import('./dry-run.js');
    const request = requestOf(list, options, true);
    return runDryRun(request, chooseDkim(options, request.from, undefined), options, output);
  }
  if (options.row !== 0 && options.test === '') throw new MailblastError('usage', '--row goes with --test.');
  if (options.out !== '') throw new MailblastError('usage', '--out goes with --dry-run.');
  await askForPasswords(options, relays, output);
  const chosen = chooseRoutes(options, given, relays);
  const { choice, from = '' } = chosen[0];
  const sender = options.from !== '' ? options.from : from;
  const rehearsal = choice.rehearsalFolder !== undefined;
  const request = requestOf(list, { ...options, from: sender }, rehearsal, chosen);
  if (options.test !== '') {
    const { runTestMessage } = await import('./test-message.js');
    return runTestMessage(request, chosen, options, output);
  }
  if (choice.rehearsalFolder !== undefined) makeFolder(choice.rehearsalFolder);
  const ledger = openLedger(ledgerPath(options.state, list, choice.rehearsalFolder));
  try {
    output.say(`Ledger: ${ledger.path}`);
    const begun = await begin(request, ledger, Date.now(), (question) =>
      output.interactive ? output.confirm(question) : Promise.resolve(false),
    );
    try {
      const { campaign } = begun;
      sayImported(begun, ledger.path, output);
      const made = makeRoutes(chosen, campaign.content.sender);
      if (begun.fresh && !(await mayBegin(campaign, ledger, made.routes, chosen, options, output))) {
        output.say('Nothing was sent. The same command asks again.');
        return EXIT.left;
      }
      ledger.remember(campaign, request.options);
      return await runCampaign(campaign, ledger, made, chosen, options, output);
    } finally {
      begun.lock.release();
    }
  } finally {
    ledger.close();
  }
}

/** The options as one plain object, made whole. */
export function requestOf(
  list: string,
  options: SendOptions,
  rehearsal: boolean,
  chosen: readonly RouteChoice[] = [],
): CampaignRequest {
  if (options.from === '') {
    throw new MailblastError(
      'settings',
      'No sender is given. Add --from "Your Name <you@example.com>", or set MAILBLAST_FROM to it.',
    );
  }
  const from = mailbox('--from', options.from);
  const name = options.campaign !== '' ? options.campaign : `${baseName(list)}-${baseName(options.template)}`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose.
  if (/[\x00-\x1f\x7f]/.test(name) || name.length > 200) {
    throw new MailblastError(
      'usage',
      '--campaign must be a name of at most 200 characters without control characters.',
    );
  }
  return {
    name,
    list: { path: list, emailColumn: options.emailColumn },
    template: options.template,
    subject: options.subject,
    from: options.from,
    replyTo: options.replyTo,
    returnPath: options.returnPath,
    ...listWords(options, defaultListId(baseName(list), domainOf(from.address))),
    headers: [
      ...options.header.map(parseHeaderOption),
      ...(options.feedbackId === '' ? [] : [['Feedback-ID', options.feedbackId] as const]),
    ],
    attachments: options.attach,
    attachColumn: options.attachColumn,
    attachFolder: options.attachDir !== '' ? options.attachDir : list === '-' ? '.' : dirname(list),
    assetsUrl: assetsUrlOf(options.assetsUrl),
    jsonColumns: options.jsonColumn,
    rawFields: options.allowRaw,
    rehearsal,
    options: remembered(options, chosen),
    allowWithdraw: options.allowWithdraw,
    updateContent: options.updateContent,
  };
}

/** @throws MailblastError `usage` for what no reader's mail program could fetch images from. */
export function assetsUrlOf(text: string): string {
  if (text === '' || (/^https?:\/\/[^\s"'<>{}?#]+$/i.test(text) && URL.canParse(text))) return text;
  throw new MailblastError('usage', '--assets-url must be an address such as https://cdn.example.com/news/.');
}

function sayImported({ imported, notes }: Begun, ledger: string, output: Output): void {
  for (const note of notes) output.say(note);
  if (imported === undefined) {
    output.say('The list has not changed since it was read last.');
    return;
  }
  const { rows, added, returned, withdrawn, invalid, duplicate } = imported;
  const parts = [
    `${counted(rows, 'row')}`,
    `${counted(added, 'recipient')} added`,
    returned > 0 ? `${counted(returned, 'recipient')} came back` : '',
    withdrawn > 0 ? `${counted(withdrawn, 'recipient')} withdrawn (they left the list)` : '',
    invalid > 0 ? `${counted(invalid, 'row')} invalid` : '',
    duplicate > 0 ? `${counted(duplicate, 'duplicate')}` : '',
  ].filter((part) => part !== '');
  output.say(`List: ${parts.join(', ')}.`);
  if (invalid + duplicate > 0) {
    const which = nextCommand('recipients', imported.campaign.name, ledger, '--state', 'invalid,duplicate');
    output.say(`Which rows: ${which}`);
  }
}

function baseName(path: string): string {
  const base = path === '-' ? 'list' : basename(path).replace(/\.gz$/i, '');
  return base.slice(0, base.length - extname(base).length) || base;
}
