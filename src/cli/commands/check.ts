// `mailblast check`: a look at the letter when a list is given, at the relay when one is named. Sends nothing.

import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { checkContent } from '../../check/content/check-content.js';
import { MailblastError } from '../../domain/errors.js';
import type { CampaignRequest } from '../../engine/begin.js';
import { parseHeaderOption } from '../../message/header-option.js';
import { openLedger } from '../../store/sqlite/open.js';
import type { CheckContentOptions } from '../check-content-flags.js';
import type { CheckRelayOptions } from '../check-relay-flags.js';
import type { Given } from '../commands.js';
import { contentAsJson, contentInWords } from '../content-report.js';
import { EXIT, exitCodeOf } from '../exit-codes.js';
import { ledgerPath } from '../ledger-file.js';
import { listWords } from '../list-options.js';
import { makeOutput } from '../output.js';
import { SANDBOX_FOLDER } from '../relay-choice.js';
import type { NamedRelays } from '../settings/named-relays.js';
import { terminalOf } from '../terminal.js';
import { assetsUrlOf } from './send.js';

/**
 * Rows outlive the young garbage of what is merged for them, by a little; V8 lets such old garbage grow to four times what
 * is in use before it looks. By half, 100,000 rows take 153 MB instead of 211, and no more time.
 */
const HEAP_IN_STEPS = '--heap-growing-percent=50';

export type CheckOptions = CheckContentOptions & CheckRelayOptions;

/** The letter's exit code (65 for an error, else 0) unless that is 0 and the relay was looked at, too. */
export async function runCheck(
  list: string | undefined,
  options: CheckOptions,
  given: Given,
  relays: NamedRelays,
): Promise<number> {
  if (list === undefined && given('template')) {
    throw new MailblastError(
      'usage',
      'Give the list as well: mailblast check list.csv --template news.mjml.',
    );
  }
  const letter = list === undefined ? EXIT.done : await runCheckContent(list, options);
  if (list !== undefined && !given('relay')) return letter;
  const { runCheckRelay } = await import('./check-relay.js');
  const relay = await runCheckRelay(options, given, relays);
  return letter === EXIT.done ? relay : letter;
}

async function runCheckContent(list: string, options: CheckContentOptions): Promise<number> {
  const output = makeOutput(options);
  if (options.template === '') {
    throw new MailblastError('usage', 'No template is given. Add --template <file.mjml>.');
  }
  setFlagsFromString(HEAP_IN_STEPS);
  const folder = options.relay === 'sandbox' ? SANDBOX_FOLDER : undefined;
  const path = ledgerPath(options.state, list, folder);
  const ledger = existsSync(path) ? openLedger(path, { readonly: true }) : undefined;
  try {
    const report = await checkContent(
      requestOf(list, options),
      options.silence,
      (key) => ledger?.suppressions.of(key) !== undefined,
    );
    for (const object of contentAsJson(report)) output.json(object);
    if (!options.json) {
      const lines = contentInWords(report, terminalOf(process.stdout), options.quiet);
      for (const line of lines) process.stdout.write(`${line}\n`);
    }
    return report.findings.some(({ level }) => level === 'error') ? exitCodeOf('data') : EXIT.done;
  } finally {
    ledger?.close();
  }
}

/** A letter needs somebody to be from, and a check does not need to know whom. */
const SOMEBODY = 'Somebody <somebody@example.com>';

function requestOf(list: string, options: CheckContentOptions): CampaignRequest {
  return {
    name: 'check',
    list: { path: list, emailColumn: options.emailColumn },
    template: options.template,
    subject: options.subject,
    from: options.from === '' ? SOMEBODY : options.from,
    replyTo: '',
    returnPath: '',
    ...listWords({ ...options, listId: '' }, 'check.example.com'),
    headers: options.header.map(parseHeaderOption),
    attachments: options.attach,
    attachColumn: options.attachColumn,
    attachFolder: options.attachDir !== '' ? options.attachDir : list === '-' ? '.' : dirname(list),
    assetsUrl: assetsUrlOf(options.assetsUrl),
    jsonColumns: options.jsonColumn,
    rawFields: options.allowRaw,
    rehearsal: true,
    options: {},
    allowWithdraw: false,
    updateContent: false,
  };
}
