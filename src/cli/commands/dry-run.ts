// `mailblast send --dry-run`: renders every row, sends nothing, and says what would happen.

import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Outgoing } from '../../domain/attempt.js';
import { formatDuration } from '../../domain/duration.js';
import { MailblastError } from '../../domain/errors.js';
import { parseRate } from '../../domain/rate.js';
import type { CampaignRequest } from '../../engine/begin.js';
import { type DryRun, dryRun } from '../../engine/dry-run.js';
import type { DkimSigner } from '../../message/dkim.js';
import { stableName, writeEml } from '../../relay/eml-file.js';
import type { Ledger } from '../../store/ledger.js';
import { openLedger } from '../../store/sqlite/open.js';
import { EXIT } from '../exit-codes.js';
import { ledgerPath } from '../ledger-file.js';
import type { SendOptions } from '../options.js';
import type { Output } from '../output.js';
import { SANDBOX_FOLDER } from '../relay-choice.js';
import { countsTable, factsTable } from '../summary.js';
import { withThrowAwayLedger } from '../throw-away-ledger.js';
import { count, counted, size } from '../words.js';

export async function runDryRun(
  request: CampaignRequest,
  signer: DkimSigner | undefined,
  options: SendOptions,
  output: Output,
): Promise<number> {
  const out = options.out === '' ? undefined : resolve(options.out);
  const most = options.limit === 0 ? Number.POSITIVE_INFINITY : options.limit;
  let written = 0;
  const real = realLedger(request, options);
  const result = await withThrowAwayLedger((ledger) =>
    dryRun(
      request,
      ledger,
      Date.now(),
      signer?.signature,
      (key) => real?.suppressions.of(key) !== undefined,
      async (message) => {
        if (out === undefined || written >= most) return;
        await keepMessage(out, {
          ...message,
          octets: (await signer?.sign(message.octets)) ?? message.octets,
        });
        written++;
      },
    ),
  ).finally(() => real?.close());
  for (const note of signer?.notes ?? []) output.say(note);
  tell(result, options, output);
  if (out !== undefined) output.say(`${counted(written, 'message')} written to ${out}.`);
  return EXIT.done;
}

/** The ledger that a run would use, if there is one already: it knows who must not be mailed. */
function realLedger(request: CampaignRequest, options: SendOptions): Ledger | undefined {
  const folder = options.relay === 'sandbox' ? SANDBOX_FOLDER : undefined;
  const path = ledgerPath(options.state, request.list.path, folder);
  return existsSync(path) ? openLedger(path, { readonly: true }) : undefined;
}

async function keepMessage(out: string, { envelope, octets }: Outgoing): Promise<void> {
  try {
    await mkdir(out, { recursive: true });
    const { returnPath, recipient } = envelope;
    await writeEml(out, stableName(recipient, octets), { returnPath, recipients: [recipient] }, octets);
  } catch (error) {
    throw new MailblastError(
      'cannot_create',
      `--out ${out} cannot be written to: ${(error as Error).message}.`,
      {
        cause: error,
      },
    );
  }
}

function tell(result: DryRun, options: SendOptions, output: Output): void {
  const { campaign, imported, messages, unmergeable, largest, first } = result;
  const rate = parseRate(options.rate)!;
  const sent = options.limit === 0 ? messages : Math.min(messages, options.limit);
  const seconds = Number.isFinite(rate) ? sent / rate : undefined;
  output.json({
    event: 'dry_run',
    campaign: campaign.name,
    rows: imported.rows,
    messages,
    suppressed: result.suppressed,
    invalid: imported.invalid + unmergeable,
    duplicate: imported.duplicate,
    octets: result.octets,
    largest: largest?.octets ?? 0,
    seconds: seconds ?? null,
    empty_fields: Object.fromEntries(result.emptyFields),
  });
  for (const note of result.notes) output.say(note);
  output.say(`Campaign ${campaign.name}: nothing is sent, this is a dry run.`);
  if (output.terminal === undefined) {
    output.say(
      `${counted(imported.rows, 'row')}: ${counted(messages, 'message')}, ${count(imported.invalid)} invalid, ${counted(imported.duplicate, 'duplicate')}${result.suppressed > 0 ? `, ${count(result.suppressed)} suppressed` : ''}.`,
    );
  } else {
    const rows = [
      { label: 'messages', count: messages, ink: 'green' },
      { label: 'invalid', count: imported.invalid + unmergeable, ink: 'red' },
      { label: 'duplicates', count: imported.duplicate, ink: 'yellow' },
      { label: 'suppressed', count: result.suppressed, ink: 'dim' },
    ] as const;
    for (const line of ['', ...countsTable(rows, output.terminal), '']) output.say(line);
  }
  if (unmergeable > 0) output.say(`${counted(unmergeable, 'row')} cannot be merged and would not be sent:`);
  for (const fault of result.faults) output.say(`  line ${fault.line}: ${fault.address}: ${fault.reason}`);
  for (const [field, times] of result.emptyFields) {
    output.say(
      `${field} is empty in ${counted(times, 'place')} without a fallback; {{default ${field} "…"}} gives one.`,
    );
  }
  if (first !== undefined && largest !== undefined) {
    const sizes = `${size(result.octets / messages)} on average, ${size(largest.octets)} at the most (${largest.address})`;
    const time =
      seconds === undefined ? 'as fast as the relay takes them' : `about ${formatDuration(seconds * 1000)}`;
    if (output.terminal === undefined) {
      output.say(`Sizes: ${sizes}.`);
      output.say(`Time at ${options.rate}: ${time}.`);
    } else {
      const facts = [
        ['from', campaign.content.sender.from],
        ['subject', first.subject],
        ['sizes', sizes],
        ['time', `${time} at ${options.rate}`],
      ] as const;
      for (const line of ['', ...factsTable(facts, output.terminal)]) output.say(line);
    }
    output.say('\nThe first recipient gets:\n');
    output.say(first.headers.replaceAll('\r\n', '\n'));
    output.say(`\n${first.text}`);
  }
}
